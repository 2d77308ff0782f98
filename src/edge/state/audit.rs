//! Reads a whole state folder and has it verified: ledger, every run, every file that they name.
//!
//! Writes nothing, takes no lock, and takes trusted keys only from its caller, never from the folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::approval::AllowedSigners;
use crate::edge::state::ledger::{CHECKPOINTS, FILE};
use crate::edge::state::notary::may_sign;
use crate::edge::state::{Layout, Ledger, Notary, StateError, files, seals};
use crate::log::checkpoint::Subject;
use crate::log::ledger::{LedgerState, RunFacts};
use crate::log::model::LedgerEvent;
use crate::log::verify::{
    Anchor, Kind, LogInput, LogReport, LogVerdict, Problem, RunInput, Standing, Trusted, anchored, log, run,
};
use crate::value::{Digest, Digester, LedgerId, RunId, Timestamp};

/// What an audit of a state folder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// The ledger's id, if it says one.
    pub ledger_id: Option<LedgerId>,
    /// The ledger.
    pub ledger: LogReport,
    /// Every run folder, oldest first.
    pub runs: Vec<RunVerdict>,
    /// What concerns no single log: deleted runs, anchors, unreadable files.
    pub problems: Vec<Problem>,
}

/// What was found about one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunVerdict {
    /// Which.
    pub run: RunId,
    /// What.
    pub report: LogReport,
}

impl AuditReport {
    /// 0 when everything is vouched for, else 15.
    pub fn exit(&self) -> u8 {
        let logs = self.runs.iter().map(|run| &run.report).chain([&self.ledger]);
        let worst = logs.map(|report| report.standing.exit()).max().unwrap_or(0);
        if self.problems.is_empty() { worst } else { 15 }
    }

    /// Everything that does not fit, the ledger's first.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        let runs = self.runs.iter().flat_map(|run| &run.report.problems);
        self.ledger.problems.iter().chain(runs).chain(&self.problems)
    }
}

/// Verifies a state folder. `signers` says whose checkpoints count; `now` is the verifier's clock.
pub fn audit(state: &Path, signers: &AllowedSigners, now: Timestamp) -> AuditReport {
    audit_against(state, signers, now, &[])
}

/// As [`audit`], and against receipts that were kept elsewhere: these find a rollback of everything at once.
pub fn audit_against(
    state: &Path,
    signers: &AllowedSigners,
    now: Timestamp,
    anchors: &[Anchor],
) -> AuditReport {
    let trusted: &Trusted<'_> = &|key, namespace, at| may_sign(signers, key, namespace, at);
    let layout = Layout::new(state);
    let mut problems = Vec::new();
    let bytes = or_problem(files::read_if_there(&layout.ledger()), FILE, &mut problems).flatten();
    let texts = or_state_problem(
        seals::load(&layout.ledger_checkpoints(), CHECKPOINTS),
        CHECKPOINTS,
        &mut problems,
    );
    let texts = texts.unwrap_or_default();
    let id = bytes.as_deref().and_then(first_id);
    let subject = id.clone().map(Subject::Ledger);
    let input = LogInput {
        file: FILE,
        bytes: bytes.as_deref(),
        checkpoints: &texts,
        subject: subject.as_ref(),
        now,
    };
    let verdict: LogVerdict<LedgerEvent> = log(input, trusted);
    let (facts, mut ledger) = ledger_facts(&verdict);
    if ledger.whole.records == 0 && ledger.problems.is_empty() {
        ledger
            .problems
            .push(whole_file(FILE, Kind::Missing, "it is empty"));
        ledger.standing = Standing::Broken;
    }
    let ids = or_state_problem(run_ids(&layout.runs()), "runs", &mut problems).unwrap_or_default();
    let mut runs = Vec::new();
    for id in &ids {
        let read = RunFiles::read(&layout, id, &mut problems);
        let report = run(read.input(id, facts.runs.get(id), &verdict.digests, now), trusted);
        runs.push(RunVerdict {
            run: id.clone(),
            report,
        });
    }
    problems.extend(deleted(&facts, &ids));
    problems.extend(anchors.iter().filter_map(|anchor| check_anchor(&layout, anchor)));
    AuditReport {
        ledger_id: id,
        ledger,
        runs,
        problems,
    }
}

/// Refuses to go on with a run whose log, checkpoints, plan or approvals do not verify. Damage to details,
/// artefacts and torn ends is the audit's business: details are checked when they are read.
pub(super) fn resumable(
    state: &Path,
    id: &RunId,
    bytes: &[u8],
    ledger: &Ledger,
    notary: &Notary,
) -> Result<(), StateError> {
    let mut problems = Vec::new();
    let mut read = RunFiles::read(&Layout::new(state), id, &mut problems);
    read.log = Some(bytes.to_vec());
    let facts = ledger.state().runs.get(id);
    let report = run(
        read.input(id, facts, ledger.lines(), notary.clock.now()),
        &|key, namespace, at| notary.trusts(key, namespace, at),
    );
    problems.extend(report.problems);
    let folder = format!("runs/{id}/");
    problems.retain(|problem| {
        let place = problem.file.strip_prefix(&folder).unwrap_or_default();
        !["details", "artefacts", "torn"].contains(&place.split('/').next().unwrap_or_default())
    });
    if problems.is_empty() {
        return Ok(());
    }
    Err(StateError::Damaged { problems })
}

