//! Who dates, salts and signs what is written: the clock, the randomness and the log key in one place.
//!
//! Owns no policy: which keys count is handed in.

use std::sync::Arc;

use ssh_key::{PrivateKey, PublicKey};

use crate::approval::AllowedSigners;
use crate::log::details::Salt;
use crate::run::ports::Clock;
use crate::value::Timestamp;

/// Time, randomness and signature for everything in a state folder.
#[derive(Clone)]
pub struct Notary {
    /// Where each record's `at` comes from.
    pub clock: Arc<dyn Clock>,
    /// 128 fresh random bits at each call.
    pub random: Arc<dyn Fn() -> Salt + Send + Sync>,
    /// The installation's log key, unlocked.
    pub key: Arc<PrivateKey>,
    /// The configuration's `allowed_signers`: whose checkpoints count before anything is appended to a log.
    pub signers: Arc<AllowedSigners>,
}

impl Notary {
    pub(super) fn trusts(&self, key: &PublicKey, namespace: &str, at: Timestamp) -> bool {
        may_sign(&self.signers, key, namespace, at)
    }

    /// The log key's public half as the ledger names it, without its comment.
    pub fn public_key(&self) -> String {
        let key = PublicKey::from(self.key.public_key().key_data().clone());
        key.to_openssh()
            .expect("a key of a kind that is known can be written")
    }
}

/// Whether `allowed_signers` lets somebody sign with this key, in this namespace, at that time.
pub(super) fn may_sign(signers: &AllowedSigners, key: &PublicKey, namespace: &str, at: Timestamp) -> bool {
    !signers.who(key.key_data(), namespace, at).is_empty()
}
