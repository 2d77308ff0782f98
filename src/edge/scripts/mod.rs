//! PowerShell on the configuration's hosts: finds it, starts one process a job, reads what it left.
//!
//! Believes only the result file, never the exit code or the output: see [`crate::powershell::results`].

mod answer;
mod environment;
mod folder;
mod process;
mod program;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::playbook::model::Effect;
use crate::powershell::parameters::{Begin, Identity, Mode, ParameterFile, Prepare};
use crate::powershell::results::{self, Ending, Report};
use crate::powershell::template::Declaration;
use crate::run::ports::{CallError, Door, Pending, ScriptJob, Scripts};
use crate::value::{Answer, Digest};
use folder::JobFolder;
use process::Finished;
use program::Programs;

/// How long a script may take; Exchange Online gives a cmdlet 15 minutes.
/// <https://learn.microsoft.com/powershell/exchange/exchange-online-powershell-v2>
pub const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(20 * 60);

/// One PowerShell host of the configuration.
#[derive(Clone, Debug)]
pub struct HostSettings {
    /// Who runs its scripts.
    pub run: RunBy,
    /// The PowerShell to start; without one `pwsh`, then `powershell.exe` of the PATH (the other way round for
    /// the Exchange Management Shell, which wants Windows PowerShell).
    pub program: Option<PathBuf>,
    /// What comes before a template.
    pub prepare: Prepare,
    /// After this the script is ended, with all that it started.
    pub time_limit: Duration,
}

/// Who runs a host's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunBy {
    /// This machine.
    Here,
    /// Whoever is handed the bundle.
    HandOver,
}

impl Default for HostSettings {
    fn default() -> Self {
        HostSettings {
            run: RunBy::Here,
            program: None,
            prepare: Prepare::None,
            time_limit: DEFAULT_TIME_LIMIT,
        }
    }
}

/// The hosts by their name in the configuration.
#[derive(Debug)]
pub struct PowerShellHosts {
    hosts: BTreeMap<String, HostSettings>,
    programs: Programs,
}

impl PowerShellHosts {
    /// Takes the configuration's hosts; looks for PowerShell when it is first needed.
    pub fn new(hosts: BTreeMap<String, HostSettings>) -> Self {
        PowerShellHosts {
            hosts,
            programs: Programs::default(),
        }
    }

    /// A host's settings, for whoever writes a bundle.
    pub fn host(&self, name: &str) -> Option<&HostSettings> {
        self.hosts.get(name)
    }

    /// Where a job can be run here: its host's settings and the program.
    fn here(&self, job: &ScriptJob) -> Result<(&HostSettings, PathBuf), CallError> {
        let host = &job.request.host;
        let settings = self.hosts.get(host).ok_or_else(|| answer::not_configured(host))?;
        match (settings.run, self.programs.of(settings)) {
            (RunBy::HandOver, _) => Err(answer::handed_over(host)),
            (RunBy::Here, None) => Err(answer::no_powershell(host)),
            (RunBy::Here, Some(program)) => Ok((settings, program)),
        }
    }

    async fn run(&self, job: &ScriptJob, (mode, begin): (Mode, Begin)) -> Result<Ran, CallError> {
        let (settings, program) = self.here(job)?;
        let declaration = declaration(job)?;
        check_mode(&declaration, job, mode)?;
        let parameters = ParameterFile::bind(
            &declaration,
            &job.request,
            identity(job),
            (mode, begin),
            &settings.prepare,
        )
        .map_err(|error| answer::not_made(&error))?;
        let folder = JobFolder::prepare(&job.folder, mode, &job.script, &parameters.bytes())?;
        let finished = process::run(&program, &folder, begin, settings.time_limit, identity(job)).await?;
        // A process that could not be ended still holds it: nothing is said of a script that may run on.
        let _lock = folder.lock().await?;
        let report = folder.report(identity(job))?;
        Ok(Ran {
            declaration,
            program,
            report,
            finished,
        })
    }

    async fn read_now(&self, job: &ScriptJob) -> Result<Answer, CallError> {
        let ran = self.run(job, (Mode::Read, Begin::AtOnce)).await?;
        answer::of_read(&ran)
    }

    async fn preview_now(&self, job: &ScriptJob) -> Result<Answer, CallError> {
        let ran = self.run(job, (Mode::Preview, Begin::AtOnce)).await?;
        let mut lines = results::what_if_lines(&ran.finished.output);
        lines.extend(ran.report.what_if.iter().cloned());
        answer::of_preview(&ran, &json!({ "what_if": lines }))
    }

    async fn change_now(&self, job: &ScriptJob) -> Result<Answer, CallError> {
        let ran = self.run(job, (Mode::Change, Begin::AfterGo)).await?;
        answer::of_change(&ran.declaration, &ran.report, &ran.told())
    }
}

/// What a finished process left.
struct Ran {
    declaration: Declaration,
    program: PathBuf,
    report: Report,
    finished: Finished,
}

impl Ran {
    /// What the process itself tells, for a message; never believed.
    fn told(&self) -> String {
        self.finished.told(&self.program)
    }
}

fn identity(job: &ScriptJob) -> Identity<'_> {
    Identity {
        nonce: &job.nonce,
        action: &job.action,
    }
}

fn declaration(job: &ScriptJob) -> Result<Declaration, CallError> {
    let found = Digest::of(&job.script);
    if found != job.request.script {
        return Err(answer::other_script(&found, &job.request.script));
    }
    Declaration::of_script(&job.script).map_err(|error| answer::not_made(&error))
}

/// A script that changes is never run as one that reads, and `-WhatIf` goes only to those that have it.
fn check_mode(declaration: &Declaration, job: &ScriptJob, mode: Mode) -> Result<(), CallError> {
    let fits = match mode {
        Mode::Read => declaration.effect == Effect::Read,
        Mode::Change => declaration.effect == Effect::Change,
        Mode::Preview => declaration.should_process,
    };
    if fits {
        return Ok(());
    }
    Err(answer::wrong_mode(&job.request.template, mode))
}

/// What an earlier process left; takes the script's lock first.
async fn recovered(job: &ScriptJob) -> Result<Answer, CallError> {
    let declaration = declaration(job)?;
    let Some(folder) = JobFolder::existing(&job.folder) else {
        return Err(answer::never_begun("its folder was never made"));
    };
    let _lock = folder.lock().await?;
    let report = folder.report(identity(job))?;
    if report.ending == Ending::NotBegun {
        return Err(answer::never_begun("it left no begin record"));
    }
    answer::of_change(&declaration, &report, "its process is gone")
}

impl Scripts for PowerShellHosts {
    fn door(&self, host: &str) -> Door {
        match self.hosts.get(host) {
            None => Door::NotConfigured,
            Some(settings) => match (settings.run, self.programs.of(settings)) {
                (RunBy::HandOver, _) => Door::HandOver,
                (RunBy::Here, Some(_)) => Door::Here,
                (RunBy::Here, None) => Door::NoPowerShell,
            },
        }
    }

    fn read<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.read_now(job))
    }

    fn preview<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.preview_now(job))
    }

    fn change<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(self.change_now(job))
    }

    fn recover<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(recovered(job))
    }
}

/// A program's file name, for messages.
fn name_of(program: &Path) -> String {
    program
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