/// All run folders; names with a dot in front are not runs yet.
pub(super) fn run_ids(runs: &Path) -> Result<Vec<RunId>, StateError> {
    let entries = match fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StateError::read(runs, &error)),
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| StateError::read(runs, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            ids.push(RunId::new(name));
        }
    }
    ids.sort();
    Ok(ids)
}

/// A run's folder, in memory: log and checkpoints whole, everything else as digests.
struct RunFiles {
    folder: String,
    log: Option<Vec<u8>>,
    checkpoints: Vec<crate::log::verify::SignedText>,
    digests: BTreeMap<String, Digest>,
}

impl RunFiles {
    fn read(layout: &Layout, id: &RunId, problems: &mut Vec<Problem>) -> Self {
        let run = layout.run(id);
        let folder = format!("runs/{id}");
        let log = files::read_if_there(&run.log());
        let checkpoints = format!("{folder}/checkpoints");
        let mut digests = BTreeMap::new();
        for name in [
            "plan",
            "allowed_signers",
            "approvals",
            "details",
            "artefacts",
            "torn",
        ] {
            if let Err((path, error)) = digest_all(&run.root().join(name), name, &mut digests) {
                problems.push(whole_file(
                    &format!("{folder}/{path}"),
                    Kind::Unreadable,
                    &error.to_string(),
                ));
            }
        }
        RunFiles {
            log: or_problem(log, &format!("{folder}/audit.jsonl"), problems).flatten(),
            checkpoints: or_state_problem(
                seals::load(&run.checkpoints(), &checkpoints),
                &checkpoints,
                problems,
            )
            .unwrap_or_default(),
            digests,
            folder,
        }
    }

    fn input<'a>(
        &'a self,
        run: &'a RunId,
        facts: Option<&'a RunFacts>,
        ledger_lines: &'a [Digest],
        now: Timestamp,
    ) -> RunInput<'a> {
        RunInput {
            run,
            folder: &self.folder,
            log: self.log.as_deref(),
            checkpoints: &self.checkpoints,
            files: &self.digests,
            facts,
            ledger_lines,
            now,
        }
    }
}

/// Digests of a file, or of every file below a folder, by path with `/`.
fn digest_all(
    path: &Path,
    name: &str,
    digests: &mut BTreeMap<String, Digest>,
) -> Result<(), (String, io::Error)> {
    let failed = |error: io::Error| (name.to_owned(), error);
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            digests.insert(name.to_owned(), digest_file(path).map_err(failed)?);
            return Ok(());
        }
    }
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let below = format!("{name}/{}", entry.file_name().to_string_lossy());
        digest_all(&entry.path(), &below, digests)?;
    }
    Ok(())
}

fn digest_file(path: &Path) -> io::Result<Digest> {
    let mut file = fs::File::open(path)?;
    let mut digester = Digester::default();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match io::Read::read(&mut file, &mut buffer)? {
            0 => return Ok(digester.finish()),
            read => digester.update(&buffer[..read]),
        }
    }
}

/// The id in the ledger's first record: a checkpoint must name the same.
fn first_id(bytes: &[u8]) -> Option<LedgerId> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let record = crate::log::chain::decode::<LedgerEvent>(line).ok()?;
    match record.event {
        LedgerEvent::Created { ledger, .. } => Some(ledger),
        LedgerEvent::Resumed { .. }
        | LedgerEvent::Refused { .. }
        | LedgerEvent::Used { .. }
        | LedgerEvent::RunStarted { .. }
        | LedgerEvent::RunLeft { .. } => None,
    }
}

/// What the ledger says, as far as it can be read.
fn ledger_facts(verdict: &LogVerdict<LedgerEvent>) -> (LedgerState, LogReport) {
    let mut report = verdict.report.clone();
    let mut facts = LedgerState::default();
    for record in &verdict.records {
        if let Err(error) = facts.apply(record) {
            if report.problems.is_empty() {
                let line = error.seq + 1;
                report.problems.push(Problem {
                    lines: Some((line, line)),
                    ..whole_file(FILE, Kind::Impossible, &error.to_string())
                });
                report.standing = Standing::Broken;
            }
            break;
        }
    }
    (facts, report)
}

fn deleted(facts: &LedgerState, there: &[RunId]) -> Vec<Problem> {
    let gone = facts.runs.keys().filter(|run| !there.contains(run));
    gone.map(|run| {
        let message = "the run is gone; the ledger records it";
        whole_file(&format!("runs/{run}"), Kind::Missing, message)
    })
    .collect()
}

fn check_anchor(layout: &Layout, anchor: &Anchor) -> Option<Problem> {
    let path: PathBuf = anchor
        .file
        .split('/')
        .fold(layout.root().to_owned(), |path, part| path.join(part));
    match files::read_if_there(&path) {
        Ok(bytes) => anchored(anchor, bytes.as_deref()),
        Err(error) => Some(whole_file(&anchor.file, Kind::Unreadable, &error.to_string())),
    }
}

fn whole_file(file: &str, kind: Kind, message: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        lines: None,
        kind,
        message: message.to_owned(),
    }
}

fn or_problem<T>(result: io::Result<T>, file: &str, problems: &mut Vec<Problem>) -> Option<T> {
    result
        .map_err(|error| problems.push(whole_file(file, Kind::Unreadable, &error.to_string())))
        .ok()
}

fn or_state_problem<T>(result: Result<T, StateError>, file: &str, problems: &mut Vec<Problem>) -> Option<T> {
    result
        .map_err(|error| problems.push(whole_file(file, Kind::Unreadable, &error.to_string())))
        .ok()
}
