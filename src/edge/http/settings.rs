//! What a client is made with, and which origins it accepts at all.
//!
//! Reads no configuration: these are plain values.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::edge::sign_in::Tokens;
use crate::graph::pause::Patience;
use crate::run::ports::Clock;
use crate::value::Timestamp;

/// Told about each wait when it begins: until when, and why.
pub type Tell = Arc<dyn Fn(Timestamp, &str) + Send + Sync>;

/// What [`crate::edge::http::GraphClient`] is made with.
#[derive(Clone)]
pub struct GraphSettings {
    /// `https://graph.microsoft.com`: scheme, host and port; the token goes nowhere else.
    pub origin: Url,
    /// Where tokens come from.
    pub tokens: Arc<dyn Tokens>,
    /// Origins that `rest` steps may read, without a token.
    pub rest_hosts: Vec<Url>,
    /// Now and sleep.
    pub clock: Arc<dyn Clock>,
    /// Whether loopback origins are meant.
    pub sandbox: Sandbox,
    /// Time and size limits of one request.
    pub transport: Transport,
    /// How long reads are tried.
    pub patience: Patience,
    /// Path patterns of POSTs that the policy lists as reading, besides the catalogue's.
    pub reading_posts: Vec<String>,
    /// Told about waits.
    pub tell: Option<Tell>,
}

/// Whether the tenant is the simulated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// A real tenant: https, and no loopback.
    No,
    /// The sandbox: loopback addresses only, plain http allowed.
    Yes,
}

/// Limits of one request, in real time whatever the run's clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport {
    /// To a connection, TLS included.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub read: Duration,
    /// The whole request.
    pub total: Duration,
    /// The body of one answer, unpacked.
    pub body_bytes: usize,
    /// The bodies of all pages of one read together.
    pub pages_bytes: usize,
}

impl Default for Transport {
    fn default() -> Self {
        Transport {
            connect: Duration::from_secs(15),
            read: Duration::from_secs(100),
            total: Duration::from_secs(300),
            body_bytes: 32 << 20,
            pages_bytes: 512 << 20,
        }
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// An origin with a path, a query or a user in it.
    #[error("`{0}` is no origin: expected scheme, host and port only")]
    NotAnOrigin(String),
    /// A real tenant over plain http.
    #[error("`{0}` is not https")]
    NotHttps(String),
    /// A loopback address without `sandbox: true`.
    #[error("`{0}` is a loopback address, but the tenant is not marked `sandbox: true`")]
    LoopbackWithoutSandbox(String),
    /// `sandbox: true` with another address.
    #[error("`{0}` is no loopback address (127.0.0.1 or [::1]), but the tenant is marked `sandbox: true`")]
    SandboxElsewhere(String),
    /// A tenant that is named otherwise than by its id.
    #[error("`{0}` is no tenant id: expected a GUID")]
    NoTenantId(String),
    /// The HTTP library refused.
    #[error("the HTTP client cannot be set up: {0}")]
    Library(String),
}

/// Whether requests may go to an origin at all.
///
/// # Errors
/// See [`SettingsError`].
pub fn check_origin(origin: &Url, sandbox: Sandbox) -> Result<(), SettingsError> {
    let name = origin.origin().ascii_serialization();
    let bare = matches!(origin.path(), "" | "/")
        && origin.query().is_none()
        && origin.fragment().is_none()
        && origin.username().is_empty()
        && origin.password().is_none()
        && origin.host().is_some();
    if !bare {
        return Err(SettingsError::NotAnOrigin(name));
    }
    match (sandbox, is_loopback(origin), origin.scheme()) {
        (Sandbox::Yes, true, "http" | "https") | (Sandbox::No, false, "https") => Ok(()),
        (Sandbox::Yes, false, _) => Err(SettingsError::SandboxElsewhere(name)),
        (Sandbox::No, true, _) => Err(SettingsError::LoopbackWithoutSandbox(name)),
        (Sandbox::Yes | Sandbox::No, ..) => Err(SettingsError::NotHttps(name)),
    }
}

/// Addresses only: what a name stands for is decided by others.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_tenant_needs_https_and_a_sandbox_needs_the_loopback() {
        let table = [
            ("https://graph.microsoft.com", Sandbox::No, true),
            ("https://graph.microsoft.com/", Sandbox::No, true),
            ("http://graph.microsoft.com", Sandbox::No, false),
            ("https://graph.microsoft.com/v1.0", Sandbox::No, false),
            ("https://graph.microsoft.com?x", Sandbox::No, false),
            ("https://user@graph.microsoft.com", Sandbox::No, false),
            ("http://127.0.0.1:4000", Sandbox::No, false),
            ("https://127.0.0.1:4000", Sandbox::No, false),
            ("http://127.0.0.1:4000", Sandbox::Yes, true),
            ("http://[::1]:4000", Sandbox::Yes, true),
            ("http://localhost:4000", Sandbox::Yes, false),
            ("http://127.0.0.1.evil.example", Sandbox::Yes, false),
            ("https://graph.microsoft.com", Sandbox::Yes, false),
            ("ftp://127.0.0.1", Sandbox::Yes, false),
            ("data:x", Sandbox::No, false),
        ];
        for (origin, sandbox, accepted) in table {
            let url = Url::parse(origin).unwrap();
            assert_eq!(
                check_origin(&url, sandbox).is_ok(),
                accepted,
                "{origin} {sandbox:?}"
            );
        }
    }
}
