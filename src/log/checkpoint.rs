//! Checkpoints: small signed texts that say how long a log is and what its bytes hash to.
//!
//! `head -c BYTES audit.jsonl | sha256sum` and `ssh-keygen -Y verify -n checkpoint@redress` check one without
//! this program. Signing takes the key as an argument; no key is read or made here.

use std::fmt::Write as _;
use std::str::FromStr;

use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::log::chain::Prefix;
use crate::value::{Digest, LedgerId, RunId, Timestamp, whole_seconds};

/// The namespace of checkpoint signatures; an approval can never pass for one.
pub const NAMESPACE: &str = "checkpoint@redress";

/// First line of every checkpoint: origin and version.
pub const ORIGIN: &str = "redress checkpoint 1";

/// The log that a checkpoint speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A run's log.
    Run(RunId),
    /// The ledger.
    Ledger(LedgerId),
}

/// One checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub subject: Subject,
    /// What it vouches for.
    pub prefix: Prefix,
    /// SHA-256 of the text of the checkpoint before; zeros in the first.
    pub previous: Digest,
    /// When it was made.
    pub at: Timestamp,
}

/// Why a checkpoint or its signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not the seven lines.
    #[error("checkpoint is malformed: {0}")]
    Malformed(String),
    /// Not an SSH signature in its one canonical armour.
    #[error("signature is malformed: {0}")]
    Armour(String),
    /// Made for something else.
    #[error("signature has namespace `{0}`, expected `{NAMESPACE}`")]
    Namespace(String),
    /// The signature is not over these bytes.
    #[error("signature does not fit the checkpoint's bytes")]
    Signature,
    /// The key cannot sign.
    #[error("log key cannot sign: {0}")]
    Key(String),
}

impl Checkpoint {
    /// The text that is signed.
    pub fn to_text(&self) -> String {
        let mut text = format!("{ORIGIN}\n");
        let (word, id) = match &self.subject {
            Subject::Run(id) => ("run", id.as_str()),
            Subject::Ledger(id) => ("ledger", id.as_str()),
        };
        let Prefix {
            bytes,
            records,
            sha256,
        } = &self.prefix;
        write!(
            text,
            "{word} {id}\nbytes {bytes}\nrecords {records}\nsha256 {sha256}\nprevious {}\nat {}\n",
            self.previous,
            whole_seconds(self.at)
        )
        .expect("writing to memory does not fail");
        text
    }

    /// Reads a checkpoint; only the exact bytes of [`Checkpoint::to_text`] are taken.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [ORIGIN, subject, size, records, sha256, previous, at, ""] = lines[..] else {
            return Err(malformed(&format!("expected `{ORIGIN}` and six lines")));
        };
        let checkpoint = Checkpoint {
            subject: parse_subject(subject)?,
            prefix: Prefix {
                bytes: field(size, "bytes")?,
                records: field(records, "records")?,
                sha256: field(sha256, "sha256")?,
            },
            previous: field(previous, "previous")?,
            at: field(at, "at")?,
        };
        if checkpoint.to_text() != text {
            return Err(malformed("a value is not in its canonical form"));
        }
        Ok(checkpoint)
    }
}

fn malformed(why: &str) -> CheckpointError {
    CheckpointError::Malformed(why.to_owned())
}

fn parse_subject(line: &str) -> Result<Subject, CheckpointError> {
    match line.split_once(' ') {
        Some(("run", id)) if !id.is_empty() => Ok(Subject::Run(RunId::new(id))),
        Some(("ledger", id)) if !id.is_empty() => Ok(Subject::Ledger(LedgerId::new(id))),
        Some(_) | None => Err(malformed("the second line names neither a run nor a ledger")),
    }
}

fn field<T: FromStr>(line: &str, name: &str) -> Result<T, CheckpointError> {
    line.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(' '))
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| malformed(&format!("expected `{name} …`, found `{}`", line.escape_debug())))
}

/// Signs a checkpoint's text; the armoured signature that `ssh-keygen -Y verify` takes.
///
/// # Errors
/// The key is locked by a passphrase, or of a kind that cannot sign here.
pub fn sign(text: &str, key: &PrivateKey) -> Result<String, CheckpointError> {
    key.sign(NAMESPACE, HashAlg::Sha512, text.as_bytes())
        .and_then(|signature| signature.to_pem(LineEnding::LF))
        .map_err(|error| CheckpointError::Key(error.to_string()))
}

