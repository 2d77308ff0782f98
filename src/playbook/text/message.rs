//! Text for people: holes, and the blocks `if`, `unless` and `each`.
//!
//! Wraps nothing and colours nothing; where a value could become markup in the format, it is escaped.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::MessageFormat;
use super::codes;
use super::context::Markup;
use super::encode::for_people;
use super::hole::{FIRST, INDEX, KEY, LAST, THIS};
use super::part::{self, Each, If, Part};
use super::template::{self, Style};
use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::evaluate::Evaluator;
use crate::playbook::expression::node::{Node, NodeKind};
use crate::playbook::expression::term::Term;
use crate::playbook::expression::work::{Kind, LONGEST_TEXT_BYTES, Trouble};
use crate::playbook::expression::{self, EvaluationError, Reference, Scope, place};
use crate::value::{Json, Value};

/// Text for people: Handlebars with `if` and `each` besides holes.
#[derive(Clone, Debug)]
pub struct Message {
    read: Arc<Read>,
}

#[derive(Debug)]
struct Read {
    source: String,
    span: Span,
    format: MessageFormat,
    parts: Vec<Part>,
    depth: usize,
    references: BTreeSet<Reference>,
}

impl Message {
    /// Parses a message.
    ///
    /// # Errors
    /// Everything that can be seen to be wrong without values.
    pub fn parse(text: &str, span: Span, format: MessageFormat) -> Result<Self, Vec<Diagnostic>> {
        let parts = template::read(text, &span, Style::People)?;
        let mut traps = Vec::new();
        find_traps(&parts, format, &mut Markup::default(), &mut traps);
        if !traps.is_empty() {
            return Err(traps
                .into_iter()
                .map(|(range, why)| {
                    Diagnostic::error(codes::IN_QUOTES, place::inner(&span, text, &range), why)
                })
                .collect());
        }
        Ok(Message {
            read: Arc::new(Read {
                source: text.to_owned(),
                span,
                format,
                depth: part::depth(&parts),
                references: part::references(&parts),
                parts,
            }),
        })
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.read.source
    }

    /// Its place in the playbook.
    pub fn span(&self) -> &Span {
        &self.read.span
    }

    /// What it refers to.
    pub fn references(&self) -> &BTreeSet<Reference> {
        &self.read.references
    }

    /// Renders; Unknown and Secret as a whole when something it refers to is.
    ///
    /// # Errors
    /// A hole without a value, a name that is not bound, too long a text.
    pub fn render(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let read = &*self.read;
        expression::evaluated(&read.references, read.depth, scope, |evaluator| {
            let mut out = String::new();
            write_parts(&read.parts, read.format, evaluator, &mut out)?;
            Ok(Value::Known(Json::String(out)))
        })
        .map_err(|trouble| expression::error(&trouble, &read.source, &read.span))
    }
}

fn find_traps(
    parts: &[Part],
    format: MessageFormat,
    markup: &mut Markup,
    traps: &mut Vec<(Range<usize>, &'static str)>,
) {
    for part in parts {
        match part {
            Part::Literal(text) => markup.push(text),
            Part::Hole(hole) => {
                if let Some(why) = markup.trap(format) {
                    traps.push((hole.range.clone(), why));
                }
            }
            Part::If(block) => {
                let mut other = markup.clone();
                find_traps(&block.then, format, markup, traps);
                find_traps(&block.otherwise, format, &mut other, traps);
            }
            Part::Each(block) => {
                let mut other = markup.clone();
                find_traps(&block.body, format, markup, traps);
                find_traps(&block.otherwise, format, &mut other, traps);
            }
        }
    }
}

fn write_parts(
    parts: &[Part],
    format: MessageFormat,
    evaluator: &mut Evaluator<'_>,
    out: &mut String,
) -> Result<(), Trouble> {
    for part in parts {
        match part {
            Part::Literal(text) => push(text, evaluator, out)?,
            Part::Hole(hole) => {
                let value = evaluator.value(&hole.node)?;
                let text = for_people(&in_words(&value, evaluator)?, format);
                push(&text, evaluator, out)?;
            }
            Part::If(block) => write_if(block, format, evaluator, out)?,
            Part::Each(block) => write_each(block, format, evaluator, out)?,
        }
    }
    Ok(())
}

fn push(text: &str, evaluator: &Evaluator<'_>, out: &mut String) -> Result<(), Trouble> {
    evaluator.work.spend_text(text.len())?;
    if out.len() + text.len() > LONGEST_TEXT_BYTES {
        return Err(Trouble::too_much(format!(
            "the text is longer than {LONGEST_TEXT_BYTES} bytes"
        )));
    }
    out.push_str(text);
    Ok(())
}

fn write_if(
    block: &If,
    format: MessageFormat,
    evaluator: &mut Evaluator<'_>,
    out: &mut String,
) -> Result<(), Trouble> {
    let holds = match evaluator.value(&block.condition) {
        Ok(value) => is_something(&value),
        Err(trouble) if trouble.kind == Kind::Missing && is_path(&block.condition) => false,
        Err(trouble) => return Err(trouble),
    };
    write_parts(
        if holds { &block.then } else { &block.otherwise },
        format,
        evaluator,
        out,
    )
}

fn is_path(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Select(..) | NodeKind::Index(..))
}

