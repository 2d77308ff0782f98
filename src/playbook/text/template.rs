//! Handlebars text → parts, with every construct that this language leaves out as a diagnostic.
//!
//! The `handlebars` crate reads the text; its registry and its rendering are never used, so a value cannot be
//! evaluated a second time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use handlebars::template::{BlockParam, HelperTemplate, Parameter, TemplateElement};
use handlebars::{Template, TemplateErrorReason};

use super::codes;
use super::hole::{Mistake, Names};
use super::part::{Each, Hole, If, Part};
use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::functions;
use crate::playbook::expression::node::Node;
use crate::playbook::expression::place;
use crate::playbook::expression::stack::{Stopped, with_room};

/// The longest text with holes.
const LONGEST_BYTES: usize = 64 * 1024;
/// Brackets in the whole text, and blocks: more is not a text for people, and the parser recurses over them.
const MOST_BRACKETS: usize = 2_000;
const MOST_BLOCKS: usize = 300;
/// Blocks inside each other.
const DEEPEST_BLOCKS: usize = 8;

/// Which constructs a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Part of a request: plain holes only.
    Request,
    /// For people: blocks and comments too.
    People,
}

/// Reads a text into parts.
pub(super) fn read(text: &str, span: &Span, style: Style) -> Result<Vec<Part>, Vec<Diagnostic>> {
    let count = |wanted: &[char]| text.matches(wanted).count();
    let (brackets, blocks) = (count(&['(', '[', '{']), text.matches("{{#").count());
    if text.len() > LONGEST_BYTES || brackets > MOST_BRACKETS || blocks > MOST_BLOCKS {
        let message = format!(
            "the text is too large: {} bytes, {brackets} brackets and {blocks} blocks, at most {LONGEST_BYTES}, \
             {MOST_BRACKETS} and {MOST_BLOCKS} are allowed",
            text.len()
        );
        return Err(vec![Diagnostic::error(codes::TOO_LARGE, span.clone(), message)]);
    }
    if !text.contains("{{") {
        return Ok(vec![Part::Literal(text.to_owned())]);
    }
    with_room(brackets + blocks * 8, || read_here(text, span, style)).unwrap_or_else(|Stopped| {
        let message = "the text cannot be read";
        Err(vec![Diagnostic::error(codes::SYNTAX, span.clone(), message)])
    })
}

fn read_here(text: &str, span: &Span, style: Style) -> Result<Vec<Part>, Vec<Diagnostic>> {
    let template = Template::compile(text).map_err(|error| {
        let at = error.pos().map_or(0, |(line, column)| offset(text, line, column));
        let at = text[..at].rfind("{{").unwrap_or(at);
        let reason = match error.reason() {
            TemplateErrorReason::MismatchingClosedHelper(opened, closed) => {
                format!("the block {opened} is closed by {closed}")
            }
            TemplateErrorReason::InvalidParam(parameter) => format!("`{parameter}` is no argument"),
            _other => "this is no hole of the language".to_owned(),
        };
        let place = place::inner(span, text, &tag(text, at));
        vec![
            Diagnostic::error(codes::SYNTAX, place, format!("the text cannot be read: {reason}"))
                .help("a hole is a path or one call: `{{user.id}}`, `{{ago inputs.since}}`; write `\\{{` for braces"),
        ]
    })?;
    let mut reader = Reader {
        text,
        span,
        style,
        names: Names::default(),
        mistakes: Vec::new(),
    };
    let parts = reader.parts(&template, &(0..text.len()), 0);
    if reader.mistakes.is_empty() {
        Ok(parts)
    } else {
        Err(reader.mistakes)
    }
}

