//! A hand-over bundle: the files for whoever may run them, and what is taken back.
//!
//! Makes and checks bytes; writing them and signing the import are others' work.

mod instructions;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::playbook::model::Effect;
use crate::powershell::PowerShellError;
use crate::powershell::model::ScriptRequest;
use crate::powershell::parameters::{self, Begin, Identity, Mode, ParameterFile, Prepare};
use crate::powershell::results::{self, Begun, Ending, Report};
use crate::powershell::template::{Declaration, Returns};
use crate::value::{ActionId, Digest, RunId};

/// The script's name in a bundle.
pub const SCRIPT: &str = "run.ps1";
/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The text for people.
pub const INSTRUCTIONS: &str = "INSTRUCTIONS.txt";

/// What goes into a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// The run that waits for it.
    pub run: &'a RunId,
    /// Repeated in each record of the result.
    pub nonce: &'a str,
    /// Which read or action.
    pub action: &'a ActionId,
    /// What is asked.
    pub request: &'a ScriptRequest,
    /// The script file, byte for byte.
    pub script: &'a [u8],
    /// What comes before the template, on that host.
    pub prepare: &'a Prepare,
}

/// A bundle's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Name and bytes; the names are plain file names.
    pub files: Vec<(String, Vec<u8>)>,
    /// SHA-256 of `manifest.json`: the bundle's digest.
    pub manifest: Digest,
}

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    redress_bundle: u32,
    /// The run that waits for the result.
    pub run: RunId,
    /// Repeated in each record of the result.
    pub nonce: String,
    /// Which read or action.
    pub action: ActionId,
    /// The configuration's name of the host.
    pub host: String,
    /// The template's name.
    pub template: String,
    /// The file to bring back.
    pub result: String,
    /// Whether the standard input is waited for: never, in a bundle.
    pub wait_for_go: bool,
    /// SHA-256 of each other file.
    pub files: BTreeMap<String, Digest>,
}

/// A result that belongs to its bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What it says.
    pub report: Report,
    /// SHA-256 of the result file.
    pub result: Digest,
}

/// Makes a bundle; the same contents give the same bytes.
///
/// # Errors
/// The script is not one of ours or not the request's; its parameters do not fit.
pub fn build(contents: Contents<'_>) -> Result<Bundle, PowerShellError> {
    let found = Digest::of(contents.script);
    if found != contents.request.script {
        return Err(PowerShellError::Script(format!(
            "its SHA-256 is {found}, expected {}",
            contents.request.script
        )));
    }
    let declaration = Declaration::of_script(contents.script)?;
    let mode = match declaration.effect {
        Effect::Read => Mode::Read,
        Effect::Change => Mode::Change,
    };
    let identity = Identity {
        nonce: contents.nonce,
        action: contents.action,
    };
    let parameters = ParameterFile::bind(
        &declaration,
        contents.request,
        identity,
        (mode, Begin::AtOnce),
        contents.prepare,
    )?;
    let mut files = vec![
        (SCRIPT.to_owned(), contents.script.to_vec()),
        (parameters::FILE.to_owned(), parameters.bytes()),
        (
            INSTRUCTIONS.to_owned(),
            instructions::text(&contents, &declaration)?.into_bytes(),
        ),
    ];
    let manifest = Manifest {
        redress_bundle: 1,
        run: contents.run.clone(),
        nonce: contents.nonce.to_owned(),
        action: contents.action.clone(),
        host: contents.request.host.clone(),
        template: contents.request.template.clone(),
        result: parameters::RESULT.to_owned(),
        wait_for_go: false,
        files: files
            .iter()
            .map(|(name, bytes)| (name.clone(), Digest::of(bytes)))
            .collect(),
    };
    let mut bytes = serde_json::to_vec_pretty(&manifest).expect("a manifest can be said in JSON");
    bytes.push(b'\n');
    let digest = Digest::of(&bytes);
    files.push((MANIFEST.to_owned(), bytes));
    Ok(Bundle {
        files,
        manifest: digest,
    })
}

impl Manifest {
    /// Parses a manifest.
    ///
    /// # Errors
    /// It is none of version 1.
    pub fn parse(bytes: &[u8]) -> Result<Self, PowerShellError> {
        let manifest: Manifest = serde_json::from_slice(bytes)
            .map_err(|error| PowerShellError::Result(format!("`{MANIFEST}` is no manifest: {error}")))?;
        if manifest.redress_bundle != 1 {
            return Err(PowerShellError::Result(format!(
                "`{MANIFEST}` has version {}, expected 1",
                manifest.redress_bundle
            )));
        }
        Ok(manifest)
    }
}

/// Whether a result file is that of this bundle, whole. A script that failed is a result too: see
/// [`Report::ending`].
///
/// # Errors
/// It is of another run, action, script or parameter file, or it is cut, edited or empty.
pub fn check_result(manifest: &Manifest, result: &[u8]) -> Result<Checked, PowerShellError> {
    let identity = Identity {
        nonce: &manifest.nonce,
        action: &manifest.action,
    };
    let report = results::read(result, identity);
    match &report.ending {
        Ending::InDoubt { why } => return Err(PowerShellError::Result(why.clone())),
        Ending::NotBegun => {
            return Err(PowerShellError::Result(
                "the file has no whole result in it".to_owned(),
            ));
        }
        Ending::Done | Ending::Failed(_) | Ending::Refused(_) | Ending::NotStarted(_) => {}
    }
    if let Some(begun) = &report.begun {
        check_digests(manifest, begun)?;
    }
    Ok(Checked {
        report,
        result: Digest::of(result),
    })
}

fn check_digests(manifest: &Manifest, begun: &Begun) -> Result<(), PowerShellError> {
    for (what, name, found) in [
        ("script", SCRIPT, &begun.script),
        ("parameter file", parameters::FILE, &begun.parameters),
    ] {
        let Some(expected) = manifest.files.get(name) else {
            return Err(PowerShellError::Result(format!(
                "the manifest does not list `{name}`"
            )));
        };
        if *found != expected.to_string() {
            return Err(PowerShellError::Digest {
                what,
                found: found.clone(),
                expected: *expected,
            });
        }
    }
    Ok(())
}

impl Bundle {
    /// What the body of a result of this script is made of.
    ///
    /// # Errors
    /// The script is not one of ours.
    pub fn returns(script: &[u8]) -> Result<Returns, PowerShellError> {
        Ok(Declaration::of_script(script)?.returns)
    }
}

#[cfg(test)]
mod tests;
