//! YAML text → [`Node`] tree. The only module that knows the YAML crate.
//!
//! Untyped words stay texts (`no`, `on`, `017`, `1_000`, dates); merge keys and doubled keys are reported by
//! [`crate::playbook::check`], all at once; what the parser itself cannot read ends the reading.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::granit_parser::ErrorKind;
use serde_yaml::{Error, ExternalMessageSource, MessageFormatter, Spanned, UserMessageFormatter};

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::playbook::raw::{Entry, Node, Raw};

/// Deeper nesting than this is no playbook.
const DEPTH_LIMIT: usize = 64;
/// A playbook of 1 MiB with values of 20 bytes has fewer values than this.
const NODE_LIMIT: usize = 60_000;
/// Aliases may be used, but not to make much out of little.
const REPLAY_LIMIT: usize = 20_000;

/// Parses a text into a tree.
///
/// # Errors
/// The first place that is no YAML.
pub fn parse(file: &Arc<SourceFile>) -> Result<Node, Diagnostic> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: DEPTH_LIMIT,
            flow_nesting_limit: DEPTH_LIMIT,
            max_nodes: NODE_LIMIT,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: REPLAY_LIMIT,
        },
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::PassThrough,
        merge_keys: serde_yaml::options::MergeKeyPolicy::AsOrdinary,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_yaml::options::NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    match serde_yaml::from_str_with_options::<Spanned<Parsed>>(&file.text, options) {
        Ok(tree) => Ok(node(tree, &file.text)),
        Err(error) => Err(diagnostic(&error, file)),
    }
}

/// What the YAML crate gives, before places become ranges.
enum Parsed {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Spanned<Parsed>>),
    Map(Vec<(Spanned<Parsed>, Spanned<Parsed>)>),
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParsedVisitor)
    }
}

struct ParsedVisitor;

impl<'de> Visitor<'de> for ParsedVisitor {
    type Value = Parsed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Parsed, E> {
        Ok(Parsed::Null)
    }

