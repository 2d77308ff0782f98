//! One run: its log, what the ledger says of it, and the files that the log names.
//!
//! Erased details are a note, edited ones a problem.

use std::collections::{BTreeMap, BTreeSet};

use crate::log::fold::{RunState, fold};
use crate::log::ledger::{LeftFact, RunFacts};
use crate::log::model::{Record, RunEvent};
use crate::log::verify::signed::{SignedText, Trusted};
use crate::log::verify::whole::{LogInput, LogVerdict, log, subject_of};
use crate::log::verify::{Kind, LogReport, Problem, Standing};
use crate::value::{Digest, RunId, Timestamp};

/// A run's folder, as read.
#[derive(Clone, Copy, Debug)]
pub struct RunInput<'a> {
    /// Its id, from the folder's name.
    pub run: &'a RunId,
    /// The folder's path within the state folder, without a slash at the end.
    pub folder: &'a str,
    /// `audit.jsonl`; none when it is not there.
    pub log: Option<&'a [u8]>,
    /// Its checkpoints.
    pub checkpoints: &'a [SignedText],
    /// SHA-256 of every other file, by its path within the folder, with `/`.
    pub files: &'a BTreeMap<String, Digest>,
    /// What the ledger says; none when it does not know the run.
    pub facts: Option<&'a RunFacts>,
    /// SHA-256 of each of the ledger's lines.
    pub ledger_lines: &'a [Digest],
    /// The verifier's clock.
    pub now: Timestamp,
}

/// Verifies one run.
pub fn run(input: RunInput<'_>, trusted: &Trusted<'_>) -> LogReport {
    let file = format!("{}/audit.jsonl", input.folder);
    let subject = subject_of(input.run);
    let verdict: LogVerdict<RunEvent> = log(
        LogInput {
            file: &file,
            // Where no use is recorded, nothing is missing.
            bytes: input.log.or_else(|| input.facts.is_none().then_some(&[])),
            checkpoints: input.checkpoints,
            subject: Some(&subject),
            now: input.now,
        },
        trusted,
    );
    let mut report = verdict.report.clone();
    let mut checker = Checker {
        input,
        file,
        problems: Vec::new(),
        notes: Vec::new(),
    };
    checker.ledger(&verdict);
    let mut ended = false;
    if report.problems.is_empty() && input.log.is_some() {
        match fold(&verdict.records) {
            Ok(state) => {
                checker.start(&state);
                ended = state.ended.is_some();
            }
            Err(error) => checker.line(
                Kind::Impossible,
                Some((error.seq + 1, error.seq + 1)),
                error.to_string(),
            ),
        }
        checker.files(&verdict.records);
    }
    report.problems.append(&mut checker.problems);
    report.notes.append(&mut checker.notes);
    report.standing = match (report.problems.is_empty(), report.standing, ended) {
        (false, _, _) => Standing::Broken,
        (true, _, _) if never_started(&input) => Standing::NeverStarted,
        (true, Standing::Sealed, false) => Standing::NotEnded,
        (true, standing, _) => standing,
    };
    report
}

/// The folder is made before the ledger records the use: a crash in between leaves this.
fn never_started(input: &RunInput<'_>) -> bool {
    input.facts.is_none() && input.log.is_none_or(<[u8]>::is_empty) && input.checkpoints.is_empty()
}

struct Checker<'a> {
    input: RunInput<'a>,
    file: String,
    problems: Vec<Problem>,
    notes: Vec<String>,
}

