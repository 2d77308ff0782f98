//! One value of the YAML text with its place, and what it can be read as.
//!
//! Knows no keys. Numbers and truth values keep the text they were written as, because `1.10` may be a title.

use std::ops::Range;

use serde_json::{Map, Number};

use crate::value::Json;

/// A value and where it stands, in bytes of the source file.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub raw: Raw,
    /// Where; for lists and maps only the start is certain.
    pub range: Range<usize>,
}

/// What a YAML value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    /// `null`, `~`, or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, and the text it was written as.
    Number(Number, String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order written.
    Map(Vec<Entry>),
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key; a text, or a mistake.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Entry {
    /// The key's text; numbers and truth values as they were written.
    pub fn name(&self) -> Option<String> {
        self.key.text()
    }
}

impl Node {
    /// A scalar as text: `1.10` and `true` as they were written; `None` for null, lists and maps.
    pub fn text(&self) -> Option<String> {
        match &self.raw {
            Raw::Text(text) | Raw::Number(_, text) => Some(text.clone()),
            Raw::Bool(value) => Some(value.to_string()),
            Raw::Null | Raw::List(_) | Raw::Map(_) => None,
        }
    }

    /// The entries of a mapping; nothing else has any.
    pub fn entries(&self) -> &[Entry] {
        match &self.raw {
            Raw::Map(entries) => entries,
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) | Raw::List(_) => &[],
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries()
            .iter()
            .find(|entry| matches!(&entry.key.raw, Raw::Text(text) if text == key))
            .map(|entry| &entry.value)
    }

    /// Constant data; a key that is no text is left out (it is reported where the text is read).
    pub fn json(&self) -> Json {
        match &self.raw {
            Raw::Null => Json::Null,
            Raw::Bool(value) => Json::Bool(*value),
            Raw::Number(number, _) => Json::Number(number.clone()),
            Raw::Text(text) => Json::String(text.clone()),
            Raw::List(items) => Json::Array(items.iter().map(Node::json).collect()),
            Raw::Map(entries) => Json::Object(map(entries)),
        }
    }

    /// What was found, for messages: `` the text `abc` ``, `a list`, `nothing`.
    pub fn found(&self) -> String {
        match &self.raw {
            Raw::Null => "nothing".to_owned(),
            Raw::Bool(value) => format!("`{value}`"),
            Raw::Number(_, text) => format!("the number `{text}`"),
            Raw::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Raw::Text(text) => format!("`{}`", shortened(text)),
            Raw::List(_) => "a list".to_owned(),
            Raw::Map(_) => "a mapping".to_owned(),
        }
    }
}

fn map(entries: &[Entry]) -> Map<String, Json> {
    entries
        .iter()
        .filter_map(|entry| Some((entry.name()?, entry.value.json())))
        .collect()
}

/// The first line, at most 60 characters of it.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None if line.len() < text.trim_end().len() => format!("{line}…"),
        None => line.to_owned(),
    }
}

impl Node {
    /// `{{x}}` without quotes: YAML takes it for a mapping in a mapping.
    pub(crate) fn looks_like_a_hole(&self) -> bool {
        matches!(self.entries(), [entry] if matches!(entry.key.raw, Raw::Map(_) | Raw::List(_)))
    }
}
