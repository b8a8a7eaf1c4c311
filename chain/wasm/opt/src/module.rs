//! A module, section by section.

use wasmparser::{BinaryReaderError, Parser, Payload, Validator, WasmFeatures};

/// Length of a module's magic number and version, in bytes.
const HEADER: usize = 8;

/// What WebAssembly's first version had, and the mutable globals in which a linked module keeps its stack pointer.
const FIRST_VERSION: WasmFeatures = WasmFeatures::WASM1;

/// `module` with its sections as they are, but for debug information if `strip_debug`.
///
/// # Errors
/// It is not a valid module of the first version.
pub(crate) fn compact(module: &[u8], strip_debug: bool) -> Result<Vec<u8>, BinaryReaderError> {
    Validator::new_with_features(FIRST_VERSION).validate_all(module)?;
    let mut compact = module[..HEADER].to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if strip_debug && is_debug(&payload) {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            append_section(&mut compact, id, &module[range]);
        }
    }
    Ok(compact)
}

fn is_debug(payload: &Payload) -> bool {
    matches!(payload, Payload::CustomSection(section) if section.name().starts_with(".debug"))
}

fn append_section(module: &mut Vec<u8>, id: u8, content: &[u8]) {
    module.push(id);
    append_length(module, content.len());
    module.extend_from_slice(content);
}

/// Unsigned LEB128: seven bits a byte, the lowest first; the top bit says that more follow.
fn append_length(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: [u8; HEADER] = *b"\0asm\x01\0\0\0";
    const CODE: u8 = 10;

    /// Bytes after their length.
    fn counted(content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_length(&mut bytes, content.len());
        bytes.extend_from_slice(content);
        bytes
    }

    fn custom(module: &mut Vec<u8>, name: &str, content: &[u8]) {
        append_section(module, 0, &[counted(name.as_bytes()), content.to_vec()].concat());
    }

    /// A module with one function from i32 to i32 that runs `instructions` on its argument.
    fn function(instructions: &[u8]) -> Vec<u8> {
        let mut module = EMPTY.to_vec();
        append_section(&mut module, 1, &[1, 0x60, 1, 0x7f, 1, 0x7f]);
        append_section(&mut module, 3, &[1, 0]);
        let body = [&[0, 0x20, 0], instructions, &[0x0b]].concat();
        append_section(&mut module, CODE, &[vec![1], counted(&body)].concat());
        module
    }

    #[test]
    fn debug_information_goes_and_all_else_stays() {
        let mut whole = function(&[]);
        custom(&mut whole, "name", &[]);
        let kept = whole.clone();
        for name in [".debug_info", ".debug_str"] {
            custom(&mut whole, name, &[7; 300]);
        }
        let mut expected = kept;
        for module in [&mut whole, &mut expected] {
            custom(module, "runtime_version", &[1; 200]);
        }
        assert_eq!(compact(&whole, true).unwrap(), expected);
        assert_eq!(compact(&whole, false).unwrap(), whole);
    }

    #[test]
    fn an_instruction_that_came_later_is_refused() {
        let count_leading_zeros = function(&[0x67]);
        assert_eq!(compact(&count_leading_zeros, true).unwrap(), count_leading_zeros);
        let extend_a_byte = compact(&function(&[0xc0]), true).unwrap_err();
        assert!(extend_a_byte.message().contains("sign extension"), "{extend_a_byte}");
    }

    #[test]
    fn nonsense_is_refused_at_any_length() {
        let module = function(&[0x67]);
        // A module of nothing but types is one.
        let types = HEADER + 8;
        for length in 0..module.len() {
            let cut = compact(&module[..length], true);
            assert_eq!(cut.is_ok(), [HEADER, types].contains(&length), "the first {length} bytes");
        }
        assert!(compact(b"no module at all", true).is_err());
    }
}
