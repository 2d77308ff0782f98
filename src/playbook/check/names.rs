//! How names may look, and which are taken.
//!
//! Does not look names up; [`super::scope`] does.

use crate::playbook::check::Check;
use crate::playbook::expression::functions;
use crate::playbook::raw::Node;

/// Names that the language binds itself.
pub(super) const RESERVED: &[&str] = &[
    "inputs", "tenant", "tables", "steps", "result", "before", "action", "wave", "drift", "this",
];

/// Words of CEL that cannot be names: literals, operators, macros and what its specification reserves
/// (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax>).
const KEYWORDS: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "has",
    "all",
    "exists",
    "exists_one",
    "map",
    "filter",
    "each",
    "unless",
    "with",
    "log",
];

/// Conversions that CEL writes as calls.
const CONVERSIONS: &[&str] = &["int", "uint", "double", "string", "bytes", "bool", "type", "dyn"];

const LENGTH_LIMIT: usize = 64;

/// Whether a text can be a name of an expression.
pub(super) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && text.len() <= LENGTH_LIMIT
}

/// Whether a text is lower-case words joined by `-`.
pub(super) fn is_playbook_id(text: &str) -> bool {
    text.len() <= LENGTH_LIMIT
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// The nearest text that [`is_name`].
fn as_name(text: &str) -> String {
    let mut name: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .take(LENGTH_LIMIT)
        .collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "x_");
    }
    name
}

/// Whether a text names a function; a name that is one could not be told from a call in a text with holes.
pub(super) fn is_function(text: &str) -> bool {
    CONVERSIONS.contains(&text) || functions().iter().any(|function| function.name == text)
}

/// What takes a name, if anything does.
fn taken_by(name: &str) -> Option<&'static str> {
    if RESERVED.contains(&name) {
        Some("the language binds it itself")
    } else if KEYWORDS.contains(&name) {
        Some("it is a word of the expression language")
    } else if is_function(name) {
        Some("it is a function")
    } else {
        None
    }
}

impl Check<'_> {
    /// A new name: of a step, of a turn, of a part of `compute`, of an input.
    pub(super) fn new_name(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.plain_text(node, what)?;
        let range = self.visible(node);
        if !is_name(&text) {
            self.error_help(
                "R0203",
                &range,
                format!(
                    "{what} is `{}`, expected lower-case letters, digits and `_`, a letter first, at most {LENGTH_LIMIT}",
                    crate::playbook::raw::shortened(&text)
                ),
                format!("write `{}`", as_name(&text)),
            );
            return None;
        }
        if let Some(why) = taken_by(&text) {
            self.error_help(
                "R0205",
                &range,
                format!("{what} cannot be `{text}`: {why}"),
                format!("choose another name, `the_{text}` for instance"),
            );
            return None;
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_told_from_other_texts() {
        for good in ["a", "step_2", "entra_refuses"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "2a", "_a", "A", "a-b", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
            assert!(is_name(&as_name(bad)), "{bad} → {}", as_name(bad));
        }
        assert!(is_playbook_id("outlook-auth-loop") && is_playbook_id("x2"));
        assert!(
            !is_playbook_id("-a") && !is_playbook_id("a--b") && !is_playbook_id("A") && !is_playbook_id("")
        );
    }
}
