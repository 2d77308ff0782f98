//! The result protocol: the JSON lines that a script leaves behind, and what may be believed of them.
//!
//! A script writes `ready`, then `begin`, then `record`, `warning`, `verbose`, `information`, `error` and `what_if`
//! as they come, then `end`, then `done`; each line repeats nonce and action and is numbered from 1. Without
//! `done` nothing is believed but whether it had begun. Reads no file; exit codes and standard output say nothing here.

mod line;

use crate::powershell::parameters::Identity;
use crate::powershell::template::Returns;
use crate::value::Json;
use line::{Kind, Line};

pub use line::{Begun, ScriptError};

/// What a result file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How it ended, as far as can be known.
    pub ending: Ending,
    /// Whether it said that it is ready for its go.
    pub ready: bool,
    /// Its `begin` record.
    pub begun: Option<Begun>,
    /// What the template returned, typed values back.
    pub records: Vec<Json>,
    /// Lines of `-WhatIf` that the template recorded itself.
    pub what_if: Vec<String>,
    /// Warnings, verbose and information text.
    pub messages: Vec<Message>,
    /// Error records, whole; also those that did not end the script.
    pub errors: Vec<ScriptError>,
}

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The template returned.
    Done,
    /// The template threw: what it had done by then is not known.
    Failed(Reason),
    /// The template gave up before it changed anything.
    Refused(Reason),
    /// The template was never called, and never will be.
    NotStarted(Reason),
    /// There is no `begin` record.
    NotBegun,
    /// Begun, and no ending that can be believed.
    InDoubt {
        /// Lower case.
        why: String,
    },
}

/// Why a script ended as it did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// As PowerShell put it.
    pub message: String,
    /// PowerShell's `FullyQualifiedErrorId`, or our own word.
    pub code: String,
}

/// Text that a template wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `warning`, `verbose` or `information`.
    pub stream: &'static str,
    /// The text.
    pub text: String,
}

impl Report {
    /// The answer's body.
    ///
    /// # Errors
    /// The template declared one record and returned another number of them.
    pub fn body(&self, returns: Returns) -> Result<Json, String> {
        match (returns, self.records.as_slice()) {
            (Returns::List, records) => Ok(Json::Array(records.to_vec())),
            (Returns::One, [record]) => Ok(record.clone()),
            (Returns::One, records) => Err(format!(
                "the script returned {} records, its template declares one",
                records.len()
            )),
        }
    }
}

/// Reads a result file, whole or cut; `identity` is what each line must repeat.
pub fn read(bytes: &[u8], identity: Identity<'_>) -> Report {
    let mut fold = Fold::default();
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    while let Some(at) = rest.iter().position(|byte| *byte == b'\n') {
        let line = rest[..at].strip_suffix(b"\r").unwrap_or(&rest[..at]);
        rest = &rest[at + 1..];
        if let Err(why) = fold.take(line, identity) {
            fold.wrong = Some(why);
            break;
        }
    }
    if fold.wrong.is_none() && fold.done && !rest.is_empty() {
        fold.wrong = Some("there is something after the final record".to_owned());
    }
    fold.report()
}

#[derive(Default)]
struct Fold {
    lines: u64,
    ready: bool,
    begun: Option<Begun>,
    records: Vec<Json>,
    what_if: Vec<String>,
    messages: Vec<Message>,
    errors: Vec<ScriptError>,
    end: Option<Ending>,
    done: bool,
    wrong: Option<String>,
}

impl Fold {
    fn take(&mut self, line: &[u8], identity: Identity<'_>) -> Result<(), String> {
        let line = Line::parse(line, identity, self.lines + 1)?;
        self.lines += 1;
        let late = self.done || (self.end.is_some() && !matches!(line.kind, Kind::Done { .. }));
        if late {
            return Err(format!("record {} comes after the end", self.lines));
        }
        match line.kind {
            Kind::Ready => self.ready = true,
            Kind::Begin(begun) if self.begun.is_none() => self.begun = Some(begun),
            Kind::Begin(_) => return Err("it begins twice".to_owned()),
            Kind::Record(value) => self.records.push(value),
            Kind::WhatIf(text) => self.what_if.push(text),
            Kind::Message(message) => self.messages.push(message),
            Kind::Error(error) => self.errors.push(error),
            Kind::End(ending) => self.end = Some(self.believable(ending)?),
            Kind::Done { lines } if self.end.is_some() && lines + 1 == self.lines => self.done = true,
            Kind::Done { .. } => return Err("the final record does not fit what stands before it".to_owned()),
        }
        Ok(())
    }

    fn believable(&self, ending: Ending) -> Result<Ending, String> {
        let begun = self.begun.is_some();
        let fits = match ending {
            Ending::Done | Ending::Failed(_) | Ending::Refused(_) => begun,
            Ending::NotStarted(_) => !begun,
            Ending::NotBegun | Ending::InDoubt { .. } => false,
        };
        if fits {
            Ok(ending)
        } else {
            Err("the end does not fit the beginning".to_owned())
        }
    }

    fn report(self) -> Report {
        let ending = match (self.wrong, self.end, self.done, &self.begun) {
            (Some(why), ..) => Ending::InDoubt { why },
            (None, Some(ending), true, _) => ending,
            (None, _, _, None) => Ending::NotBegun,
            (None, _, _, Some(_)) => Ending::InDoubt {
                why: "the script began and left no final record".to_owned(),
            },
        };
        Report {
            ending,
            ready: self.ready,
            begun: self.begun,
            records: self.records,
            what_if: self.what_if,
            messages: self.messages,
            errors: self.errors,
        }
    }
}

/// The text of `-WhatIf`, which goes to the host: what stands between the script's two marks on its standard output.
pub fn what_if_lines(output: &str) -> Vec<String> {
    output
        .lines()
        .skip_while(|line| *line != "redress-what-if-begin")
        .skip(1)
        .take_while(|line| *line != "redress-what-if-end")
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
