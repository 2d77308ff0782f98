//! Who may sign: the file `allowed_signers` in OpenSSH's format.
//!
//! Checks no signature: that is [`crate::approval::sshsig`]. Stricter than OpenSSH where OpenSSH guesses:
//! dates without `Z` and certificate authorities are refused. Format:
//! <https://man.openbsd.org/ssh-keygen#ALLOWED_SIGNERS>.

mod parse;
mod pattern;

use std::fmt;

use ssh_key::HashAlg;
use ssh_key::public::KeyData;

use crate::diagnostic::Diagnostic;
use crate::value::{Digest, Timestamp};

pub use parse::CODES;
use pattern::PatternList;

/// The file, read and checked.
#[derive(Clone, Debug)]
pub struct AllowedSigners {
    lines: Vec<Line>,
    digest: Digest,
}

/// One line of it.
#[derive(Clone, Debug)]
struct Line {
    /// From 1.
    number: usize,
    principals: PatternList,
    namespaces: Option<PatternList>,
    /// First second at which the key counts.
    valid_after: Option<Timestamp>,
    /// Last second at which the key counts.
    valid_before: Option<Timestamp>,
    key: KeyData,
}

/// The file has mistakes; all of them.
#[derive(Clone, Debug, thiserror::Error)]
pub struct SignersError {
    /// Each with its line and column.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for SignersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.diagnostics.iter().enumerate() {
            let place = diagnostic.span.as_ref().map(crate::diagnostic::Span::place);
            let separator = if i > 0 { "; " } else { "" };
            write!(
                f,
                "{separator}{}: {}",
                place.unwrap_or_default(),
                diagnostic.message
            )?;
        }
        Ok(())
    }
}

/// Why a key may not speak for somebody. The reason given is the one of the line that came closest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NotAllowed {
    /// The key stands on no line.
    #[error("the key {fingerprint} is not in `allowed_signers`")]
    UnknownSigner {
        /// `SHA256:…`, as `ssh-keygen -l` prints it.
        fingerprint: String,
    },
    /// The key is somebody else's.
    #[error("the key belongs to `{theirs}` and may not sign as `{principal}`")]
    WrongPrincipal {
        /// Whom the statement names.
        principal: String,
        /// The line's principals.
        theirs: String,
    },
    /// The line's `namespaces` leave this one out.
    #[error("line {line} allows the key for `{allowed}` only, not for `{namespace}`")]
    WrongNamespace {
        /// Its line.
        line: usize,
        /// What it says.
        allowed: String,
        /// What was asked.
        namespace: String,
    },
    /// Before `valid-after`.
    #[error("line {line} allows the key from {from} on")]
    NotYetValid {
        /// Its line.
        line: usize,
        /// First second.
        from: Timestamp,
    },
    /// After `valid-before`.
    #[error("line {line} allowed the key until {until}")]
    NoLongerValid {
        /// Its line.
        line: usize,
        /// Last second.
        until: Timestamp,
    },
}

impl AllowedSigners {
    /// Parses a text that people call `allowed_signers`.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn parse(text: &str) -> Result<Self, SignersError> {
        Self::parse_named("allowed_signers", text)
    }

    /// Parses a text; `name` is what diagnostics call it.
    ///
    /// # Errors
    /// All its mistakes.
    pub fn parse_named(name: &str, text: &str) -> Result<Self, SignersError> {
        let lines = parse::lines(name, text).map_err(|diagnostics| SignersError { diagnostics })?;
        Ok(AllowedSigners {
            lines,
            digest: Digest::of(text.as_bytes()),
        })
    }

    /// SHA-256 of the file's bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The principals, as written, for whom this key may sign in this namespace at that time.
    pub fn who(&self, key: &KeyData, namespace: &str, at: Timestamp) -> Vec<&str> {
        self.lines
            .iter()
            .filter(|line| line.key == *key && line.refuses(namespace, at).is_none())
            .map(|line| line.principals.as_str())
            .collect()
    }

    /// Whether this key may sign as `principal` in this namespace at that time.
    ///
    /// # Errors
    /// Why not.
    pub fn allows(
        &self,
        principal: &str,
        key: &KeyData,
        namespace: &str,
        at: Timestamp,
    ) -> Result<(), NotAllowed> {
        let mut closest = NotAllowed::UnknownSigner {
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        };
        for line in self.lines.iter().filter(|line| line.key == *key) {
            let reason = if line.principals.matches(principal) {
                line.refuses(namespace, at)
            } else {
                Some(NotAllowed::WrongPrincipal {
                    principal: principal.to_owned(),
                    theirs: line.principals.as_str().to_owned(),
                })
            };
            match reason {
                None => return Ok(()),
                // The variants are ordered by how far a key came.
                Some(reason) => closest = closest.max(reason),
            }
        }
        Err(closest)
    }

    /// How many lines name a key.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// True when nobody may sign.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Line {
    fn refuses(&self, namespace: &str, at: Timestamp) -> Option<NotAllowed> {
        let line = self.number;
        if let Some(allowed) = &self.namespaces
            && !allowed.matches(namespace)
        {
            return Some(NotAllowed::WrongNamespace {
                line,
                allowed: allowed.as_str().to_owned(),
                namespace: namespace.to_owned(),
            });
        }
        // Whole seconds, and both ends belong to the time allowed, as `ssh-keygen -Y verify` counts.
        let at = at.as_second();
        if let Some(from) = self.valid_after
            && at < from.as_second()
        {
            return Some(NotAllowed::NotYetValid { line, from });
        }
        if let Some(until) = self.valid_before
            && at > until.as_second()
        {
            return Some(NotAllowed::NoLongerValid { line, until });
        }
        None
    }
}

#[cfg(test)]
mod tests;
