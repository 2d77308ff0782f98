//! Where tokens come from, and the proof that they belong to the tenant that was meant.
//!
//! Sends no request to Graph by itself; [`crate::edge::http::GraphClient`] asks here before each of its own.

mod client_secret;
mod environment;
mod refusal;
mod tenant;

use crate::run::ports::{CallError, Pending};
use crate::value::Secret;

pub use client_secret::{ClientSecret, SecretLoader, SignInSettings};
pub use environment::EnvironmentToken;
pub use tenant::prove_tenant;

/// A source of access tokens for one tenant's Graph.
pub trait Tokens: Send + Sync {
    /// A token that is good for the next request.
    ///
    /// # Errors
    /// Nobody could be signed in; kind `SignIn`.
    fn token(&self) -> Pending<'_, Result<Secret, CallError>>;

    /// The last token was refused: the next call must not give it again.
    fn discard(&self);
}
