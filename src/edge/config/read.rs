//! Text → the configuration as it is written; the YAML library's errors → diagnostics.
//!
//! No diagnostic can quote a secret: places point into a masked copy of the text, and values of the wrong kind
//! are not repeated.

use std::sync::Arc;

use serde_yaml::{Error, Location, Spanned};

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::edge::config::mask::mask;
use crate::edge::config::raw::RawConfig;

/// Parses a configuration's text. The source file holds the text with everything masked that may be a secret.
pub(super) fn parse(name: &str, text: &str) -> (Arc<SourceFile>, Result<RawConfig, Diagnostic>) {
    let file = Arc::new(SourceFile {
        name: name.to_owned(),
        text: mask(text),
    });
    let options = serde_yaml::options! { strict_booleans: true };
    let raw = serde_yaml::from_str_with_options(text, options)
        .map_err(|error: Error| diagnose(&file, error.without_snippet()));
    (file, raw)
}

/// The span of a value that was read.
pub(super) fn span_of<T>(file: &Arc<SourceFile>, value: &Spanned<T>) -> Span {
    let length = value.referenced.span().byte_len();
    let mut span = place(file, value.referenced);
    if let Some(length) = length.and_then(|length| usize::try_from(length).ok()).filter(|l| *l > 0) {
        let end = (span.range.start + length).min(file.text.len());
        // A mapping's span is its whole text; its first line says enough.
        let whole = file.text.get(span.range.start..end).unwrap_or_default();
        span.range.end = span.range.start + whole.lines().next().unwrap_or_default().len();
    }
    span
}

fn diagnose(file: &Arc<SourceFile>, error: &Error) -> Diagnostic {
    let at = place(file, error.location().unwrap_or(Location::UNKNOWN));
    match error {
        Error::SerdeUnknownField { field, expected, .. } => Diagnostic::error(
            "R0502",
            at,
            format!("unknown field `{field}`: expected one of {}", listed(expected)),
        )
        .did_you_mean(field, expected.iter().copied()),
        Error::SerdeUnknownVariant { expected, .. } => {
            Diagnostic::error("R0503", at, format!("expected one of {}", listed(expected)))
        }
        Error::SerdeMissingField { field, .. } => {
            Diagnostic::error("R0504", at, format!("the field `{field}` is missing"))
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("?");
            Diagnostic::error("R0505", at, format!("the key `{key}` stands here twice"))
        }
        Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
            Diagnostic::error("R0503", at, format!("expected {expected}"))
        }
        Error::InvalidScalar { ty, .. } => Diagnostic::error("R0503", at, format!("expected {ty}")),
        Error::NullIntoString { .. } => Diagnostic::error("R0503", at, "expected a text, found nothing"),
        Error::Unexpected { expected, .. } => Diagnostic::error("R0503", at, format!("expected {expected}")),
        other => Diagnostic::error("R0501", at, format!("this cannot be read as YAML: {}", unplaced(other))),
    }
}

/// The library's message without its "at line …", which the span says better.
fn unplaced(error: &Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    match first.split_once(": ") {
        Some((head, rest)) if head.starts_with("line ") => rest.to_owned(),
        Some(_) | None => first.to_owned(),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The word at a line and column, both from 1; 0 means that the place is not known.
fn place(file: &Arc<SourceFile>, at: Location) -> Span {
    let text = &file.text;
    let line = usize::try_from(at.line()).unwrap_or(1).max(1);
    let column = usize::try_from(at.column()).unwrap_or(1).max(1);
    let line_start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let in_line: usize = text[line_start..]
        .chars()
        .take(column - 1)
        .map(char::len_utf8)
        .sum();
    let start = line_start + in_line;
    let length = text[start..].find([' ', '\n', '\r', ',', '}']).unwrap_or(text.len() - start);
    Span::new(file, start..start + length)
}