    fn visit_none<E>(self) -> Result<Parsed, E> {
        Ok(Parsed::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Parsed, E> {
        Ok(Parsed::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Parsed, E> {
        Ok(Parsed::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Parsed, E> {
        Ok(Parsed::Number(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Parsed, E> {
        Ok(Parsed::Text(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Parsed, E> {
        Ok(Parsed::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Parsed, E> {
        Ok(match serde_json::Number::from_f64(value) {
            Some(number) => Parsed::Number(number),
            None => Parsed::Text(value.to_string()),
        })
    }

    fn visit_str<E>(self, value: &str) -> Result<Parsed, E> {
        Ok(Parsed::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Parsed, E> {
        Ok(Parsed::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Parsed, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Parsed::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Parsed, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Parsed::Map(map))
    }
}

fn node(parsed: Spanned<Parsed>, text: &str) -> Node {
    let range = range_of(&parsed, text);
    let raw = match parsed.value {
        Parsed::Null => Raw::Null,
        Parsed::Bool(value) => Raw::Bool(value),
        Parsed::Number(number) => {
            let written = text.get(range.clone()).unwrap_or_default().trim();
            let written = if written.is_empty() || written.starts_with('*') {
                number.to_string()
            } else {
                written.to_owned()
            };
            Raw::Number(number, written)
        }
        Parsed::Text(text) => Raw::Text(text),
        Parsed::List(items) => Raw::List(items.into_iter().map(|item| node(item, text)).collect()),
        Parsed::Map(entries) => Raw::Map(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key: node(key, text),
                    value: node(value, text),
                })
                .collect(),
        ),
    };
    Node { raw, range }
}

/// Where a value is used; of an alias that is the place of the `*name`.
fn range_of(parsed: &Spanned<Parsed>, text: &str) -> Range<usize> {
    let (Some(start), Some(length)) = (
        parsed.referenced.span().byte_offset(),
        parsed.referenced.span().byte_len(),
    ) else {
        return 0..0;
    };
    clamped(start, length, text)
}

fn clamped(start: u64, length: u64, text: &str) -> Range<usize> {
    let boundary = |at: u64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    boundary(start)..boundary(start.saturating_add(length))
}

/// What the parser says, in our words where it has several meanings.
fn diagnostic(error: &Error, file: &Arc<SourceFile>) -> Diagnostic {
    explained(error, Span::new(file, place(error, &file.text)))
}

fn explained(error: &Error, span: Span) -> Diagnostic {
    let said = UserMessageFormatter.format_message(error).into_owned();
    match error {
        Error::AliasError { error, .. } | Error::WithSnippet { error, .. } => explained(error, span),
        Error::UnsupportedTag { tag, .. } => Diagnostic::error(
            "R0106",
            span,
            format!("the tag `{tag}` has no meaning in a playbook"),
        )
        .help("leave the tag out; quote a text that looks like a number"),
        Error::MultipleDocuments { .. } => Diagnostic::error(
            "R0110",
            span,
            "a second document begins here, expected one playbook a file",
        )
        .help("remove the line `---`, or put the second playbook into a file of its own"),
        Error::UnknownAnchor { .. } => Diagnostic::error(
            "R0104",
            span,
            "the alias refers to an anchor that does not stand above it",
        )
        .help("a text that begins with `*` must be quoted"),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => too_much(span),
        Error::ExternalMessage { source, .. } => match source.as_ref() {
            ExternalMessageSource::Parser(error) => scan_error(error.kind(), &said, span),
            _ => no_yaml(&said, span),
        },
        _ => no_yaml(&said, span),
    }
}

fn scan_error(kind: &ErrorKind, said: &str, span: Span) -> Diagnostic {
    match kind {
        ErrorKind::RecursionLimitExceeded => too_much(span),
        ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
            Diagnostic::error("R0120", span, "a tab indents this line, expected spaces")
                .help("replace the tab by spaces")
        }
        _ => no_yaml(said, span),
    }
}

fn no_yaml(said: &str, span: Span) -> Diagnostic {
    let line = line_of(&span);
    let unquoted_hole = line.contains(": {{") || line.contains("- {{");
    let said = said.replace('`', "'");
    let wrong = Diagnostic::error("R0104", span, format!("the text is no YAML here: {said}"));
    if unquoted_hole {
        wrong.help("a text that begins with `{{` must be quoted: `'{{user.id}}/manager'`")
    } else if said.contains("mapping values") || said.contains("unexpected character") {
        wrong.help("a text with `: ` in it, or that begins with a special character, must be quoted")
    } else {
        wrong.help("check indentation, quotes and brackets in this line and the one before")
    }
}

fn too_much(span: Span) -> Diagnostic {
    Diagnostic::error(
        "R0105",
        span,
        format!(
            "the text unfolds to more than a playbook may hold: {DEPTH_LIMIT} levels, {NODE_LIMIT} values"
        ),
    )
    .help("nest less, and use fewer aliases")
}

fn line_of(span: &Span) -> &str {
    let (line, _) = span.file.line_and_column(span.range.start);
    span.file.text.lines().nth(line - 1).unwrap_or_default()
}

/// The parser gives bytes for what it understood, and line and column for what it did not.
fn place(error: &Error, text: &str) -> Range<usize> {
    let Some(location) = error.location() else {
        return 0..0;
    };
    if let (Some(start), Some(length)) = (location.span().byte_offset(), location.span().byte_len()) {
        return clamped(start, length, text);
    }
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines
        .by_ref()
        .take(usize::try_from(location.line().saturating_sub(1)).unwrap_or(0))
        .map(str::len)
        .sum();
    let line = lines.next().unwrap_or_default();
    let column = usize::try_from(location.column().saturating_sub(1)).unwrap_or(0);
    let mut rest = line.char_indices().skip(column).map(|(at, _)| at);
    let start = rest.next().unwrap_or(line.trim_end().len());
    let end = rest.next().unwrap_or(line.trim_end().len()).max(start);
    before + start..before + end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, Diagnostic> {
        parse(&Arc::new(SourceFile {
            name: "playbook.yaml".to_owned(),
            text: text.to_owned(),
        }))
    }

    fn places(node: &Node, text: &str, out: &mut Vec<String>) {
        match &node.raw {
            Raw::List(items) => items.iter().for_each(|item| places(item, text, out)),
            Raw::Map(entries) => entries.iter().for_each(|entry| {
                places(&entry.key, text, out);
                places(&entry.value, text, out);
            }),
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) => {
                out.push(text[node.range.clone()].trim_end().to_owned());
            }
        }
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        let text = "a: é\nb: [x, 'y']\nc: {d: 017, e: 1.10}\nf: |\n  one\n  two\n";
        let mut out = Vec::new();
        places(&read(text).unwrap(), text, &mut out);
        assert_eq!(
            out,
            [
                "a",
                "é",
                "b",
                "x",
                "'y'",
                "c",
                "d",
                "017",
                "e",
                "1.10",
                "f",
                "one\n  two"
            ]
        );
    }

    #[test]
    fn words_that_yaml_1_1_took_for_something_else_stay_texts() {
        let json = read("[no, on, yes, 017, 1_000, 12:30:45, 2024-01-01, .inf]")
            .unwrap()
            .json();
        assert!(
            json.as_array().unwrap().iter().all(crate::value::Json::is_string),
            "{json}"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        let bomb: String = (1..40).fold("a0: &a0 [1, 1, 1]\n".to_owned(), |text, i| {
            let one = format!("*a{}", i - 1);
            format!("{text}a{i}: &a{i} [{one}, {one}, {one}, {one}]\n")
        });
        let deep = "[".repeat(100_000);
        let nested = "- ".repeat(2_000);
        let table = [
            ("a: !secret x\n", "R0106", (1, 12)),
            ("a: 1\n---\nb: 2\n", "R0110", (3, 1)),
            ("a: *nope\n", "R0104", (1, 4)),
            ("a: b: c\n", "R0104", (1, 5)),
            ("a:\n\tb: 1\n", "R0120", (2, 2)),
            ("é: [1\n", "R0104", (1, 4)),
            (bomb.as_str(), "R0105", (7, 20)),
            (deep.as_str(), "R0105", (1, 65)),
            (nested.as_str(), "R0105", (1, 129)),
        ];
        for (text, code, place) in table {
            let found = read(text).unwrap_err();
            let span = found.span.unwrap();
            assert_eq!(found.code, code, "{}", found.message);
            assert_eq!(
                span.file.line_and_column(span.range.start),
                place,
                "{}",
                found.message
            );
        }
    }
}
