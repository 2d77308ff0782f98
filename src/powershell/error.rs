//! What can be wrong with a template, a parameter file, a result file or a bundle.
//!
//! One enum for the room. A script's own failure is no error here: see [`crate::powershell::results`].

use crate::value::Digest;

/// Why something of PowerShell cannot be made or believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PowerShellError {
    /// The template's header is missing or wrong.
    #[error("read the template's `# redress:` header: {0}")]
    Header(String),
    /// The template has what no script may have.
    #[error("make a script of the template: {0}")]
    Script(String),
    /// A parameter that the template does not declare, or one that is missing.
    #[error("bind the template's parameters: {0}")]
    Parameter(String),
    /// A value has no literal or typed form.
    #[error("write a value for PowerShell: {0}")]
    Value(String),
    /// A typed form that nobody writes.
    #[error("read a typed value: {0}")]
    Encoding(String),
    /// A result file or manifest that does not belong here.
    #[error("accept the result: {0}")]
    Result(String),
    /// A file is another one than the one that was handed over.
    #[error("accept the result: the {what} has SHA-256 {found}, expected {expected}")]
    Digest {
        /// `script`, `parameter file`.
        what: &'static str,
        /// As the result says.
        found: String,
        /// As the manifest says.
        expected: Digest,
    },
}

impl PowerShellError {
    /// Next actions, for people.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            PowerShellError::Header(_) => {
                "begin the template with `# redress: {\"redress\": 1, \"effect\": \"read\", …}`; see docs/powershell.md"
            }
            PowerShellError::Script(_) => {
                "values come through parameters: keep the template's text constant and in ASCII"
            }
            PowerShellError::Parameter(_) => {
                "compare `with:` with the parameters that the template's header declares"
            }
            PowerShellError::Value(_) => "leave out control characters and nesting beyond 32 levels",
            PowerShellError::Encoding(_) => "let the script of the bundle write the file, and do not edit it",
            PowerShellError::Result(_) | PowerShellError::Digest { .. } => {
                "bring back `result.jsonl` exactly as the bundle's `run.ps1` left it"
            }
        };
        vec![hint.to_owned()]
    }
}
