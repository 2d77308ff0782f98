//! A token that somebody else obtained, from an environment variable.
//!
//! Cannot renew it; whose tenant it is for is proved by [`crate::edge::sign_in::prove_tenant`].

use std::sync::atomic::{AtomicBool, Ordering};

use crate::edge::sign_in::{Tokens, refusal};
use crate::run::ports::{CallError, Pending};
use crate::value::Secret;

/// The token in an environment variable.
pub struct EnvironmentToken {
    variable: String,
    refused: AtomicBool,
}

impl EnvironmentToken {
    /// Reads `variable` anew for each request.
    pub fn new(variable: impl Into<String>) -> Self {
        EnvironmentToken {
            variable: variable.into(),
            refused: AtomicBool::new(false),
        }
    }

    fn read(&self) -> Result<Secret, CallError> {
        let variable = &self.variable;
        if self.refused.load(Ordering::Acquire) {
            return Err(refusal::sign_in(
                format!("the token in the environment variable `{variable}` was refused or has expired"),
                "put a fresh token there and run the same command again",
            ));
        }
        match std::env::var(variable) {
            Ok(token) if !token.trim().is_empty() => Ok(Secret::new(token.trim().to_owned())),
            Ok(_) | Err(_) => Err(refusal::sign_in(
                format!("the environment variable `{variable}` holds no token"),
                "set it, or choose another `sign_in` in the configuration",
            )),
        }
    }
}

impl Tokens for EnvironmentToken {
    fn token(&self) -> Pending<'_, Result<Secret, CallError>> {
        Box::pin(std::future::ready(self.read()))
    }

    fn discard(&self) {
        self.refused.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::ports::CallErrorKind;

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let error = EnvironmentToken::new("REDRESS_TEST_NO_SUCH_TOKEN")
            .read()
            .unwrap_err();
        assert_eq!(error.kind, CallErrorKind::SignIn);
        assert!(error.message.contains("`REDRESS_TEST_NO_SUCH_TOKEN`"));
    }

    #[test]
    fn a_refused_token_is_not_given_again() {
        // `PATH` stands for any variable that is set.
        let tokens = EnvironmentToken::new("PATH");
        assert!(tokens.read().is_ok());
        tokens.discard();
        assert!(
            tokens
                .read()
                .unwrap_err()
                .message
                .contains("refused or has expired")
        );
    }
}
