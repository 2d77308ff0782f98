//! Expressions, texts with holes, messages and bodies: parsed, and their mistakes put where they stand.
//!
//! A scalar's content may differ from the file (quotes, folds, indentation); places are carried over.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::playbook::check::Check;
use crate::playbook::check::scope::{Among, Sight};
use crate::playbook::expression::Expression;
use crate::playbook::model::Body;
use crate::playbook::raw::{Alignment, Node, Raw, content_range};
use crate::playbook::text::{Message, MessageFormat, Place, Text};

/// A scalar's content, or a part of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'n> {
    pub(super) node: &'n Node,
    /// All of the scalar's content.
    pub(super) whole: &'n str,
    /// Where in it the part begins.
    start: usize,
    pub(super) text: &'n str,
}

impl<'n> Part<'n> {
    pub(super) fn all(node: &'n Node, whole: &'n str) -> Self {
        Part {
            node,
            whole,
            start: 0,
            text: whole,
        }
    }

    /// A range of this part.
    pub(super) fn slice(self, range: Range<usize>) -> Self {
        Part {
            start: self.start + range.start,
            text: &self.text[range],
            ..self
        }
    }

    /// What `self` and `end` enclose, without spaces around it.
    pub(super) fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }
}

impl Check<'_> {
    /// Where a range of a part stands in the file; the whole scalar where that is not known.
    pub(super) fn place_of(&self, part: Part<'_>, range: Range<usize>) -> Range<usize> {
        let file = &self.file.text;
        let (start, end) = (part.start + range.start, part.start + range.end);
        if let Some(content) = content_range(part.whole, file, &part.node.range) {
            return content.start + start..content.start + end;
        }
        match Alignment::of(part.whole, file, part.node.range.start) {
            Some(alignment) => alignment.range(start..end),
            None => self.visible(part.node),
        }
    }

    /// Where a part stands.
    pub(super) fn place(&self, part: Part<'_>) -> Range<usize> {
        self.place_of(part, 0..part.text.len())
    }

    /// Parses a part; mistakes are carried over to the file.
    fn parse<T>(
        &mut self,
        part: Part<'_>,
        parse: impl Fn(&str, Span) -> Result<T, Vec<Diagnostic>>,
    ) -> Option<T> {
        let place = self.place(part);
        let verbatim = self.file.text.get(place.clone()) == Some(part.text);
        let mistakes = match parse(part.text, self.span(&place)) {
            Ok(parsed) => return Some(parsed),
            Err(mistakes) if verbatim => mistakes,
            Err(_) => self.carried_over(part, parse),
        };
        self.found.extend(mistakes);
        None
    }

    fn carried_over<T>(
        &self,
        part: Part<'_>,
        parse: impl Fn(&str, Span) -> Result<T, Vec<Diagnostic>>,
    ) -> Vec<Diagnostic> {
        let content = Arc::new(SourceFile {
            name: self.file.name.clone(),
            text: part.text.to_owned(),
        });
        let Err(mut mistakes) = parse(part.text, Span::new(&content, 0..part.text.len())) else {
            return Vec::new();
        };
        for mistake in &mut mistakes {
            if let Some(span) = &mut mistake.span {
                *span = self.span(&self.place_of(part, span.range.clone()));
            }
        }
        mistakes
    }

    /// An expression; a number or truth value is one too.
    pub(super) fn expression(&mut self, node: &Node, what: &str, sight: &Sight) -> Option<Expression> {
        let text = match node.text() {
            Some(text) if !text.trim().is_empty() => text,
            Some(_) => {
                self.error(
                    "R0122",
                    &node.range,
                    format!("{what} is empty, expected an expression"),
                );
                return None;
            }
            None => {
                self.no_expression(node, what);
                return None;
            }
        };
        let part = Part::all(node, &text);
        if text.trim_start().starts_with("{{") && text.trim_end().ends_with("}}") {
            let inside = text
                .trim()
                .trim_start_matches('{')
                .trim_end_matches('}')
                .trim()
                .to_owned();
            self.error_help(
                "R0125",
                &self.place(part),
                format!("{what} is a text with a hole, expected an expression"),
                format!("write it without braces: `{inside}`"),
            );
            return None;
        }
        let expression = self.parse(part, Expression::parse)?;
        self.refer(part, expression.references(), Among::Expression, sight);
        Some(expression)
    }

    fn no_expression(&mut self, node: &Node, what: &str) {
        let message = format!("{what} is {}, expected an expression", node.found());
        if matches!(node.raw, Raw::Null) || node.looks_like_a_hole() {
            self.expected(node, &message);
        } else {
            self.error_help(
                "R0113",
                &self.visible(node),
                message,
                "quote an expression that begins with a bracket: `'[1, 2]'`",
            );
        }
    }

    /// A text with holes.
    pub(super) fn text(&mut self, part: Part<'_>, place: Place, sight: &Sight) -> Option<Text> {
        let text = self.parse(part, |text, span| Text::parse(text, span, place))?;
        self.refer(part, text.references(), Among::Holes, sight);
        Some(text)
    }

    /// A whole scalar as a text with holes.
    pub(super) fn text_node(&mut self, node: &Node, what: &str, place: Place, sight: &Sight) -> Option<Text> {
        let Some(text) = node.text() else {
            self.expected(node, &format!("{what} is {}, expected a text", node.found()));
            return None;
        };
        self.text(Part::all(node, &text), place, sight)
    }

    /// A text for people.
    pub(super) fn message(
        &mut self,
        node: &Node,
        what: &str,
        format: MessageFormat,
        sight: &Sight,
    ) -> Option<Message> {
        let text = self.plain_text(node, what)?;
        let part = Part::all(node, &text);
        let message = self.parse(part, |text, span| Message::parse(text, span, format))?;
        self.refer(part, message.references(), Among::Holes, sight);
        Some(message)
    }

    /// A JSON value with holes.
    pub(super) fn body(&mut self, node: &Node, sight: &Sight) -> Option<Body> {
        match &node.raw {
            Raw::Text(text) if text.contains("{{") => {
                let text = self.text(Part::all(node, text), Place::Json, sight)?;
                Some(Body::Text(text))
            }
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) => Some(Body::Literal(self.data(node))),
            Raw::List(items) => {
                let items: Vec<Option<Body>> = items.iter().map(|item| self.body(item, sight)).collect();
                Some(simplified_list(items.into_iter().collect::<Option<_>>()?))
            }
            Raw::Map(_) if node.looks_like_a_hole() => {
                self.expected(node, "");
                None
            }
            Raw::Map(_) => self.body_map(node, sight),
        }
    }

    fn body_map(&mut self, node: &Node, sight: &Sight) -> Option<Body> {
        let fields = self.open_fields(node, "the value")?;
        let mut members = Vec::new();
        let mut complete = true;
        for (name, entry) in fields.iter() {
            if name.contains("{{") {
                complete = false;
                self.error(
                    "R0126",
                    &entry.key.range,
                    format!("the key `{name}` has a hole, expected a constant key"),
                );
            }
            match self.body(&entry.value, sight) {
                Some(body) => members.push((name.to_owned(), body)),
                None => complete = false,
            }
        }
        complete.then(|| simplified_map(members))
    }
}

/// A list without holes is a literal as a whole.
fn simplified_list(items: Vec<Body>) -> Body {
    let literals: Option<Vec<_>> = items.iter().map(literal).collect();
    match literals {
        Some(literals) => Body::Literal(literals.into_iter().cloned().collect()),
        None => Body::List(items),
    }
}

fn simplified_map(members: Vec<(String, Body)>) -> Body {
    let literals: Option<Vec<_>> = members
        .iter()
        .map(|(name, body)| Some((name.clone(), literal(body)?.clone())))
        .collect();
    match literals {
        Some(literals) => Body::Literal(literals.into_iter().collect()),
        None => Body::Map(members),
    }
}

fn literal(body: &Body) -> Option<&crate::value::Json> {
    match body {
        Body::Literal(json) => Some(json),
        Body::Text(_) | Body::List(_) | Body::Map(_) => None,
    }
}
