//! Functions with regular expressions (RE2 syntax, linear time).
//!
//! No look-around and no back-references: what they cost cannot be bounded.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};

use super::{Call, Function, plain};
use crate::playbook::expression::term::{Term, shorten};
use crate::playbook::expression::work::{LONGEST_TEXT_BYTES, Trouble};

/// A compiled expression is at most so big; `x{1000}{1000}` is refused.
const LARGEST_BYTES: usize = 256 * 1024;
/// Compiled ones are kept, because the same few are used for every target.
const KEPT: usize = 128;
/// A text costs so many times its length: matching is slower than copying.
const EFFORT: usize = 8;

static COMPILED: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);

pub(super) const TABLE: &[Function] = &[
    plain(
        matches,
        (2, 2),
        "matches(text, regex)",
        "Whether a regular expression matches somewhere in a text.",
        &[
            ("'AADSTS50053: locked'.matches('AADSTS[0-9]+')", "true"),
            ("matches('abc', '^b')", "false"),
        ],
    ),
    plain(
        capture,
        (2, 2),
        "capture(text, regex)",
        "The first group of the first match, or the whole match where there is no group; null without a match.",
        &[
            ("capture('AADSTS50053: locked', 'AADSTS([0-9]+)')", "\"50053\""),
            ("capture('abc', 'x')", "null"),
        ],
    ),
    plain(
        replace_matches,
        (3, 3),
        "replace_matches(text, regex, to)",
        "The text with each match replaced; `to` is taken as it is written.",
        &[("replace_matches('a1b22', '[0-9]+', '$0')", "\"a$0b$0\"")],
    ),
];

/// Compiles, or says what is wrong.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return Ok(regex.clone());
    }
    let regex = RegexBuilder::new(pattern)
        .size_limit(LARGEST_BYTES)
        .nest_limit(32)
        .build()
        .map_err(|error| {
            let reason = error.to_string();
            let reason = reason
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ")
                .to_owned();
            format!("`{}` is not a regular expression: {reason}", shorten(pattern))
        })?;
    if compiled.len() >= KEPT {
        compiled.clear();
    }
    compiled.insert(pattern.to_owned(), regex.clone());
    Ok(regex)
}

fn subject<'t>(call: &Call<'_>, arguments: &'t [Term]) -> Result<(&'t str, Regex), Trouble> {
    let (text, pattern) = (call.text(arguments, 0)?, call.text(arguments, 1)?);
    call.work.spend(text.len().saturating_mul(EFFORT) / 16)?;
    Ok((text, compile(pattern).map_err(Trouble::wrong)?))
}

fn matches(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, regex) = subject(call, arguments)?;
    Ok(Term::Bool(regex.is_match(text)))
}

fn capture(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, regex) = subject(call, arguments)?;
    let Some(captures) = regex.captures(text) else {
        return Ok(Term::Null);
    };
    let group = usize::from(captures.len() > 1);
    match captures.get(group) {
        Some(found) => call.new_text(found.as_str()),
        None => Ok(Term::Null),
    }
}

fn replace_matches(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, regex) = subject(call, arguments)?;
    let to = call.text(arguments, 2)?;
    let mut out = String::new();
    let mut copied = 0;
    for found in regex.find_iter(text) {
        out.push_str(&text[copied..found.start()]);
        out.push_str(to);
        copied = found.end();
        call.work.spend_text(to.len())?;
        if out.len() > LONGEST_TEXT_BYTES {
            break;
        }
    }
    out.push_str(&text[copied..]);
    call.new_text(out)
}
