//! A text of a request: literal parts and holes, each hole encoded for its place.
//!
//! The author cannot switch the encoding off; a value can fill its hole and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Place;
use super::codes;
use super::context::{self, PathHole};
use super::encode::{check_file_name, no_dot_segments, odata_literal, percent, scalar};
use super::part::{self, Part};
use super::template::{self, Style};
use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::evaluate::Evaluator;
use crate::playbook::expression::term::Term;
use crate::playbook::expression::work::Trouble;
use crate::playbook::expression::{self, EvaluationError, Reference, Scope, place};
use crate::value::{Json, Value};

/// A text of a request: literal parts and holes.
#[derive(Clone, Debug)]
pub struct Text {
    read: Arc<Read>,
}

#[derive(Debug)]
struct Read {
    source: String,
    span: Span,
    place: Place,
    parts: Vec<Part>,
    /// For each hole of a path.
    path_holes: Vec<PathHole>,
    depth: usize,
    references: BTreeSet<Reference>,
}

impl Text {
    /// Parses a text; a hole is a path or one helper call.
    ///
    /// # Errors
    /// Everything that can be seen to be wrong without values.
    pub fn parse(text: &str, span: Span, place: Place) -> Result<Self, Vec<Diagnostic>> {
        let parts = template::read(text, &span, Style::Request)?;
        check(&parts, text, &span, place)?;
        Ok(Text {
            read: Arc::new(Read {
                source: text.to_owned(),
                span,
                place,
                path_holes: context::path_holes(&parts),
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

    /// The literal parts with `{}` for each hole: `/users/{}/revokeSignInSessions`.
    pub fn pattern(&self) -> String {
        self.read
            .parts
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.as_str(),
                Part::Hole(_) | Part::If(_) | Part::Each(_) => "{}",
            })
            .collect()
    }

    /// What its holes refer to.
    pub fn references(&self) -> &BTreeSet<Reference> {
        &self.read.references
    }

    /// Renders; Unknown and Secret as a whole when a hole is. In `Json` a lone hole keeps its type.
    ///
    /// # Errors
    /// A hole without a value, or with one that cannot stand at its place.
    pub fn render(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        let read = &*self.read;
        expression::evaluated(&read.references, read.depth, scope, |evaluator| {
            read.value(evaluator).map(Value::Known)
        })
        .map_err(|trouble| expression::error(&trouble, &read.source, &read.span))
    }
}

impl Read {
    fn value(&self, evaluator: &mut Evaluator<'_>) -> Result<Json, Trouble> {
        if let (Place::Json, [Part::Hole(hole)]) = (self.place, self.parts.as_slice()) {
            return evaluator.value(&hole.node)?.to_json(&evaluator.work);
        }
        let mut out = String::new();
        let mut path_holes = self.path_holes.iter();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Hole(hole) => {
                    let path_hole = path_holes.next().copied().unwrap_or(PathHole::Segment);
                    let term = evaluator.value(&hole.node)?;
                    let text = encode(&term, self.place, path_hole).map_err(|trouble| {
                        let written = self.source.get(hole.range.clone()).unwrap_or_default();
                        Trouble {
                            message: format!("`{written}`: {}", trouble.message),
                            ..trouble
                        }
                        .at(&hole.range)
                    })?;
                    evaluator.work.spend_text(text.len())?;
                    out.push_str(&text);
                }
                Part::If(_) | Part::Each(_) => unreachable!("a request has no blocks"),
            }
        }
        self.check_whole(&out)?;
        Ok(Json::String(out))
    }

    fn check_whole(&self, text: &str) -> Result<(), Trouble> {
        match self.place {
            Place::Path => no_dot_segments(text),
            Place::FileName => check_file_name(text).map_err(Trouble::wrong),
            Place::ODataFilter | Place::Query | Place::Header | Place::Json => Ok(()),
        }
    }
}

fn encode(term: &Term, place: Place, path_hole: PathHole) -> Result<String, Trouble> {
    match place {
        Place::Path => path(term, path_hole),
        Place::ODataFilter => odata_literal(term),
        Place::Query => scalar(term, "a query option").map(|text| text.as_ref().to_owned()),
        Place::Header => header(term),
        Place::Json => scalar(term, "a text").map(|text| text.as_ref().to_owned()),
        Place::FileName => scalar(term, "a file name").map(|text| text.as_ref().to_owned()),
    }
}

fn path(term: &Term, path_hole: PathHole) -> Result<String, Trouble> {
    if path_hole == PathHole::Key {
        return odata_literal(term).map(|literal| percent(&literal));
    }
    let text = scalar(term, "a path")?;
    if text.is_empty() {
        return Err(Trouble::wrong(
            "found the empty text, expected one segment of a path",
        ));
    }
    if path_hole == PathHole::QuotedKey {
        return Ok(percent(&text.replace('\'', "''")));
    }
    if matches!(text.as_ref(), "." | "..") {
        return Err(Trouble::wrong(format!(
            "found `{text}`, which leads elsewhere in a path"
        )));
    }
    Ok(percent(&text))
}

/// Source: RFC 9110, 5.5: field values are visible ASCII and blanks for any client that wants to be understood.
fn header(term: &Term) -> Result<String, Trouble> {
    let text = scalar(term, "a header")?;
    match text.chars().find(|c| !matches!(c, ' '..='~')) {
        None => Ok(text.as_ref().to_owned()),
        Some(found) => Err(Trouble::wrong(format!(
            "found the character U+{:04X}, expected ASCII without control characters in a header",
            u32::from(found)
        ))),
    }
}

/// What the author's own words around the holes make impossible.
fn check(parts: &[Part], text: &str, span: &Span, place: Place) -> Result<(), Vec<Diagnostic>> {
    let mistakes: Vec<Diagnostic> = match place {
        Place::ODataFilter => context::quoted_holes(parts)
            .into_iter()
            .filter_map(|at| match &parts[at] {
                Part::Hole(hole) => Some(
                    Diagnostic::error(
                        codes::IN_QUOTES,
                        place::inner(span, text, &hole.range),
                        "a hole of a filter stands inside quotes, but writes its own",
                    )
                    .help("take the quotes around the hole away"),
                ),
                Part::Literal(_) | Part::If(_) | Part::Each(_) => None,
            })
            .collect(),
        Place::FileName => match parts {
            [Part::Literal(name)] => check_file_name(name)
                .err()
                .map(|message| Diagnostic::error(codes::FILE_NAME, span.clone(), message))
                .into_iter()
                .collect(),
            _holes => Vec::new(),
        },
        Place::Path | Place::Query | Place::Header | Place::Json => Vec::new(),
    };
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(mistakes)
    }
}
