//! What `check`, `plan` and `rehearse` share: find a playbook, check it, bind its inputs.
//!
//! Contacts nobody.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::catalog;
use crate::command::args::InputArgs;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::edge::playbooks::{self, Carried, Found};
use crate::playbook::Playbook;
use crate::playbook::check::{Checked, Surroundings, Templates, check, source_from_bytes};
use crate::playbook::inputs::{self, Given, GivenValue, given_from_file};
use crate::playbook::model::Method;
use crate::report;
use crate::value::Json;

/// Finds a playbook.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn find(name: &str) -> Result<Found, Failure> {
    playbooks::find(name).map_err(|error| {
        let shipped: Vec<String> = playbooks::SHIPPED
            .iter()
            .map(|s| format!("`{}`", s.name))
            .collect();
        Failure::new(ExitCode::Usage, error.to_string()).hint(format!(
            "give a path, or the name of one inside the program: {}",
            shipped.join(", ")
        ))
    })
}

/// Everything that is wrong with a playbook.
pub fn diagnose(found: &Found) -> Checked {
    match source_from_bytes(&found.name, &found.bytes) {
        Ok(source) => check_with(source, found),
        Err(diagnostic) => Checked {
            playbook: None,
            diagnostics: vec![diagnostic],
        },
    }
}

fn check_with(source: Arc<SourceFile>, templates: &dyn Templates) -> Checked {
    let reads = |method: Method, pattern: &str| {
        catalog::find(method.as_str(), pattern).is_some_and(|known| known.effect == catalog::Effect::Read)
    };
    check(
        source,
        Surroundings {
            templates,
            reads: &reads,
        },
    )
}

/// A checked playbook and its warnings.
///
/// # Errors
/// It has mistakes; they are in the message.
pub fn checked(found: &Found) -> Result<(Playbook, Vec<Diagnostic>), Failure> {
    let checked = diagnose(found);
    match checked.playbook {
        Some(playbook) => Ok((playbook, checked.diagnostics)),
        None => Err(invalid(&checked.diagnostics)),
    }
}

/// The step program that a plan carries, checked again from its own text.
///
/// # Errors
/// This Redress does not take it.
pub fn carried(name: &str, text: &str, templates: Vec<(String, String)>) -> Result<Playbook, Failure> {
    let source = Arc::new(SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
    });
    let checked = check_with(source, &Carried { templates });
    checked.playbook.ok_or_else(|| {
        invalid(&checked.diagnostics).hint("the plan was made by another version of Redress; make a new plan")
    })
}

fn invalid(diagnostics: &[Diagnostic]) -> Failure {
    let text = report::diagnostics(diagnostics);
    Failure::new(
        ExitCode::Invalid,
        format!("the playbook is invalid\n{}", text.trim_end()),
    )
}

/// Binds `-i` and `--inputs`; `fallback` is used for whatever neither gives.
///
/// # Errors
/// All that is unknown, missing or of the wrong type.
pub fn bind(
    playbook: &Playbook,
    args: &InputArgs,
    fallback: Option<&BTreeMap<String, Json>>,
) -> Result<BTreeMap<String, Json>, Failure> {
    let mut given = Vec::new();
    for text in &args.inputs {
        given.push(from_argument(text)?);
    }
    if let Some(path) = &args.file {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        let name = path.display().to_string();
        given.extend(given_from_file(&name, &bytes).map_err(|error| wrong(&[error.to_string()]))?);
    }
    for (name, json) in fallback.into_iter().flatten() {
        if !given.iter().any(|g| g.name == *name) {
            given.push(Given {
                name: name.clone(),
                value: GivenValue::Json(json.clone()),
            });
        }
    }
    inputs::bind(playbook, given).map_err(|errors| {
        wrong(&errors.iter().map(ToString::to_string).collect::<Vec<_>>())
            .hint("give inputs with `-i name=value`, `-i name=@FILE` or `--inputs FILE`")
    })
}

/// `name=value` or `name=@file`.
fn from_argument(text: &str) -> Result<Given, Failure> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Failure::new(ExitCode::Usage, format!("`-i {text}` has no `=`"))
            .hint("write `-i name=value`, or `-i name=@file`"));
    };
    let value = match value.strip_prefix('@') {
        None => GivenValue::Text(value.to_owned()),
        Some(file) => {
            let path = crate::edge::folders::expand(file);
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            GivenValue::File {
                name: file.to_owned(),
                bytes,
            }
        }
    };
    Ok(Given {
        name: name.to_owned(),
        value,
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::reading(path, error)
}

fn wrong(messages: &[String]) -> Failure {
    Failure::new(ExitCode::Usage, messages.join("\nerror: "))
}