struct Reader<'a> {
    text: &'a str,
    span: &'a Span,
    style: Style,
    names: Names,
    mistakes: Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The parts of a template; `whole` is the place of what the parser gives no place.
    fn parts(&mut self, template: &Template, whole: &Range<usize>, depth: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        for (at, element) in template.elements.iter().enumerate() {
            let range = template.mapping.get(at).map_or(whole.clone(), |mapping| {
                tag(self.text, offset(self.text, mapping.0, mapping.1))
            });
            parts.extend(self.part(element, &range, depth));
        }
        parts
    }

    fn part(&mut self, element: &TemplateElement, range: &Range<usize>, depth: usize) -> Option<Part> {
        match element {
            TemplateElement::RawString(text) => Some(Part::Literal(text.clone())),
            TemplateElement::Expression(call) => self.hole(call, range),
            TemplateElement::HtmlExpression(_) => self.wrong(
                codes::RAW,
                range,
                "a raw hole, expected `{{…}}`: every value is encoded for where it stands",
            ),
            TemplateElement::Comment(_) if self.style == Style::People => None,
            TemplateElement::HelperBlock(block) if self.style == Style::People => {
                self.block(block, range, depth)
            }
            _other => self.wrong(
                codes::NOT_HERE,
                range,
                match self.style {
                    Style::Request => "only plain holes may stand here: a path, or one call",
                    Style::People => "only holes and the blocks `if`, `unless` and `each` may stand here",
                },
            ),
        }
    }

    fn hole(&mut self, call: &HelperTemplate, range: &Range<usize>) -> Option<Part> {
        if !call.hash.is_empty() {
            return self.wrong(codes::HELPER, range, "a call has no named arguments");
        }
        let node = if call.params.is_empty() {
            self.names.value(&call.name, range)
        } else {
            self.names.call(&call.name, &call.params, range)
        };
        let node = self.noted(node, range)?;
        let range = range.clone();
        Some(Part::Hole(Hole { node, range }))
    }

    fn block(&mut self, block: &HelperTemplate, range: &Range<usize>, depth: usize) -> Option<Part> {
        let name = block.name.as_name().unwrap_or_default().to_owned();
        if depth >= DEEPEST_BLOCKS {
            let message = format!("more than {DEEPEST_BLOCKS} blocks inside each other");
            return self.wrong(codes::TOO_LARGE, range, &message);
        }
        let ([subject], true) = (block.params.as_slice(), block.hash.is_empty()) else {
            let message = format!("`{{{{#{name}}}}}` takes one path, found {}", block.params.len());
            return self.wrong(codes::HELPER, range, &message);
        };
        let subject = match subject {
            Parameter::Subexpression(inner) => match inner.params() {
                Some(params) if inner.hash().is_none_or(HashMap::is_empty) => {
                    self.names
                        .call(&Parameter::Name(inner.name().to_owned()), params, range)
                }
                Some(_) | None => Err(Mistake::said(codes::HELPER, "a call has no named arguments")),
            },
            plain => self.names.value(plain, range),
        };
        let subject = self.noted(subject, range);
        match name.as_str() {
            "if" | "unless" => self.condition(subject, block, range, depth),
            "each" => self.each(subject, block, range, depth),
            _other => {
                let message = format!("there is no block `{name}`, expected `if`, `unless` or `each`");
                self.wrong(codes::NOT_HERE, range, &message)
            }
        }
    }

    fn condition(
        &mut self,
        subject: Option<Node>,
        block: &HelperTemplate,
        range: &Range<usize>,
        depth: usize,
    ) -> Option<Part> {
        let then = self.branch(block.template.as_ref(), range, depth);
        let otherwise = self.branch(block.inverse.as_ref(), range, depth);
        let turned = block.name.as_name() == Some("unless");
        let (then, otherwise) = if turned {
            (otherwise, then)
        } else {
            (then, otherwise)
        };
        Some(Part::If(If {
            condition: subject?,
            then,
            otherwise,
        }))
    }

    fn each(
        &mut self,
        subject: Option<Node>,
        block: &HelperTemplate,
        range: &Range<usize>,
        depth: usize,
    ) -> Option<Part> {
        let name = |parameter: &Parameter| parameter.as_name().map(Arc::<str>::from);
        let (item, position) = match &block.block_param {
            None => (None, None),
            Some(BlockParam::Single(item)) => (name(item), None),
            Some(BlockParam::Pair((item, position))) => (name(item), name(position)),
            Some(_) => {
                return self.wrong(
                    codes::SYNTAX,
                    range,
                    "expected `as |item|` or `as |item position|`",
                );
            }
        };
        let otherwise = self.branch(block.inverse.as_ref(), range, depth);
        let bound = self
            .names
            .enter([item.clone(), position.clone()].into_iter().flatten());
        let body = self.branch(block.template.as_ref(), range, depth);
        self.names.leave(bound);
        Some(Part::Each(Each {
            over: subject?,
            item,
            position,
            body,
            otherwise,
        }))
    }

    fn branch(&mut self, template: Option<&Template>, range: &Range<usize>, depth: usize) -> Vec<Part> {
        template.map_or_else(Vec::new, |template| self.parts(template, range, depth + 1))
    }

    /// Notes a mistake at its hole.
    fn noted(&mut self, found: Result<Node, Mistake>, range: &Range<usize>) -> Option<Node> {
        match found {
            Ok(node) => Some(node),
            Err(Mistake::Said(code, message)) => self.wrong(code, range, &message),
            Err(Mistake::NoSuchFunction(name)) => {
                let place = place::inner(self.span, self.text, range);
                self.mistakes.push(functions::no_such_function(&name, place));
                None
            }
        }
    }

    fn wrong<T>(&mut self, code: &'static str, range: &Range<usize>, message: &str) -> Option<T> {
        let place = place::inner(self.span, self.text, range);
        self.mistakes.push(Diagnostic::error(code, place, message));
        None
    }
}

/// Line and column, both from 1, columns in characters → byte offset.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &text[start..];
    start
        + rest
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(rest.len(), |(at, _)| at)
}

/// From `at` to the end of the tag that begins there, or of the line.
fn tag(text: &str, at: usize) -> Range<usize> {
    let rest = &text[at..];
    let end = match rest.find("}}") {
        Some(end) => end + 2 + rest[end + 2..].bytes().take_while(|byte| *byte == b'}').count(),
        None => rest.find('\n').unwrap_or(rest.len()),
    };
    at..at + end
}
