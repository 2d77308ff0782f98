//! What is wrong with a text that a person wrote: source, span, code, message, help.
//!
//! Neither prints nor colours: `report/` does. A [`Diagnostic`] is about a playbook or a configuration; what
//! the world refuses is an error of the room that asked.

use std::ops::Range;
use std::sync::Arc;

mod visible;

pub use visible::{is_hidden, visible};

/// A text that people wrote, and what they call it.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As the user named it: `playbook.yaml`, `outlook-auth-loop/playbook.yaml`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// Line and column, both from 1; columns count characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
        )
    }
}

/// A stretch of a source file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file that the bytes are counted in.
    pub file: Arc<SourceFile>,
    /// Byte range.
    pub range: Range<usize>,
}

impl Span {
    /// A span of `file`.
    pub fn new(file: &Arc<SourceFile>, range: Range<usize>) -> Self {
        Span {
            file: Arc::clone(file),
            range,
        }
    }

    /// `file:line:column`, for one-line messages.
    pub fn place(&self) -> String {
        let (line, column) = self.file.line_and_column(self.range.start);
        format!("{}:{line}:{column}", self.file.name)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the playbook can run.
    Warning,
    /// The playbook cannot run.
    Error,
}

/// One mistake: found in one place, explained by one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `R0101` …: stable; the list is in [`crate::playbook::codes`].
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// Lower case, names the thing in backticks, says what was found and what was expected.
    pub message: String,
    /// Where; `None` only where no text was read at all.
    pub span: Option<Span>,
    /// The next action, one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            help: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    /// Adds a next action.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds "did you mean `x`?" when one of `known` is close to `found`.
    #[must_use]
    pub fn did_you_mean<'a>(self, found: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(found, known) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

/// The known name that `found` most likely stands for, if any is close.
pub fn closest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| {
            (
                strsim::jaro_winkler(&found.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
