//! What the literal text around a hole asks of its encoding, and where no encoding would be safe.
//!
//! Looks at what the author wrote only: a value, encoded, can never change the context of the next hole.

use super::MessageFormat;
use super::part::Part;

/// How a hole of a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathHole {
    /// A segment, or a piece of one.
    Segment,
    /// Inside quotes of a key: `(appId='{{x}}')`.
    QuotedKey,
    /// A whole key without quotes: `(id={{x}})`.
    Key,
}

/// For each hole of a path, in order.
pub(super) fn path_holes(parts: &[Part]) -> Vec<PathHole> {
    let mut out = Vec::new();
    let (mut quoted, mut open) = (false, 0usize);
    for part in parts {
        match part {
            Part::Literal(text) => {
                for character in text.chars() {
                    match character {
                        '\'' => quoted = open > 0 && !quoted,
                        '(' if !quoted => open += 1,
                        ')' if !quoted => open = open.saturating_sub(1),
                        '/' if !quoted => open = 0,
                        _other => {}
                    }
                }
            }
            Part::Hole(_) if quoted => out.push(PathHole::QuotedKey),
            Part::Hole(_) if open > 0 => out.push(PathHole::Key),
            Part::Hole(_) | Part::If(_) | Part::Each(_) => out.push(PathHole::Segment),
        }
    }
    out
}

/// Holes of a filter that stand inside the author's own quotes.
pub(super) fn quoted_holes(parts: &[Part]) -> Vec<usize> {
    let mut quotes = 0;
    let mut out = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Literal(text) => quotes += text.matches('\'').count(),
            Part::Hole(_) if quotes % 2 == 1 => out.push(at),
            Part::Hole(_) | Part::If(_) | Part::Each(_) => {}
        }
    }
    out
}

/// Follows the author's markup through a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Markup {
    text: String,
}

impl Markup {
    /// Why a hole that stands here could become code, if it could.
    pub fn trap(&self, format: MessageFormat) -> Option<&'static str> {
        match format {
            MessageFormat::Plain => None,
            MessageFormat::Markdown => self.in_tag().or_else(|| self.in_link()),
            MessageFormat::Html => self.in_tag(),
        }
    }

    /// The author's text goes on.
    pub fn push(&mut self, literal: &str) {
        self.text.push_str(literal);
    }

    fn in_tag(&self) -> Option<&'static str> {
        let lower = self.text.to_ascii_lowercase();
        let tag = lower.rfind('<').filter(|at| {
            let next = lower[at + 1..].chars().next();
            !lower[*at..].contains('>')
                && next.is_none_or(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        });
        if tag.is_some() {
            return Some("a hole inside a tag, expected it between tags");
        }
        let open = ["script", "style", "!--"].into_iter().any(|element| {
            let close = if element == "!--" {
                "-->".to_owned()
            } else {
                format!("</{element}")
            };
            lower
                .rfind(&format!("<{element}"))
                .is_some_and(|at| !lower[at..].contains(&close))
        });
        open.then_some("a hole inside a script, a style or a comment")
    }

    fn in_link(&self) -> Option<&'static str> {
        let at = self.text.rfind("](")?;
        (!self.text[at..].contains(')')).then_some("a hole inside a link's target, expected it in its text")
    }
}
