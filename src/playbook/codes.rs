//! The codes of diagnostics, each in one place with its one-line meaning.
//!
//! Codes are stable: a code is never used for another mistake.

/// `(code, meaning)`; sorted by code.
pub const CODES: &[(&str, &str)] = &[];
