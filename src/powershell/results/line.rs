//! One line of a result file, taken apart.
//!
//! Believes nothing by itself: [`crate::powershell::results`] looks at all lines together.

use serde::Deserialize;

use crate::powershell::encoding;
use crate::powershell::parameters::Identity;
use crate::powershell::results::{Ending, Message, Reason};
use crate::value::Json;

/// Where and how a script was begun, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Begun {
    /// SHA-256 of the script file that ran.
    pub script: String,
    /// SHA-256 of its parameter file.
    pub parameters: String,
    /// Its machine's clock, UTC.
    pub at: String,
    /// Version of PowerShell.
    pub powershell: String,
    /// `Desktop` or `Core`.
    pub edition: String,
    /// The machine.
    pub computer: String,
    /// The account, `DOMAIN\name`.
    pub account: String,
}

/// A PowerShell error record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ScriptError {
    /// The message.
    pub message: String,
    /// `FullyQualifiedErrorId`.
    pub code: String,
    /// `CategoryInfo`.
    pub category: String,
    /// The target object, as text.
    pub target: String,
    /// Types and messages, outermost first.
    pub exceptions: Vec<String>,
    /// Where in the script.
    pub position: String,
    /// The script's call stack.
    pub stack: String,
}

/// What a line says.
pub(super) enum Kind {
    Ready,
    Begin(Begun),
    Record(Json),
    WhatIf(String),
    Message(Message),
    Error(ScriptError),
    End(Ending),
    Done { lines: u64 },
}

pub(super) struct Line {
    pub(super) kind: Kind,
}

impl Line {
    /// Takes a line apart; `number` is the one that it must have.
    pub(super) fn parse(line: &[u8], identity: Identity<'_>, number: u64) -> Result<Self, String> {
        let json: Json = serde_json::from_slice(line).map_err(|_| format!("record {number} is not whole"))?;
        if json["redress"] != 1 || json["nonce"] != identity.nonce {
            return Err(format!("record {number} belongs to another run"));
        }
        if json["action"] != identity.action.as_str() {
            return Err(format!("record {number} belongs to another action"));
        }
        if json["n"] != number {
            return Err(format!("record {number} is missing"));
        }
        let kind = kind(&json).ok_or_else(|| format!("record {number} is of no known kind"))?;
        Ok(Line { kind })
    }
}

fn kind(json: &Json) -> Option<Kind> {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let message = |stream: &'static str| {
        let text = text("message")?;
        Some(Kind::Message(Message { stream, text }))
    };
    Some(match json["type"].as_str()? {
        "ready" => Kind::Ready,
        "begin" => Kind::Begin(Begun::deserialize(json).ok()?),
        "record" => Kind::Record(encoding::decode(&json["value"]).ok()?),
        "what_if" => Kind::WhatIf(text("message")?),
        "warning" => message("warning")?,
        "verbose" => message("verbose")?,
        "information" => message("information")?,
        "error" => Kind::Error(ScriptError::deserialize(json).ok()?),
        "end" => Kind::End(ending(json)?),
        "done" => Kind::Done {
            lines: json["lines"].as_u64()?,
        },
        _ => return None,
    })
}

fn ending(json: &Json) -> Option<Ending> {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let reason = Reason {
        message: text("message"),
        code: text("code"),
    };
    Some(match json["outcome"].as_str()? {
        "ok" => Ending::Done,
        "failed" => Ending::Failed(reason),
        "refused" => Ending::Refused(reason),
        "not_started" => Ending::NotStarted(reason),
        _ => return None,
    })
}
