//! What people and the tenant wrote, kept apart from the log and found by a salted digest.
//!
//! The salt lies in the file itself: equal contents have different digests, nobody can guess a content from
//! a digest, and once the file is erased the log still verifies. Reads and writes no file.

use serde::{Deserialize, Serialize};

use crate::value::{Digest, Json, canonical};

/// 128 random bits.
pub type Salt = [u8; 16];

/// Why a details file is not what the log names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DetailsError {
    /// The bytes have another digest than the name.
    #[error("details `{named}` were edited: their SHA-256 is `{found}`")]
    Edited {
        /// What the log says.
        named: Digest,
        /// What the bytes give.
        found: Digest,
    },
    /// The digest fits but the shape does not: written by something else.
    #[error("details `{named}` are not `{{\"content\": …, \"salt\": …}}`: {why}")]
    Shape {
        /// What the log says.
        named: Digest,
        /// What is wrong.
        why: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    content: Json,
    salt: String,
}

/// The file's bytes and their digest. Integers beyond ±2^53 become strings, as everywhere at the door.
///
/// # Panics
/// Never: what has no canonical form is made to have one first.
pub fn encode(content: &Json, salt: Salt) -> (Digest, Vec<u8>) {
    let mut json = serde_json::json!({"content": content, "salt": hex::encode(salt)});
    let bytes = canonical::to_bytes(&json).or_else(|_| {
        canonical::make_exact(&mut json);
        canonical::to_bytes(&json)
    });
    let bytes = bytes.expect("every number is exact by now");
    (Digest::of(&bytes), bytes)
}

/// The content of a file that the log names by `named`.
///
/// # Errors
/// The bytes are not those that were kept.
pub fn decode(named: &Digest, bytes: &[u8]) -> Result<Json, DetailsError> {
    check(named, bytes)?;
    let file: File = serde_json::from_slice(bytes).map_err(|error| DetailsError::Shape {
        named: *named,
        why: error.to_string(),
    })?;
    Ok(file.content)
}

/// Only whether the bytes are those that were kept.
///
/// # Errors
/// They are not.
pub fn check(named: &Digest, bytes: &[u8]) -> Result<(), DetailsError> {
    let found = Digest::of(bytes);
    if found == *named {
        return Ok(());
    }
    Err(DetailsError::Edited { named: *named, found })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn equal_contents_have_different_digests_and_come_back_unchanged() {
        let content = json!({"displayName": "Ada", "n": 1.5});
        let (first, bytes) = encode(&content, [1; 16]);
        let (second, _) = encode(&content, [2; 16]);
        assert_ne!(first, second);
        assert_eq!(decode(&first, &bytes), Ok(content));
    }

    #[test]
    fn every_flipped_bit_of_a_details_file_is_named() {
        let (digest, bytes) = encode(&json!({"upn": "ada@example.com"}), [7; 16]);
        for bit in 0..bytes.len() * 8 {
            let mut edited = bytes.clone();
            edited[bit / 8] ^= 1 << (bit % 8);
            assert!(
                matches!(decode(&digest, &edited), Err(DetailsError::Edited { .. })),
                "bit {bit}"
            );
        }
    }

    #[test]
    fn an_integer_that_a_double_would_round_is_kept_as_text() {
        let big: Json = serde_json::from_str("[9007199254740993]").unwrap();
        let (digest, bytes) = encode(&big, [0; 16]);
        assert_eq!(decode(&digest, &bytes), Ok(json!(["9007199254740993"])));
    }
}
