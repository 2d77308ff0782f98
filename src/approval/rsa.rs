//! Verifies RSA signatures, which `ssh-key` leaves out without its `rsa` feature.
//!
//! Never signs: a private RSA key stays with `ssh-keygen`. Public operations only, so the timing weakness of
//! the `rsa` crate (RUSTSEC-2023-0071) does not come in. Format: <https://www.rfc-editor.org/rfc/rfc8332>.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents};
use ssh_key::public::RsaPublicKey;
use ssh_key::{Algorithm, HashAlg, Signature};

/// Whether the key has 2048 to 8192 bits.
pub(super) fn is_long_enough(key: &RsaPublicKey) -> bool {
    key.n.as_positive_bytes().is_some_and(|n| {
        let leading = n.first().map_or(0, |first| first.leading_zeros() as usize);
        (2048..=8192).contains(&(n.len() * 8 - leading))
    })
}

/// Whether the signature is this key's over `message`.
pub(super) fn verifies(key: &RsaPublicKey, message: &[u8], signature: &Signature) -> bool {
    let parameters = match signature.algorithm() {
        Algorithm::Rsa {
            hash: Some(HashAlg::Sha512),
        } => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Rsa {
            hash: Some(HashAlg::Sha256),
        } => &RSA_PKCS1_2048_8192_SHA256,
        _ => return false,
    };
    let (Some(n), Some(e)) = (key.n.as_positive_bytes(), key.e.as_positive_bytes()) else {
        return false;
    };
    RsaPublicKeyComponents { n, e }
        .verify(parameters, message, signature.as_bytes())
        .is_ok()
}
