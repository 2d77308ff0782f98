//! What the check is told of PowerShell templates.
//!
//! Does not read them: their text and what they declare come from [`crate::powershell`], by way of whoever
//! calls the check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::playbook::model::Effect;

/// Hands over templates by name.
pub trait Templates {
    /// The template `exchange/x` (embedded) or `./x` (beside the playbook).
    ///
    /// # Errors
    /// There is none, or what it declares cannot be read.
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem>;

    /// All embedded names, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// A template and what its first line declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFacts {
    /// The script as its author wrote it.
    pub text: String,
    /// Whether it may change something.
    pub effect: Effect,
    /// Every parameter that `with` may bind.
    pub parameters: BTreeMap<String, ParameterKind>,
    /// Those that `with` must bind.
    pub required: BTreeSet<String>,
}

/// Why there is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateProblem {
    /// None of that name.
    Missing,
    /// It is there, but not usable; why, in lower case.
    Unusable(String),
}

/// The type of a template's parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ParameterKind {
    String,
    Integer,
    Boolean,
    List,
    Map,
    Timestamp,
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParameterKind::String => "a text",
            ParameterKind::Integer => "a whole number",
            ParameterKind::Boolean => "`true` or `false`",
            ParameterKind::List => "a list",
            ParameterKind::Map => "a mapping",
            ParameterKind::Timestamp => "an instant like `2026-03-01T08:00:00Z`",
        })
    }
}