/// Checks a signature over a checkpoint's bytes and gives the key that made it; whether that key is trusted
/// is the caller's question.
///
/// Armour that is not its own re-encoding is refused: several of its bits carry no meaning, and OpenSSH takes
/// version 0 for version 1 (<https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig>).
///
/// # Errors
/// Malformed, another namespace, or not over these bytes.
pub fn signer(text: &[u8], armoured: &[u8]) -> Result<PublicKey, CheckpointError> {
    let signature = SshSig::from_pem(armoured).map_err(|error| CheckpointError::Armour(error.to_string()))?;
    let again = signature.to_pem(LineEnding::LF);
    if !again.is_ok_and(|again| again.as_bytes() == armoured) {
        return Err(CheckpointError::Armour(
            "it is not its own re-encoding".to_owned(),
        ));
    }
    if signature.version() != 1 || !signature.reserved().is_empty() {
        return Err(CheckpointError::Armour(
            "expected version 1 and nothing reserved".to_owned(),
        ));
    }
    if signature.namespace() != NAMESPACE {
        return Err(CheckpointError::Namespace(signature.namespace().to_owned()));
    }
    let key = PublicKey::from(signature.public_key().clone());
    key.verify(NAMESPACE, text, &signature)
        .map_err(|_| CheckpointError::Signature)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use ssh_key::private::{Ed25519Keypair, KeypairData};

    use super::*;
    use crate::log::chain::nothing;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            subject: Subject::Run(RunId::new("20261123T101500Z-3f9a1c")),
            prefix: Prefix {
                bytes: 12_345,
                records: 67,
                sha256: Digest::of(b"log"),
            },
            previous: nothing(),
            at: "2026-11-23T10:15:00Z".parse().unwrap(),
        }
    }

    fn key() -> PrivateKey {
        let pair = Ed25519Keypair::from_seed(&[3; 32]);
        PrivateKey::new(KeypairData::Ed25519(pair), "log key").unwrap()
    }

    #[test]
    fn a_checkpoint_reads_back_as_written_and_is_signed_by_its_key() {
        let text = checkpoint().to_text();
        assert_eq!(Checkpoint::parse(text.as_bytes()), Ok(checkpoint()));
        let armour = sign(&text, &key()).unwrap();
        let signer = signer(text.as_bytes(), armour.as_bytes()).unwrap();
        assert_eq!(signer.key_data(), key().public_key().key_data());
    }

    #[test]
    fn other_spellings_of_the_same_checkpoint_are_refused() {
        let text = checkpoint().to_text();
        for (from, to) in [
            ("bytes 12345", "bytes 012345"),
            ("bytes 12345", "bytes +12345"),
            ("bytes 12345", "bytes  12345"),
            ("00Z", "00.000Z"),
            ("00Z", "00+00:00"),
            ("\nat", "\r\nat"),
            ("redress checkpoint 1", "redress checkpoint 2"),
            ("run ", "walk "),
        ] {
            let other = text.replace(from, to);
            assert_ne!(other, text);
            assert!(Checkpoint::parse(other.as_bytes()).is_err(), "{from} as {to}");
        }
        assert!(Checkpoint::parse(format!("{text}\n").as_bytes()).is_err());
        assert!(Checkpoint::parse(text.trim_end().as_bytes()).is_err());
    }

    #[test]
    fn every_flipped_bit_of_text_or_armour_is_refused() {
        let text = checkpoint().to_text();
        let armour = sign(&text, &key()).unwrap();
        for bit in 0..text.len() * 8 {
            let edited = flip(text.as_bytes(), bit);
            assert!(signer(&edited, armour.as_bytes()).is_err(), "text bit {bit}");
        }
        for bit in 0..armour.len() * 8 {
            let edited = flip(armour.as_bytes(), bit);
            let same_key = signer(text.as_bytes(), &edited)
                .is_ok_and(|found| found.key_data() == key().public_key().key_data());
            assert!(!same_key, "armour bit {bit}");
        }
    }

    #[test]
    fn a_signature_for_another_purpose_is_refused() {
        let text = checkpoint().to_text();
        let other = key()
            .sign("approve@redress", HashAlg::Sha512, text.as_bytes())
            .unwrap();
        let armour = other.to_pem(LineEnding::LF).unwrap();
        assert_eq!(
            signer(text.as_bytes(), armour.as_bytes()),
            Err(CheckpointError::Namespace("approve@redress".to_owned()))
        );
    }

    fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }
}
