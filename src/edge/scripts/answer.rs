//! What a script's report means to a run: an answer, or an error that says what follows.
//!
//! A change that failed in its middle is in doubt, whatever it says; only a refusal of the template's own is one.

use std::fmt::Display;
use std::path::Path;

use crate::edge::scripts::Ran;
use crate::powershell::PowerShellError;
use crate::powershell::parameters::Mode;
use crate::powershell::results::{Ending, Reason, Report};
use crate::powershell::template::Declaration;
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::{Answer, Digest, Json};

/// For a read.
pub(super) fn of_read(ran: &Ran) -> Result<Answer, CallError> {
    let told = ran.told();
    match &ran.report.ending {
        Ending::Done => ran
            .report
            .body(ran.declaration.returns)
            .map(answered)
            .map_err(|why| error(CallErrorKind::Malformed, why)),
        Ending::Failed(reason) => Err(read_failed(reason)),
        Ending::Refused(_) | Ending::NotStarted(_) | Ending::NotBegun | Ending::InDoubt { .. } => {
            Err(not_done(&ran.report.ending, &told))
        }
    }
}

/// For a preview; `body` is what it shows.
pub(super) fn of_preview(ran: &Ran, body: &Json) -> Result<Answer, CallError> {
    match &ran.report.ending {
        Ending::Done => Ok(answered(body.clone())),
        Ending::Failed(reason) => Err(read_failed(reason)),
        Ending::Refused(_) | Ending::NotStarted(_) | Ending::NotBegun | Ending::InDoubt { .. } => {
            Err(not_done(&ran.report.ending, &ran.told()))
        }
    }
}

/// For a change, just made or found again.
pub(super) fn of_change(declaration: &Declaration, report: &Report, told: &str) -> Result<Answer, CallError> {
    match &report.ending {
        // It was done, whatever it returned.
        Ending::Done => Ok(answered(
            report
                .body(declaration.returns)
                .unwrap_or_else(|_| Json::Array(report.records.clone())),
        )),
        Ending::Failed(reason) => Err(CallError {
            code: Some(reason.code.clone()),
            ..error(
                CallErrorKind::NoAnswer,
                format!("the script failed after it had begun: {}", reason.message),
            )
        }),
        Ending::Refused(_) | Ending::NotStarted(_) | Ending::NotBegun | Ending::InDoubt { .. } => {
            Err(not_done(&report.ending, told))
        }
    }
}

fn answered(body: Json) -> Answer {
    Answer {
        status: 200,
        code: None,
        request_id: None,
        date: None,
        body,
    }
}

fn read_failed(reason: &Reason) -> CallError {
    let kind = if reason.code.starts_with("CommandNotFoundException") {
        CallErrorKind::Permission
    } else {
        CallErrorKind::Refused
    };
    let mut failed = error(kind, format!("the script failed: {}", reason.message));
    failed.code = Some(reason.code.clone());
    if kind == CallErrorKind::Permission {
        failed.hints.push(
            "Exchange shows only the cmdlets that the account's roles give it; check them, and the host's `prepare:`"
                .to_owned(),
        );
    }
    failed
}

fn not_done(ending: &Ending, told: &str) -> CallError {
    match ending {
        Ending::Refused(reason) => CallError {
            code: Some("refused".to_owned()),
            ..error(
                CallErrorKind::Refused,
                format!(
                    "the script gave up before it changed anything: {}",
                    reason.message
                ),
            )
        },
        Ending::NotStarted(reason) => {
            let mut failed = error(
                CallErrorKind::NotSent,
                format!("the script started nothing: {}", reason.message),
            );
            failed.code = Some(reason.code.clone());
            if reason.code == "ConstrainedLanguage" {
                let hint = "have the script signed or allowed by its hash in App Control or AppLocker, or use `run: hand_over`";
                failed.hints.push(hint.to_owned());
            }
            failed
        }
        Ending::NotBegun => never_begun(told),
        Ending::InDoubt { why } => error(CallErrorKind::NoAnswer, format!("{why} ({told})")),
        Ending::Done | Ending::Failed(_) => unreachable!("both were looked at before"),
    }
}

pub(super) fn never_begun(told: &str) -> CallError {
    error(CallErrorKind::NotSent, format!("the script never began: {told}"))
}

pub(super) fn not_configured(host: &str) -> CallError {
    let why = format!("the configuration names no PowerShell host `{host}`");
    hinted(
        error(CallErrorKind::NotAllowed, why),
        "add it under `powershell:` of the tenant",
    )
}

pub(super) fn handed_over(host: &str) -> CallError {
    let why = format!("scripts for `{host}` are handed over, not run here");
    hinted(
        error(CallErrorKind::NotSent, why),
        "run the bundle on the server, then `redress import RUN RESULT`",
    )
}

pub(super) fn no_powershell(host: &str) -> CallError {
    let why = format!("there is no PowerShell on this machine for `{host}`");
    hinted(
        error(CallErrorKind::NotSent, why),
        "install PowerShell, name it with `program:`, or say `run: hand_over`",
    )
}

pub(super) fn not_made(why: &PowerShellError) -> CallError {
    CallError {
        hints: why.hints(),
        ..error(
            CallErrorKind::NotSent,
            format!("the script was not run; failed to {why}"),
        )
    }
}

pub(super) fn other_script(found: &Digest, expected: &Digest) -> CallError {
    error(
        CallErrorKind::NotAllowed,
        format!("the script's SHA-256 is {found}, expected {expected}"),
    )
}

pub(super) fn wrong_mode(template: &str, mode: Mode) -> CallError {
    let why = match mode {
        Mode::Read => "does not only read",
        Mode::Change => "declares no change",
        Mode::Preview => "takes no -WhatIf: its preview is its text",
    };
    error(
        CallErrorKind::NotAllowed,
        format!("the template `{template}` {why}"),
    )
}

pub(super) fn ran_before(folder: &Path) -> CallError {
    error(
        CallErrorKind::NoAnswer,
        format!(
            "`{}` holds a result already: the script was run before",
            folder.display()
        ),
    )
}

pub(super) fn no_folder(folder: &Path, why: &impl Display) -> CallError {
    error(
        CallErrorKind::NotSent,
        format!(
            "the script's folder `{}` cannot be written: {why}",
            folder.display()
        ),
    )
}

pub(super) fn not_spawned(program: &Path, why: &impl Display) -> CallError {
    error(
        CallErrorKind::NotSent,
        format!("`{}` cannot be started: {why}", program.display()),
    )
}

pub(super) fn unreadable(file: &Path, why: &impl Display) -> CallError {
    error(
        CallErrorKind::NoAnswer,
        format!("`{}` cannot be read: {why}", file.display()),
    )
}

pub(super) fn too_large(file: &Path, limit_bytes: u64) -> CallError {
    error(
        CallErrorKind::NoAnswer,
        format!("`{}` is larger than {limit_bytes} bytes", file.display()),
    )
}

fn error(kind: CallErrorKind, message: String) -> CallError {
    CallError {
        kind,
        message,
        hints: Vec::new(),
        status: None,
        code: None,
        request_id: None,
    }
}

fn hinted(mut error: CallError, hint: &str) -> CallError {
    error.hints.push(hint.to_owned());
    error
}
