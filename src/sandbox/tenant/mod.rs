//! The tenant file: YAML → raw → checked, with every mistake at its place (codes `R06xx`).
//!
//! Serves nothing. The format is documented in `docs/tenant-file.md`; the checked types are in [`model`].

use std::sync::Arc;

use serde_yaml::options;

use crate::diagnostic::{Diagnostic, SourceFile, Span};

pub mod apps;
mod check;
mod exchange;
mod faults;
pub mod model;
mod people;
mod raw;
mod rules;
pub mod times;

pub use model::TenantFile;

/// The codes of this room, with what they stand for.
pub const CODES: [(&str, &str); 8] = [
    (
        SHAPE,
        "not YAML, an unknown or missing key, or a value of another type",
    ),
    (VERSION, "another version of the format"),
    (DUPLICATE, "an id or name that is already taken"),
    (
        UNKNOWN,
        "a user, group or application that the file does not know",
    ),
    (TIME, "no duration, instant or moment"),
    (VALUE, "a value that is not one of the possible ones"),
    (GUID, "no GUID"),
    (FAULT, "a fault that can never match"),
];

const SHAPE: &str = "R0601";
const VERSION: &str = "R0602";
const DUPLICATE: &str = "R0603";
const UNKNOWN: &str = "R0604";
const TIME: &str = "R0605";
const VALUE: &str = "R0606";
const GUID: &str = "R0607";
const FAULT: &str = "R0608";

/// Reads and checks a tenant file; all mistakes at once.
///
/// # Errors
/// What is wrong, in order of the file; a text that is no YAML of the right shape gives one diagnostic.
pub fn parse(source: &Arc<SourceFile>) -> Result<TenantFile, Vec<Diagnostic>> {
    let options = options! { strict_booleans: true, with_snippet: false };
    let raw: raw::RawTenant = serde_yaml::from_str_with_options(&source.text, options)
        .map_err(|error| vec![shape(source, &error)])?;
    check::check(raw, source)
}

fn shape(source: &Arc<SourceFile>, error: &serde_yaml::Error) -> Diagnostic {
    let message = error.without_snippet().to_string();
    let at = error.location().and_then(|place| place.span().byte_offset());
    let at = usize::try_from(at.unwrap_or(0))
        .unwrap_or(0)
        .min(source.text.len());
    Diagnostic::error(SHAPE, Span::new(source, at..at), message)
        .help("see `docs/tenant-file.md` for every key of a tenant file")
}

#[cfg(test)]
mod tests;