/// Handlebars' truth: false, 0, null and what is empty are not.
fn is_something(term: &Term) -> bool {
    match term {
        Term::Null => false,
        Term::Bool(truth) => *truth,
        Term::Int(number) => *number != 0,
        Term::Float(number) => *number != 0.0,
        Term::Text(text) => !text.is_empty(),
        Term::List(items) => !items.is_empty(),
        Term::Map(members) => !members.is_empty(),
        Term::Instant(_) | Term::Span(_) => true,
    }
}

fn write_each(
    block: &Each,
    format: MessageFormat,
    evaluator: &mut Evaluator<'_>,
    out: &mut String,
) -> Result<(), Trouble> {
    let turns: Vec<(Option<Arc<str>>, Term)> = match evaluator.value(&block.over)? {
        Term::Null => Vec::new(),
        Term::List(items) => items.iter().map(|item| (None, item.clone())).collect(),
        Term::Map(members) => members
            .iter()
            .map(|(key, value)| (Some(Arc::clone(key)), value.clone()))
            .collect(),
        other => {
            let message = format!("`each` is over {}, expected a list or a map", other.describe());
            return Err(Trouble::wrong(message).at(&block.over.range));
        }
    };
    if turns.is_empty() {
        return write_parts(&block.otherwise, format, evaluator, out);
    }
    let last = turns.len() - 1;
    for (at, (key, item)) in turns.into_iter().enumerate() {
        evaluator.work.spend(1)?;
        let position = key.map_or(Term::int(at), Term::Text);
        let mut bound = vec![
            (Arc::from(THIS), item.clone()),
            (Arc::from(INDEX), Term::int(at)),
            (Arc::from(KEY), position.clone()),
            (Arc::from(FIRST), Term::Bool(at == 0)),
            (Arc::from(LAST), Term::Bool(at == last)),
        ];
        bound.extend(block.item.clone().map(|name| (name, item)));
        bound.extend(block.position.clone().map(|name| (name, position)));
        let count = bound.len();
        for (name, value) in bound {
            evaluator.bind(&name, value);
        }
        write_parts(&block.body, format, evaluator, out)?;
        for _ in 0..count {
            evaluator.unbind();
        }
    }
    Ok(())
}

/// A value as people read it: null is nothing, a list of plain values is joined with commas.
fn in_words(term: &Term, evaluator: &Evaluator<'_>) -> Result<String, Trouble> {
    match term {
        Term::Null => Ok(String::new()),
        Term::List(items) => match items.iter().map(Term::scalar_text).collect::<Option<Vec<_>>>() {
            Some(texts) => {
                evaluator.work.spend_list(texts.len())?;
                Ok(texts.join(", "))
            }
            None => Ok(term.to_json(&evaluator.work)?.to_string()),
        },
        Term::Map(_) => Ok(term.to_json(&evaluator.work)?.to_string()),
        scalar => Ok(scalar.scalar_text().unwrap_or_default().as_ref().to_owned()),
    }
}