impl Checker<'_> {
    fn line(&mut self, kind: Kind, lines: Option<(u64, u64)>, message: String) {
        self.problems.push(Problem {
            file: self.file.clone(),
            lines,
            kind,
            message,
        });
    }

    fn other(&mut self, name: &str, kind: Kind, message: &str) {
        self.problems.push(Problem {
            file: format!("{}/{name}", self.input.folder),
            lines: None,
            kind,
            message: message.to_owned(),
        });
    }

    /// What the ledger saw each time that a process left.
    fn ledger(&mut self, verdict: &LogVerdict<RunEvent>) {
        let Some(facts) = self.input.facts else {
            if self.input.log.is_none_or(<[u8]>::is_empty) {
                self.notes.push(format!(
                    "`{}` was made ready and never started",
                    self.input.folder
                ));
            } else {
                self.line(Kind::Foreign, None, "the ledger knows no such run".to_owned());
            }
            return;
        };
        for left in &facts.left {
            if let Some((kind, message)) = self.left(left, verdict) {
                let have = verdict.ends.len() as u64;
                let lines = (kind == Kind::RolledBack).then(|| (have + 1, left.log.records.max(have + 1)));
                self.line(kind, lines, message);
                return;
            }
        }
    }

    fn left(&self, left: &LeftFact, verdict: &LogVerdict<RunEvent>) -> Option<(Kind, String)> {
        let bytes = self.input.log?;
        let saw = &left.log;
        let length = usize::try_from(saw.bytes).unwrap_or(usize::MAX);
        let Some(start) = bytes.get(..length) else {
            // Its own checkpoint says so already.
            let cut = verdict
                .report
                .problems
                .iter()
                .any(|problem| problem.kind == Kind::CutTail);
            let message = format!(
                "rolled back: {} bytes and {} records are there, the ledger saw {} bytes and {} records at {}",
                bytes.len(),
                verdict.ends.len(),
                saw.bytes,
                saw.records,
                left.at
            );
            return (!cut).then_some((Kind::RolledBack, message));
        };
        if Digest::of(start) != saw.sha256 {
            let known = !verdict.report.problems.is_empty();
            let message = format!(
                "the first {} bytes are not those that the ledger saw at {}",
                saw.bytes, left.at
            );
            return (!known).then_some((Kind::Edited, message));
        }
        if left.ended && bytes.len() > length {
            let message = format!("the ledger saw the run end with {} bytes; more follow", saw.bytes);
            return Some((Kind::Impossible, message));
        }
        None
    }

    fn start(&mut self, state: &RunState) {
        let Some(started) = &state.started else {
            self.notes
                .push(format!("`{}` is empty: nothing was done", self.file));
            return;
        };
        if let Some(facts) = self.input.facts
            && (facts.started.is_some_and(|plan| plan != started.plan) || facts.used != Some(started.plan))
        {
            let message = "the ledger records another plan for this run".to_owned();
            self.line(Kind::Foreign, Some((1, 1)), message);
        }
        if !self.input.ledger_lines.contains(&started.ledger_head) {
            let message = "names a head of the ledger that the ledger does not have: it was rolled back, \
                           or is another one";
            self.line(Kind::RolledBack, Some((1, 1)), message.to_owned());
        }
        match self.input.files.get("plan") {
            Some(found) if *found == started.plan => {}
            Some(_) => self.other(
                "plan",
                Kind::Edited,
                "it is not the plan that the run started with",
            ),
            None => self.other("plan", Kind::Missing, "it is gone"),
        }
        match self.input.files.get("allowed_signers") {
            Some(found) if *found != started.signers => {
                self.other(
                    "allowed_signers",
                    Kind::Edited,
                    "it is not the one that was in force",
                );
            }
            Some(_) | None => {}
        }
        let approvals = self.digests("approvals/");
        for approval in &started.approvals {
            if !approvals.contains(approval) {
                self.other(
                    "approvals",
                    Kind::Missing,
                    &format!("no file has the digest `{approval}` of an approval"),
                );
            }
        }
    }

    fn digests(&self, folder: &str) -> BTreeSet<Digest> {
        let files = self.input.files.iter();
        files
            .filter(|(name, _)| name.starts_with(folder))
            .map(|(_, digest)| *digest)
            .collect()
    }

    fn files(&mut self, records: &[Record<RunEvent>]) {
        self.details(&named_details(records));
        self.artefacts(records);
        let torn = self.digests("torn/");
        for record in records {
            if let RunEvent::RunResumed { torn: Some(cut) } = &record.event
                && !torn.contains(&cut.sha256)
            {
                let message = format!(
                    "{} bytes that were cut off before record {} are gone",
                    cut.bytes, record.seq
                );
                self.other("torn", Kind::Missing, &message);
            }
        }
    }

    fn details(&mut self, named: &BTreeSet<Digest>) {
        let mut erased = 0;
        for digest in named {
            let name = format!("details/{digest}");
            match self.input.files.get(&name) {
                None => erased += 1,
                Some(found) if found == digest => {}
                Some(_) => self.other(&name, Kind::Edited, "its SHA-256 is not its name"),
            }
        }
        if erased > 0 {
            self.notes.push(format!(
                "`{}/details`: {erased} of {} files were erased; the log verifies without them",
                self.input.folder,
                named.len()
            ));
        }
    }

    fn artefacts(&mut self, records: &[Record<RunEvent>]) {
        let there = self.digests("artefacts/");
        let mut written = BTreeMap::new();
        for record in records {
            if let RunEvent::OutputWritten { step, sha256, .. } = &record.event {
                written.insert(step.clone(), *sha256);
            }
        }
        let gone: Vec<_> = written
            .iter()
            .filter(|(_, sha256)| !there.contains(sha256))
            .collect();
        let known: BTreeSet<&Digest> = written.values().collect();
        let strange: Vec<&String> = self
            .input
            .files
            .iter()
            .filter(|(name, digest)| name.starts_with("artefacts/") && !known.contains(digest))
            .map(|(name, _)| name)
            .collect();
        if !gone.is_empty() && !strange.is_empty() {
            let name = strange[0].clone();
            self.other(
                &name,
                Kind::Edited,
                "no record names an artefact with these bytes",
            );
            return;
        }
        for (step, _) in gone {
            self.notes.push(format!(
                "the artefact of step `{step}` is not in `{}/artefacts`",
                self.input.folder
            ));
        }
    }
}

/// Every details file that the log names.
fn named_details(records: &[Record<RunEvent>]) -> BTreeSet<Digest> {
    records
        .iter()
        .filter_map(|record| details_of(&record.event))
        .collect()
}

fn details_of(event: &RunEvent) -> Option<Digest> {
    match event {
        RunEvent::ReadAnswered { details, .. }
        | RunEvent::ReadFailed { details, .. }
        | RunEvent::ActionChecked { details, .. }
        | RunEvent::ActionAnswered { details, .. }
        | RunEvent::ActionUnanswered { details, .. }
        | RunEvent::ActionLookedUp { details, .. }
        | RunEvent::OutputWritten { details, .. }
        | RunEvent::BundleImported { details, .. }
        | RunEvent::RunStopped { details, .. } => Some(*details),
        RunEvent::ActionEnded { details, .. } | RunEvent::WaitEnded { details, .. } => *details,
        RunEvent::RunStarted { .. }
        | RunEvent::RunResumed { .. }
        | RunEvent::StepStarted { .. }
        | RunEvent::ActionIntended { .. }
        | RunEvent::WaveEnded { .. }
        | RunEvent::HoldOpened { .. }
        | RunEvent::HoldReleased { .. }
        | RunEvent::WaitStarted { .. }
        | RunEvent::ScriptStarted { .. }
        | RunEvent::BundleWritten { .. }
        | RunEvent::RunContinued { .. }
        | RunEvent::RunLeft { .. }
        | RunEvent::RunEnded { .. } => None,
    }
}
