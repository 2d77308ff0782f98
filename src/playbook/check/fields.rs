//! Reading mappings: known keys, doubled keys, keys that are no text.
//!
//! Does not know what a key means: the file of each construct does.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, closest};
use crate::playbook::check::Check;
use crate::playbook::raw::{Entry, Node, Raw};

/// What product descriptions name but this version of the language does not have.
const LATER: &[&str] = &[
    "manual",
    "notify",
    "playbook",
    "steps",
    "retry",
    "timeout",
    "snapshot",
    "always",
    "on_failure",
    "script",
];

/// The readable entries of one mapping; a doubled key counts once.
pub(super) struct Fields<'n> {
    /// `a step`, `the input`: for messages.
    pub(super) what: String,
    /// Where to point when something is missing.
    pub(super) range: Range<usize>,
    entries: Vec<(String, &'n Entry)>,
    /// Known keys that unknown ones were probably meant to be: they are not missing as well.
    misspelt: Vec<String>,
}

impl<'n> Fields<'n> {
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, entry)| *entry)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'n Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), *entry))
    }
}

impl Check<'_> {
    /// The entries of a mapping whose keys are all known beforehand.
    pub(super) fn fields<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<Fields<'n>> {
        let mut fields = self.open_fields(node, what)?;
        let misspelt = &mut fields.misspelt;
        fields.entries.retain(|(name, entry)| {
            let known_here = known.contains(&name.as_str());
            if !known_here {
                misspelt.extend(self.unknown_key(name, entry, what, known).map(str::to_owned));
            }
            known_here
        });
        Some(fields)
    }

    /// The entries of a mapping with any keys.
    pub(super) fn open_fields<'n>(&mut self, node: &'n Node, what: &str) -> Option<Fields<'n>> {
        let Raw::Map(raw) = &node.raw else {
            self.expected(node, &format!("{what} is {}, expected a mapping", node.found()));
            return None;
        };
        let mut entries: Vec<(String, &'n Entry)> = Vec::with_capacity(raw.len());
        for entry in raw {
            let Some(name) = self.key(entry) else { continue };
            match entries.iter().find(|(known, _)| *known == name) {
                None => entries.push((name, entry)),
                Some((_, first)) => self.doubled(&name, entry, first),
            }
        }
        let range = match raw.first() {
            Some(first) => first.key.range.clone(),
            None => node.range.clone(),
        };
        Some(Fields {
            what: what.to_owned(),
            range,
            entries,
            misspelt: Vec::new(),
        })
    }

    /// The value of a key that must be there.
    pub(super) fn required<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n Node> {
        let node = fields.get(key);
        if node.is_none() && !fields.misspelt.iter().any(|meant| meant == key) {
            self.error("R0112", &fields.range, format!("{} has no `{key}`", fields.what));
        }
        node
    }

    /// The items of a list.
    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.raw {
            Raw::List(items) => Some(items),
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) | Raw::Map(_) => {
                self.expected(node, &format!("{what} is {}, expected a list", node.found()));
                None
            }
        }
    }

    /// A value of the wrong shape.
    pub(super) fn expected(&mut self, node: &Node, message: &str) {
        let range = self.visible(node);
        if node.looks_like_a_hole() {
            self.error_help(
                "R0121",
                &range,
                "a text that begins with `{{` is read as a mapping",
                "put it between quotes: `'{{user.id}}'`",
            );
        } else {
            self.error("R0113", &range, message);
        }
    }

    /// The range of a node without the line ends and spaces that follow it.
    pub(super) fn visible(&self, node: &Node) -> Range<usize> {
        let text = self.file.text.get(node.range.clone()).unwrap_or_default();
        node.range.start..node.range.start + text.trim_end().len()
    }

    /// The key's text; `None` for a mistake that was reported.
    pub(super) fn key(&mut self, entry: &Entry) -> Option<String> {
        match &entry.key.raw {
            Raw::Text(text) if text == "<<" => {
                self.error_help(
                    "R0107",
                    &entry.key.range,
                    "the merge key `<<` is not part of the language",
                    "write the keys out",
                );
                None
            }
            Raw::Text(text) => Some(text.clone()),
            Raw::Number(..) | Raw::Bool(_) => entry.name(),
            Raw::Null | Raw::List(_) | Raw::Map(_) => {
                self.key_is_no_text(entry);
                None
            }
        }
    }

    fn key_is_no_text(&mut self, entry: &Entry) {
        if matches!(&entry.key.raw, Raw::Map(_)) {
            self.error_help(
                "R0121",
                &entry.key.range,
                "a text that begins with `{{` is read as a mapping",
                "put it between quotes: `'{{user.id}}'`",
            );
        } else {
            let found = entry.key.found();
            self.error(
                "R0109",
                &entry.key.range,
                format!("the key of a mapping is {found}, expected a text"),
            );
        }
    }

    fn doubled(&mut self, name: &str, entry: &Entry, first: &Entry) {
        let (line, _) = self.file.line_and_column(first.key.range.start);
        self.error_help(
            "R0108",
            &entry.key.range,
            format!("the key `{name}` stands here a second time"),
            format!("the first is in line {line}; keep one of them"),
        );
    }

    /// Gives the key that was probably meant.
    fn unknown_key<'k>(
        &mut self,
        name: &str,
        entry: &Entry,
        what: &str,
        known: &[&'k str],
    ) -> Option<&'k str> {
        let span = self.span(&entry.key.range);
        let mistake = Diagnostic::error("R0111", span, format!("{what} has no key `{name}`"));
        let later = LATER.contains(&name);
        let meant = closest(name, known.iter().copied()).filter(|_| !later);
        self.report(if later {
            mistake.help("version 1 of the language does not have it yet")
        } else {
            match meant {
                Some(meant) => mistake.help(format!("did you mean `{meant}`?")),
                None => mistake.help(format!("known keys: {}", listed(known.iter().copied()))),
            }
        });
        meant
    }
}

/// `` `a`, `b`, `c` ``.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
