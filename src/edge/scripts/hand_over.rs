//! Bundles for scripts that are run elsewhere, and what their results mean for the run.
//!
//! Writes no file: the run's folder does.

use crate::edge::scripts::PowerShellHosts;
use crate::edge::scripts::answer;
use crate::powershell::PowerShellError;
use crate::powershell::bundle::{Checked, Contents, Manifest, SCRIPT, build};
use crate::powershell::results::Ending;
use crate::powershell::template::{Declaration, Returns};
use crate::program::model::ReadFailure;
use crate::run::apply::ImportedResult;
use crate::run::ports::{Bundle, CallError, ScriptJob};
use crate::value::{Answer, Json, RunId};

pub(super) fn bundle(hosts: &PowerShellHosts, job: &ScriptJob) -> Result<Bundle, CallError> {
    let host = &job.request.host;
    let settings = hosts.host(host).ok_or_else(|| answer::not_configured(host))?;
    let built = build(Contents {
        run: &RunId::new(job.nonce.clone()),
        nonce: &job.nonce,
        action: &job.action,
        request: &job.request,
        script: &job.script,
        prepare: &settings.prepare,
    })
    .map_err(|error| answer::not_made(&error))?;
    Ok(Bundle {
        files: built.files,
        manifest: built.manifest,
    })
}

/// What a checked result means, by the script that lies in its bundle.
///
/// # Errors
/// The script is not one of ours.
pub fn imported(checked: &Checked, script: &[u8]) -> Result<ImportedResult, PowerShellError> {
    let returns = Declaration::of_script(script)?.returns;
    Ok(match &checked.report.ending {
        Ending::Done => ImportedResult::Answered(answered(checked, returns)),
        Ending::Refused(reason) | Ending::NotStarted(reason) => ImportedResult::Failed(ReadFailure {
            message: format!("the script says that it did nothing: {}", reason.message),
            status: None,
            code: Some(reason.code.clone()),
            request_id: None,
        }),
        // What it had done by then is not known.
        Ending::Failed(_) | Ending::NotBegun | Ending::InDoubt { .. } => ImportedResult::InDoubt,
    })
}

fn answered(checked: &Checked, returns: Returns) -> Answer {
    let all = || Json::Array(checked.report.records.clone());
    Answer {
        status: 200,
        code: None,
        request_id: None,
        date: None,
        body: checked.report.body(returns).unwrap_or_else(|_| all()),
    }
}

/// The name of the script in a bundle, and of what a manifest says of it.
pub fn script_of(manifest: &Manifest) -> Option<(&'static str, crate::value::Digest)> {
    manifest.files.get(SCRIPT).map(|digest| (SCRIPT, *digest))
}
