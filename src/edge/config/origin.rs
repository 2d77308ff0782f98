//! An origin: scheme, host and port, and nothing else.
//!
//! Does not say which origins may be used for what: the checks of the configuration do.

use std::fmt;

use url::{Host, Url};

/// A scheme, a host and a port, normalised: `https://graph.microsoft.com`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Parses an origin.
    ///
    /// # Errors
    /// What is wrong, reading on after the text in backticks.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is no URL: expected `https://HOST`")?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err("has a scheme other than `https`");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("carries a user name or password, which does not belong here");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("has a path, query or fragment: expected `https://HOST` and nothing after it");
        }
        let origin = Origin(url.origin().ascii_serialization());
        if url.scheme() == "http" && !origin.is_loopback() {
            return Err("is not encrypted: only a loopback address may be `http`");
        }
        Ok(origin)
    }

    pub(super) fn known(text: &str) -> Self {
        Origin(text.to_owned())
    }

    /// As written: no slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for loopback addresses. The name `localhost` is none: it means what the machine says it means.
    pub fn is_loopback(&self) -> bool {
        match Url::parse(&self.0).as_ref().map(Url::host) {
            Ok(Some(Host::Ipv4(address))) => address.is_loopback(),
            Ok(Some(Host::Ipv6(address))) => address.is_loopback(),
            Ok(Some(Host::Domain(_)) | None) | Err(_) => false,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        let good = [
            ("https://graph.microsoft.com", "https://graph.microsoft.com", false),
            ("https://GRAPH.microsoft.com/", "https://graph.microsoft.com", false),
            ("https://adfs.example.com:8443", "https://adfs.example.com:8443", false),
            ("http://127.0.0.1:4711", "http://127.0.0.1:4711", true),
            ("http://[::1]:80", "http://[::1]", true),
            ("https://127.0.0.1.example.com", "https://127.0.0.1.example.com", false),
        ];
        for (text, expected, loopback) in good {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.as_str(), origin.is_loopback()), (expected, loopback), "{text}");
        }
        let bad = [
            ("graph.microsoft.com", "no URL"),
            ("ftp://graph.microsoft.com", "scheme"),
            ("https://user@graph.microsoft.com", "user name"),
            ("https://graph.microsoft.com@evil.example", "user name"),
            ("https://graph.microsoft.com/v1.0", "path"),
            ("https://graph.microsoft.com?x", "query"),
            ("http://graph.microsoft.com", "not encrypted"),
            ("http://localhost:4711", "not encrypted"),
            ("", "no URL"),
        ];
        for (text, words) in bad {
            let error = Origin::parse(text).unwrap_err();
            assert!(error.contains(words), "`{text}`: {error}");
        }
    }
}
