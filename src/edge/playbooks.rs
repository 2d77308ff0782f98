//! Playbooks by name or path, with what lies beside them: templates and a simulated tenant.
//!
//! Those that ship are inside the binary, so that their names work anywhere. Checks nothing.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::playbook::check::{ParameterKind, SIZE_LIMIT_BYTES, TemplateFacts, TemplateProblem, Templates};
use crate::powershell::template::{self, Template};
use crate::powershell::templates;

/// A playbook inside the binary.
#[derive(Debug)]
pub struct Shipped {
    /// Its name on the command line.
    pub name: &'static str,
    /// `playbook.yaml`.
    pub playbook: &'static str,
    /// `tenant.yaml`.
    pub tenant: &'static str,
}

/// All of them.
pub const SHIPPED: &[Shipped] = &[Shipped {
    name: "outlook-auth-loop",
    playbook: include_str!("../../playbooks/outlook-auth-loop/playbook.yaml"),
    tenant: include_str!("../../playbooks/outlook-auth-loop/tenant.yaml"),
}];

/// A playbook's bytes, and where they came from.
#[derive(Clone, Debug)]
pub struct Found {
    /// As people read it in messages: `outlook-auth-loop/playbook.yaml`, or the path given.
    pub name: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// What lies beside it.
    pub beside: Beside,
}

/// What lies beside a playbook.
#[derive(Clone, Debug)]
pub enum Beside {
    /// The binary's own files.
    Shipped(&'static Shipped),
    /// A folder.
    Folder(PathBuf),
}

/// Why a playbook cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Neither a path nor a name.
    #[error("there is no playbook `{0}`")]
    Missing(String),
    /// The file says no.
    #[error("failed to read `{path}`: {error}")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

/// Finds a playbook: a name that ships, else a file, else a folder with a `playbook.yaml`.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn find(name: &str) -> Result<Found, FindError> {
    let path = Path::new(name);
    if let Some(shipped) = SHIPPED
        .iter()
        .find(|shipped| shipped.name == name && !path.exists())
    {
        return Ok(Found {
            name: format!("{name}/playbook.yaml"),
            bytes: shipped.playbook.as_bytes().to_vec(),
            beside: Beside::Shipped(shipped),
        });
    }
    let file = if path.is_dir() {
        path.join("playbook.yaml")
    } else {
        path.to_owned()
    };
    if !file.is_file() {
        return Err(FindError::Missing(name.to_owned()));
    }
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    Ok(Found {
        name: file.display().to_string(),
        bytes: read(&file)?,
        beside: Beside::Folder(folder),
    })
}

/// A file, unread beyond what a playbook may be long.
fn read(path: &Path) -> Result<Vec<u8>, FindError> {
    let failed = |error| FindError::Read {
        path: path.display().to_string(),
        error,
    };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(failed)?;
    file.take(SIZE_LIMIT_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}

impl Found {
    /// The simulated tenant beside the playbook: its name for messages, and its text.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn tenant(&self) -> Result<(String, Vec<u8>), FindError> {
        match &self.beside {
            Beside::Shipped(shipped) => Ok((
                format!("{}/tenant.yaml", shipped.name),
                shipped.tenant.as_bytes().to_vec(),
            )),
            Beside::Folder(folder) => {
                let path = folder.join("tenant.yaml");
                let bytes = fs::read(&path).map_err(|error| FindError::Read {
                    path: path.display().to_string(),
                    error,
                })?;
                Ok((path.display().to_string(), bytes))
            }
        }
    }
}

impl Templates for Found {
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem> {
        let text = match (name.strip_prefix("./"), &self.beside) {
            (None, _) => templates::find(name)
                .map(str::to_owned)
                .ok_or(TemplateProblem::Missing)?,
            (Some(_), Beside::Shipped(_)) => return Err(TemplateProblem::Missing),
            (Some(rest), Beside::Folder(folder)) => beside(folder, rest)?,
        };
        facts(&text)
    }

    fn names(&self) -> Vec<String> {
        templates::names().map(str::to_owned).collect()
    }
}

/// A template beside a playbook: one plain name, never a way out of the folder.
fn beside(folder: &Path, name: &str) -> Result<String, TemplateProblem> {
    let plain = !name.is_empty()
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !plain {
        return Err(TemplateProblem::Unusable(
            "its name must be one plain file name".to_owned(),
        ));
    }
    let path = folder.join(format!("{name}.ps1"));
    if path.is_symlink() {
        return Err(TemplateProblem::Unusable(
            "it is a link, expected a file beside the playbook".to_owned(),
        ));
    }
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.replace("\r\n", "\n")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(TemplateProblem::Missing),
        Err(error) => Err(TemplateProblem::Unusable(format!("it cannot be read: {error}"))),
    }
}

/// Templates as a plan carries them: the step program is checked again from its own text.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Name and text.
    pub templates: Vec<(String, String)>,
}

impl Templates for Carried {
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem> {
        let found = self.templates.iter().find(|(carried, _)| carried == name);
        facts(&found.ok_or(TemplateProblem::Missing)?.1)
    }

    fn names(&self) -> Vec<String> {
        self.templates.iter().map(|(name, _)| name.clone()).collect()
    }
}

fn facts(text: &str) -> Result<TemplateFacts, TemplateProblem> {
    let template = Template::parse(text).map_err(|error| TemplateProblem::Unusable(error.to_string()))?;
    let declared = &template.declaration.parameters;
    Ok(TemplateFacts {
        effect: template.declaration.effect,
        parameters: declared.iter().map(|p| (p.name.clone(), kind(p.kind))).collect(),
        required: declared
            .iter()
            .filter(|p| p.required)
            .map(|p| p.name.clone())
            .collect(),
        text: template.text,
    })
}

fn kind(kind: template::ParameterKind) -> ParameterKind {
    match kind {
        template::ParameterKind::String => ParameterKind::String,
        template::ParameterKind::Integer => ParameterKind::Integer,
        template::ParameterKind::Boolean => ParameterKind::Boolean,
        template::ParameterKind::List => ParameterKind::List,
        template::ParameterKind::Map => ParameterKind::Map,
        template::ParameterKind::Timestamp => ParameterKind::Timestamp,
    }
}
