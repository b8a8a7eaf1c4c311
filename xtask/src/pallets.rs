//! `cargo xtask pallets`: how large each pallet is, as the table of ARCHITECTURE.md.

use crate::{
    failure::{Context, Result},
    paths::Paths,
};
use std::{fs, path::Path};

/// What a pallet declares, and the lines it takes: without comments, empty lines, benchmarks and tests.
#[derive(Debug, Default, PartialEq, Eq)]
struct Size {
    storage: usize,
    calls: usize,
    lines: usize,
}

/// Prints the table.
pub fn print(paths: &Paths) -> Result<()> {
    println!("| pallet | storage items | calls | lines of code |\n|---|---|---|---|");
    let folder = paths.workspace.join("chain/pallets");
    let entries = fs::read_dir(&folder).context(|| format!("cannot read {}", folder.display()))?;
    let mut pallets: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    pallets.sort();
    for pallet in pallets {
        let mut size = Size::default();
        walk(&pallet.join("src"), &mut size)?;
        let name = pallet.file_name().unwrap_or_default().to_string_lossy();
        println!("| `{name}` | {} | {} | {} |", size.storage, size.calls, size.lines);
    }
    Ok(())
}

fn walk(folder: &Path, size: &mut Size) -> Result<()> {
    for entry in fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, size)?;
        } else if !path.ends_with("benchmarking.rs") {
            add(&fs::read_to_string(&path).context(|| format!("cannot read {}", path.display()))?, size);
        }
    }
    Ok(())
}

fn add(text: &str, size: &mut Size) {
    let shipped = text.lines().map(str::trim).take_while(|line| *line != "#[cfg(test)]");
    for line in shipped.filter(|line| !line.is_empty() && !line.starts_with("//")) {
        size.lines += 1;
        size.storage += usize::from(line == "#[pallet::storage]");
        size.calls += usize::from(line.starts_with("#[pallet::call_index("));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_counted() {
        let mut size = Size::default();
        add("//! Doc.\n#[pallet::storage]\npub type A;\n\n#[pallet::call_index(0)]\nfn b() {}\n#[cfg(test)]\nmod tests {}", &mut size);
        assert_eq!(size, Size { storage: 1, calls: 1, lines: 4 });
    }
}
