//! Randomness for ids, nonces and salts, from the operating system.

use rand_core::{OsRng, RngCore as _};

/// 128 random bits.
pub fn bits128() -> [u8; 16] {
    let mut bits = [0; 16];
    OsRng.fill_bytes(&mut bits);
    bits
}
