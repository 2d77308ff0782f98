//! Raw tree → checked [`Playbook`], or every mistake of the file at once.
//!
//! Contacts nobody and reads no file: what lies outside the playbook is handed over by [`Surroundings`]. One
//! mistake never causes a second one: what cannot be read is left out of the checks that would need it.
//!
//! One file a part of the language: `step.rs` leads to the kinds, `scope.rs` knows which names may stand where.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity, SourceFile, Span};
use crate::playbook::model::{Method, Playbook, ScriptTemplate};
use crate::playbook::yaml;

mod call;
mod change;
mod compute;
mod data;
mod fields;
mod header;
mod inputs;
mod names;
mod output;
mod pause;
mod powershell;
mod request;
mod scalars;
mod scope;
mod source;
mod step;
mod target;
mod templates;
mod texts;

pub use source::{SIZE_LIMIT_BYTES, source_from_bytes};
pub use templates::{ParameterKind, TemplateFacts, TemplateProblem, Templates};

/// What a playbook refers to and does not hold itself.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// PowerShell templates, embedded and beside the playbook.
    pub templates: &'a dyn Templates,
    /// Whether a Graph call that is no GET only reads: method, and path pattern with `{}` for each hole.
    pub reads: &'a dyn Fn(Method, &str) -> bool,
}

/// What came of a check.
#[derive(Debug)]
pub struct Checked {
    /// Present exactly where no error was found.
    pub playbook: Option<Playbook>,
    /// In the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// How many errors and warnings.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count();
        (errors, self.diagnostics.len() - errors)
    }
}

/// Checks a whole playbook.
pub fn check(file: Arc<SourceFile>, around: Surroundings<'_>) -> Checked {
    let file = source::without_bom(file);
    let mut check = Check::new(Arc::clone(&file), around);
    let playbook = if check.characters() {
        match yaml::parse(&file) {
            Ok(tree) => check.playbook(&tree),
            Err(mistake) => {
                check.report(mistake);
                None
            }
        }
    } else {
        None
    };
    check.finish(playbook)
}

/// A check in progress: what was found, and what the playbook declares.
struct Check<'a> {
    file: Arc<SourceFile>,
    around: Surroundings<'a>,
    found: Vec<Diagnostic>,
    /// Input name → where it is declared.
    inputs: BTreeMap<String, Range<usize>>,
    /// False where `inputs` could not be read: then any input may be meant.
    inputs_known: bool,
    inputs_used: BTreeSet<String>,
    /// Step id → its place in the order.
    steps: BTreeMap<String, usize>,
    /// False where a step has no readable id: then any name may be meant.
    steps_known: bool,
    /// `as` name → the step that binds it.
    turns: BTreeMap<String, String>,
    has_tables: bool,
    scripts: BTreeMap<String, ScriptTemplate>,
    /// Artefact name → the step that writes it.
    artefacts: BTreeMap<String, String>,
}

impl<'a> Check<'a> {
    fn new(file: Arc<SourceFile>, around: Surroundings<'a>) -> Self {
        Check {
            file,
            around,
            found: Vec::new(),
            inputs: BTreeMap::new(),
            inputs_known: true,
            inputs_used: BTreeSet::new(),
            steps: BTreeMap::new(),
            steps_known: true,
            turns: BTreeMap::new(),
            has_tables: false,
            scripts: BTreeMap::new(),
            artefacts: BTreeMap::new(),
        }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(&self.file, range.clone())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn error(&mut self, code: &'static str, range: &Range<usize>, message: impl Into<String>) {
        let span = self.span(range);
        self.report(Diagnostic::error(code, span, message));
    }

    /// An error with the next action.
    fn error_help(
        &mut self,
        code: &'static str,
        range: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.span(range);
        self.report(Diagnostic::error(code, span, message).help(help));
    }

    fn warning(
        &mut self,
        code: &'static str,
        range: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.span(range);
        self.report(Diagnostic::warning(code, span, message).help(help));
    }

    fn finish(mut self, playbook: Option<Playbook>) -> Checked {
        self.found
            .sort_by_key(|d| (d.span.as_ref().map(|span| span.range.start), d.code));
        self.found.dedup();
        let failed = self.found.iter().any(|d| d.severity == Severity::Error);
        debug_assert!(
            failed || playbook.is_some(),
            "a playbook without mistakes can be said"
        );
        Checked {
            playbook: playbook.filter(|_| !failed),
            diagnostics: self.found,
        }
    }
}
