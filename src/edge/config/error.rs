//! Why there is no configuration to work with, and which tenant was meant.
//!
//! All of them are exit code 3.

use std::io;
use std::path::PathBuf;

use crate::approval::allowed_signers::SignersError;
use crate::diagnostic::{Diagnostic, Span, closest};

/// Why there is no configuration, or no such tenant in it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No file anywhere.
    #[error("there is no configuration: looked for {}", listed(looked))]
    NotFound {
        /// The places.
        looked: Vec<PathBuf>,
    },
    /// A file that is there, or was named, cannot be read.
    #[error("failed to read `{}`: {reason}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// Mistakes, all of them.
    #[error("the configuration has mistakes: {}", summary(.0))]
    Invalid(Vec<Diagnostic>),
    /// One's own file gives a tenant of the machine-wide file another meaning.
    #[error("`{}` and the machine-wide configuration both name tenant `{name}`, and differ", path.display())]
    TenantTwice {
        /// The tenant.
        name: String,
        /// One's own file.
        path: PathBuf,
    },
    /// No home folder, and no file names a state folder.
    #[error("no state folder is known: this user has no home")]
    NoState,
    /// No tenant of that name.
    #[error("the configuration names no tenant `{name}`")]
    NoSuchTenant {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Several tenants, and none was picked.
    #[error("the configuration names {} tenants, and none was picked", known.len())]
    WhichTenant {
        /// What there is.
        known: Vec<String>,
    },
    /// No tenant at all.
    #[error("the configuration names no tenant")]
    NoTenant,
}

impl ConfigError {
    /// The mistakes, where it is about mistakes.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            ConfigError::Invalid(diagnostics) => diagnostics,
            ConfigError::NotFound { .. }
            | ConfigError::Unreadable { .. }
            | ConfigError::TenantTwice { .. }
            | ConfigError::NoState
            | ConfigError::NoSuchTenant { .. }
            | ConfigError::WhichTenant { .. }
            | ConfigError::NoTenant => &[],
        }
    }

    /// Next actions.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            ConfigError::NotFound { .. } => {
                "write one (docs/configuration.md), or name one with `--config FILE`; `redress rehearse` needs none".to_owned()
            }
            ConfigError::Unreadable { .. } => "name another with `--config FILE`".to_owned(),
            ConfigError::Invalid(_) => "docs/configuration.md lists every field".to_owned(),
            ConfigError::TenantTwice { .. } => "give it another name in your own file".to_owned(),
            ConfigError::NoState => "name one with `--state DIR` or `state:`".to_owned(),
            ConfigError::NoSuchTenant { name, known } => {
                match closest(name, known.iter().map(String::as_str)) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("it names {}", quoted(known)),
                }
            }
            ConfigError::WhichTenant { known } => format!("`--profile` picks one of {}", quoted(known)),
            ConfigError::NoTenant => "add one under `tenants:`; docs/configuration.md shows how".to_owned(),
        };
        vec![hint]
    }
}

impl From<SignersError> for ConfigError {
    fn from(error: SignersError) -> Self {
        ConfigError::Invalid(error.diagnostics)
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    paths.join(", ")
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<_> = diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.span.as_ref().map(Span::place).unwrap_or_default(), d.message))
        .collect();
    lines.join("; ")
}
