//! SSH signatures (`-----BEGIN SSH SIGNATURE-----`), as `ssh-keygen -Y sign` makes and `-Y verify` takes them.
//!
//! Says whose key signed, not whether it may: that is [`crate::approval::AllowedSigners`]. Stricter than
//! OpenSSH: only version 1, only SHA-512, and only armor that is exactly what its content encodes to, because
//! OpenSSH also takes other spellings of the same signature. Format:
//! <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig>.

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, SshSig};

use crate::approval::rsa;

/// A signature with headers and all its lines stays far below this, an 8192-bit RSA key's too.
const LIMIT_BYTES: usize = 16 * 1024;

/// Why a signature could not be made, or does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not an SSH signature at all.
    #[error("the signature cannot be read: {0}")]
    Unreadable(String),
    /// Another spelling of a signature.
    #[error(
        "the signature file is not spelled as `ssh-keygen` spells it (line ends, spaces, or bytes after its end)"
    )]
    Malleable,
    /// Another version of the format.
    #[error("the signature has version {0}, expected 1")]
    Version(u32),
    /// Another hash than SHA-512.
    #[error("the signature uses {0}, expected sha512")]
    Hash(String),
    /// The reserved field is not empty: it is from a later format.
    #[error("the signature's reserved field is not empty")]
    Reserved,
    /// Made for another purpose.
    #[error("the signature was made for `{found}`, expected `{expected}`")]
    Namespace {
        /// What it says.
        found: String,
        /// What was asked.
        expected: String,
    },
    /// A FIDO key that nobody touched.
    #[error("the security key signed without being touched")]
    NotTouched,
    /// The bytes are others, or the signature is.
    #[error("the signature does not fit the statement: one of them was changed")]
    Bad,
    /// A key that this program cannot sign with.
    #[error("keys of kind `{0}` are not signed with here")]
    NotHere(String),
    /// The key is still encrypted.
    #[error("the key is encrypted and was not unlocked")]
    Locked,
}

/// Signs `message`; the armor ends with a line end.
///
/// # Errors
/// RSA and FIDO keys, which only `ssh-keygen -Y sign` can use.
pub fn sign(key: &PrivateKey, namespace: &str, message: &[u8]) -> Result<String, SignatureError> {
    if key.is_encrypted() {
        return Err(SignatureError::Locked);
    }
    let not_here = || SignatureError::NotHere(key.algorithm().as_str().to_owned());
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => {}
        _ => return Err(not_here()),
    }
    key.sign(namespace, HashAlg::Sha512, message)
        .and_then(|signature| signature.to_pem(LineEnding::LF))
        .map_err(|_| not_here())
}

/// The key that signed `message` for `namespace`.
///
/// # Errors
/// Whatever is wrong with the signature.
pub fn verify(armor: &str, namespace: &str, message: &[u8]) -> Result<KeyData, SignatureError> {
    let signature = read(armor)?;
    if signature.namespace() != namespace {
        return Err(SignatureError::Namespace {
            found: signature.namespace().to_owned(),
            expected: namespace.to_owned(),
        });
    }
    check_touch(&signature)?;
    if fits(&signature, namespace, message) {
        Ok(signature.public_key().clone())
    } else {
        Err(SignatureError::Bad)
    }
}

/// Reads the armor and checks everything but the cryptography.
fn read(armor: &str) -> Result<SshSig, SignatureError> {
    if armor.len() > LIMIT_BYTES {
        return Err(SignatureError::Unreadable(format!(
            "longer than {LIMIT_BYTES} bytes"
        )));
    }
    let signature = SshSig::from_pem(armor).map_err(|error| match SshSig::from_pem(tidied(armor)) {
        Ok(_) => SignatureError::Malleable,
        Err(_) => SignatureError::Unreadable(error.to_string()),
    })?;
    // The signed bytes do not hold the version, so it has to be checked by itself.
    if signature.version() != SshSig::VERSION {
        return Err(SignatureError::Version(signature.version()));
    }
    if !signature.reserved().is_empty() {
        return Err(SignatureError::Reserved);
    }
    if signature.hash_alg() != HashAlg::Sha512 {
        return Err(SignatureError::Hash(signature.hash_alg().to_string()));
    }
    match signature.to_pem(LineEnding::LF) {
        Ok(canonical) if canonical == armor => Ok(signature),
        Ok(_) | Err(_) => Err(SignatureError::Malleable),
    }
}

