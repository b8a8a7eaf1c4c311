//! A request as Python's dendrite writes it.

use axum::http::HeaderMap;

use super::envelope::{Style, Terminal, Writer};
use super::value::Member;
use super::{claim, headers, python_json, python_text};

/// Everything around the synapse's own fields.
pub(super) struct Letter<'l> {
    pub class: &'l str,
    /// Seconds.
    pub timeout: f64,
    /// The size of Python's objects; any number will do.
    pub total_size: u64,
    /// What the dendrite believes to be its address.
    pub dendrite_ip: Option<&'l str>,
    pub version: u64,
    pub nonce: u64,
    pub uuid: &'l str,
    pub hotkey: &'l str,
    pub signature: &'l str,
    pub axon_ip: &'l str,
    pub axon_port: u16,
    pub axon_hotkey: &'l str,
    pub body_hash: &'l str,
}

impl Letter<'_> {
    /// The JSON body.
    pub fn body(&self, own: &[Member<'_>]) -> String {
        let dendrite = Terminal {
            ip: self.dendrite_ip,
            version: Some(self.version),
            nonce: Some(self.nonce),
            uuid: Some(self.uuid),
            hotkey: Some(self.hotkey),
            signature: Some(self.signature),
            ..Terminal::default()
        };
        let axon = Terminal {
            ip: Some(self.axon_ip),
            port: Some(u64::from(self.axon_port)),
            hotkey: Some(self.axon_hotkey),
            ..Terminal::default()
        };
        let mut writer = Writer::new(Style::Client);
        writer
            .text("name", Some(self.class))
            .float("timeout", Some(self.timeout))
            .number("total_size", Some(self.total_size))
            .number("header_size", Some(0))
            .terminal("dendrite", &dendrite)
            .terminal("axon", &axon)
            .text("computed_body_hash", Some(""));
        for member in own {
            let mut json = String::new();
            python_json::write(&member.value, &mut json);
            writer.raw(&member.name, &json);
        }
        writer.finish()
    }

    /// The headers, placeholders of required fields apart.
    pub fn head(&self, out: &mut HeaderMap) {
        headers::set(out, "name", self.class);
        headers::set(out, claim::TIMEOUT, &python_text::float_repr(self.timeout));
        headers::set(out, "bt_header_axon_ip", self.axon_ip);
        headers::set(out, "bt_header_axon_port", &self.axon_port.to_string());
        headers::set(out, "bt_header_axon_hotkey", self.axon_hotkey);
        if let Some(ip) = self.dendrite_ip {
            headers::set(out, "bt_header_dendrite_ip", ip);
        }
        headers::set(out, claim::VERSION, &self.version.to_string());
        headers::set(out, claim::NONCE, &self.nonce.to_string());
        headers::set(out, claim::UUID, self.uuid);
        headers::set(out, claim::HOTKEY, self.hotkey);
        headers::set(out, claim::SIGNATURE, self.signature);
        headers::set(out, "header_size", "0");
        headers::set(out, "total_size", &self.total_size.to_string());
        headers::set(out, claim::BODY_HASH, self.body_hash);
    }
}

#[cfg(test)]
mod tests {
    use ganglion_keys::{PublicKey, Signature};

    use super::*;
    use crate::classic::body_hash::hash_of_members;
    use crate::classic::{is_own_field, parse_object, placeholder::placeholder, signed_message};

    /// Each request that Python's dendrite was seen to send: the same body byte for byte, the same headers, the hash
    /// and the message that it signed.
    #[test]
    fn requests_are_written_as_python_writes_them() {
        let text = include_str!("../../tests/vectors/dendrite_requests_7_4_0.json");
        let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
        let hashed: [(&str, &[&str], &[&str]); 3] =
            [("Echo", &["text", "count", "items"], &["text"]), ("Plain", &[], &["x"]), ("Synapse", &[], &[])];
        for (class, hashed, required) in hashed {
            let vector = &vectors[class];
            let header = |name: &str| {
                let pair = vector["headers"].as_array().unwrap().iter().find(|pair| pair[0] == name);
                pair.unwrap_or_else(|| panic!("{name}"))[1].as_str().unwrap()
            };
            let raw = vector["body_raw"].as_str().unwrap();
            let members = parse_object(raw).unwrap();
            let own: Vec<_> = members.iter().filter(|member| is_own_field(&member.name)).cloned().collect();
            let member = |name: &str| own.iter().find(|member| member.name == name).map(|member| &member.value);
            let hash = hash_of_members(member, hashed).unwrap();
            assert_eq!(hash, header("computed_body_hash"));

            let nonce: u64 = header("bt_header_dendrite_nonce").parse().unwrap();
            let letter = Letter {
                class,
                timeout: 12.0,
                total_size: header("total_size").parse().unwrap(),
                dendrite_ip: Some("127.0.0.1"),
                version: super::super::VERSION_AS_INT,
                nonce,
                uuid: header("bt_header_dendrite_uuid"),
                hotkey: header("bt_header_dendrite_hotkey"),
                signature: header("bt_header_dendrite_signature"),
                axon_ip: "127.0.0.1",
                axon_port: 18191,
                axon_hotkey: header("bt_header_axon_hotkey"),
                body_hash: &hash,
            };
            assert_eq!(letter.body(&own), raw);
            let mut head = HeaderMap::new();
            letter.head(&mut head);
            for (name, value) in &head {
                if name != "header_size" {
                    assert_eq!(value.to_str().unwrap(), header(name.as_str()), "{name}");
                }
            }
            for name in required {
                assert_eq!(placeholder(member(name).unwrap()), Some(header(&format!("bt_header_input_obj_{name}"))));
            }
            // Nothing that Python sent is left out, but for what its HTTP library adds.
            let ours = |name: &str| head.contains_key(name) || name.starts_with("bt_header_input_obj_");
            let http = ["Host", "Accept", "Accept-Encoding", "User-Agent", "Content-Length", "Content-Type"];
            for pair in vector["headers"].as_array().unwrap() {
                let name = pair[0].as_str().unwrap();
                assert!(ours(name) || http.contains(&name), "{name}");
            }

            let message = signed_message(nonce, letter.hotkey, letter.axon_hotkey, letter.uuid, &hash);
            assert_eq!(message, vector["signed_message"].as_str().unwrap());
            let key = PublicKey::from_ss58(letter.hotkey).unwrap();
            assert!(key.verify(message.as_bytes(), &Signature::from_hex(letter.signature).unwrap()));
        }
    }
}
