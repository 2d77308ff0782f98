//! Access tokens: random, opaque, good for an hour on the sandbox's clock.
//!
//! Checks no client secret; the token endpoint does.

use std::collections::HashMap;
use std::time::Duration;

use rand_core::{OsRng, RngCore as _};

use crate::value::{Digest, Secret, Timestamp};

/// How long a token is good for, in seconds, as Entra says it.
pub const EXPIRES_IN: u64 = 3599;

/// What a token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Good.
    Valid,
    /// Was good.
    Expired,
    /// Never made here.
    Foreign,
}

/// All tokens, by digest.
#[derive(Debug, Default)]
pub struct Tokens {
    expiry: HashMap<Digest, Timestamp>,
}

impl Tokens {
    /// A new token.
    pub fn issue(&mut self, now: Timestamp) -> Secret {
        let mut bytes = [0; 48];
        OsRng.fill_bytes(&mut bytes);
        let token = format!("sandbox.{}", hex::encode(bytes));
        let expiry = super::live::later(now, Duration::from_secs(EXPIRES_IN));
        self.expiry.insert(Digest::of(token.as_bytes()), expiry);
        Secret::new(token)
    }

    /// What a token is worth now.
    pub fn standing(&self, token: &str, now: Timestamp) -> Standing {
        match self.expiry.get(&Digest::of(token.as_bytes())) {
            Some(expiry) if now < *expiry => Standing::Valid,
            Some(_) => Standing::Expired,
            None => Standing::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_an_hour_and_another_is_not() {
        let mut tokens = Tokens::default();
        let at = |seconds: i64| Timestamp::from_second(1_774_000_000 + seconds).expect("an instant");
        let token = tokens.issue(at(0));
        assert_eq!(tokens.standing(token.reveal(), at(3598)), Standing::Valid);
        assert_eq!(tokens.standing(token.reveal(), at(3599)), Standing::Expired);
        assert_eq!(tokens.standing("sandbox.00", at(0)), Standing::Foreign);
        assert_ne!(tokens.issue(at(0)).reveal(), token.reveal());
    }
}
