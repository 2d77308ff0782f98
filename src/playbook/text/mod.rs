//! Text with holes (Handlebars), encoded for where it stands.
//!
//! (stub: to be written)

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::{EvaluationError, Reference, Scope};
use crate::value::Value;

/// Where a text stands: decides how each hole is encoded. The author cannot switch it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A Graph or REST path: each hole is one path segment, percent-encoded; `.` and `..` alone are refused.
    Path,
    /// `$filter`: each hole is one OData literal.
    ODataFilter,
    /// Another query option: the value as plain text (it is percent-encoded when the URL is built).
    Query,
    /// A header value: no control characters.
    Header,
    /// A JSON value: a text that is exactly one hole keeps the value's type.
    Json,
    /// A file name: one plain name, no separators.
    FileName,
}

/// A text of a request: literal parts and holes.
#[derive(Clone, Debug)]
pub struct Text {}

impl Text {
    /// Parses a text; a hole is a path or one helper call.
    pub fn parse(_text: &str, _span: Span, _place: Place) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }
    /// As written.
    pub fn source(&self) -> &str {
        todo!()
    }
    /// Its place in the playbook.
    pub fn span(&self) -> &Span {
        todo!()
    }
    /// The literal parts with `{}` for each hole: `/users/{}/revokeSignInSessions`.
    pub fn pattern(&self) -> String {
        todo!()
    }
    /// What its holes refer to.
    pub fn references(&self) -> &BTreeSet<Reference> {
        todo!()
    }
    /// Renders; Unknown and Secret as a whole when a hole is. In `Json` a lone hole keeps its type.
    pub fn render(&self, _scope: &Scope) -> Result<Value, EvaluationError> {
        todo!()
    }
}

/// How a message is written: decides the encoding of its holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFormat {
    /// Text for people, with control, bidi and zero-width characters escaped.
    Plain,
    /// Markdown: values cannot start markup.
    Markdown,
    /// HTML.
    Html,
}

/// Text for people: Handlebars with `if` and `each` besides holes.
#[derive(Clone, Debug)]
pub struct Message {}

impl Message {
    /// Parses a message.
    pub fn parse(_text: &str, _span: Span, _format: MessageFormat) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }
    /// What it refers to.
    pub fn references(&self) -> &BTreeSet<Reference> {
        todo!()
    }
    /// Renders; Unknown and Secret as a whole when something it refers to is.
    pub fn render(&self, _scope: &Scope) -> Result<Value, EvaluationError> {
        todo!()
    }
}
