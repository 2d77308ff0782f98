//! Who dates, salts and signs what is written: the clock, the randomness and the log key in one place.
//!
//! Owns no policy: which keys count is handed in.

use std::sync::Arc;

use ssh_key::{PrivateKey, PublicKey};

use crate::log::details::Salt;
use crate::run::ports::Clock;
use crate::value::Timestamp;

/// Whether a key may sign in a namespace at an instant.
pub type TrustedKeys = dyn Fn(&PublicKey, &str, Timestamp) -> bool + Send + Sync;

/// Time, randomness and signature for everything in a state folder.
#[derive(Clone)]
pub struct Notary {
    /// Where each record's `at` comes from.
    pub clock: Arc<dyn Clock>,
    /// 128 fresh random bits at each call.
    pub random: Arc<dyn Fn() -> Salt + Send + Sync>,
    /// The installation's log key, unlocked.
    pub key: Arc<PrivateKey>,
    /// Whether a key may sign in a namespace at an instant: what the configuration's `allowed_signers` says.
    /// A log is verified under it before anything is appended.
    pub trusted: Arc<TrustedKeys>,
}

impl Notary {
    /// The log key's public half as the ledger names it, without its comment.
    pub fn public_key(&self) -> String {
        let key = PublicKey::from(self.key.public_key().key_data().clone());
        key.to_openssh()
            .expect("a key of a kind that is known can be written")
    }
}