/// What is between the armor's first and last line, as it should be spelled; only to tell which mistake it is.
fn tidied(armor: &str) -> String {
    let mut tidy = String::with_capacity(armor.len());
    let lines = armor
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("-----BEGIN"));
    for line in lines.filter(|line| !line.is_empty()) {
        tidy.push_str(line);
        tidy.push('\n');
        if line.starts_with("-----END") {
            break;
        }
    }
    tidy
}

/// The last five bytes of a FIDO signature are flags and counter; bit 0 says that somebody was there.
///
/// <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f>
fn check_touch(signature: &SshSig) -> Result<(), SignatureError> {
    if !(signature.public_key().is_sk_ed25519() || signature.public_key().is_sk_ecdsa_p256()) {
        return Ok(());
    }
    let bytes = signature.signature_bytes();
    match bytes.len().checked_sub(5).and_then(|at| bytes.get(at)) {
        Some(flags) if flags & 1 == 1 => Ok(()),
        Some(_) | None => Err(SignatureError::NotTouched),
    }
}

fn fits(signature: &SshSig, namespace: &str, message: &[u8]) -> bool {
    match signature.public_key().rsa() {
        Some(key) => SshSig::signed_data(namespace, HashAlg::Sha512, message)
            .is_ok_and(|signed| rsa::verifies(key, &signed, signature.signature())),
        None => ssh_key::PublicKey::from(signature.public_key().clone())
            .verify(namespace, message, signature)
            .is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use ssh_key::private::Ed25519Keypair;

    use super::*;

    fn key() -> PrivateKey {
        PrivateKey::from(Ed25519Keypair::from_seed(&[42; 32]))
    }

    #[test]
    fn what_is_signed_verifies_and_names_the_key() {
        let armor = sign(&key(), "approve@redress", b"yes\n").unwrap();
        let signer = verify(&armor, "approve@redress", b"yes\n").unwrap();
        assert_eq!(&signer, key().public_key().key_data());
    }

    #[test]
    fn another_message_or_namespace_is_refused() {
        let armor = sign(&key(), "approve@redress", b"yes\n").unwrap();
        assert_eq!(
            verify(&armor, "approve@redress", b"yes"),
            Err(SignatureError::Bad)
        );
        assert!(matches!(
            verify(&armor, "attest@redress", b"yes\n"),
            Err(SignatureError::Namespace { .. })
        ));
    }

    #[test]
    fn no_flipped_bit_of_the_armor_verifies() {
        let armor = sign(&key(), "approve@redress", b"yes\n").unwrap();
        for i in 0..armor.len() {
            for bit in 0..8 {
                let mut bytes = armor.clone().into_bytes();
                bytes[i] ^= 1 << bit;
                if let Ok(text) = String::from_utf8(bytes) {
                    let result = verify(&text, "approve@redress", b"yes\n");
                    assert!(result.is_err(), "bit {bit} of byte {i}");
                }
            }
        }
    }

    #[test]
    fn other_spellings_of_the_same_signature_are_refused() {
        let armor = sign(&key(), "approve@redress", b"yes\n").unwrap();
        let spellings = [
            armor.replace('\n', "\r\n"),
            format!("{armor}\n"),
            format!("\n{armor}"),
            armor.trim_end().to_owned(),
            format!("{armor}# note"),
        ];
        for spelling in spellings {
            let error = verify(&spelling, "approve@redress", b"yes\n").unwrap_err();
            assert_eq!(error, SignatureError::Malleable, "{spelling:?}");
        }
    }

    #[test]
    fn a_signature_over_sha256_is_refused() {
        let armor = key()
            .sign("approve@redress", HashAlg::Sha256, b"yes\n")
            .unwrap()
            .to_pem(LineEnding::LF)
            .unwrap();
        let error = verify(&armor, "approve@redress", b"yes\n").unwrap_err();
        assert_eq!(error, SignatureError::Hash("sha256".to_owned()));
    }
}
