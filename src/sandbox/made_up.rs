//! Ids and addresses that are made up, but always the same ones for the same thing.
//!
//! No randomness: tokens and request ids, which must differ each time, are made where they are needed.

use crate::value::Digest;

/// A GUID that follows from the parts.
pub fn guid(parts: &[&str]) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(parts)[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// An address of a documentation network (RFC 5737) that follows from the text.
pub fn address(of: &str) -> String {
    format!("203.0.113.{}", 1 + digest(&["address", of])[0] % 254)
}

/// A number below `limit` (which is above 0) that follows from the parts.
pub fn number(parts: &[&str], limit: u64) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest(parts)[..8]);
    u64::from_be_bytes(bytes) % limit
}

fn digest(parts: &[&str]) -> [u8; 32] {
    *Digest::of(parts.join("\u{1f}").as_bytes()).bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_id_and_others_another() {
        assert_eq!(guid(&["a", "b"]), guid(&["a", "b"]));
        assert_ne!(guid(&["a", "b"]), guid(&["ab"]));
        assert!(uuid::Uuid::parse_str(&guid(&["a"])).is_ok());
    }
}
