//! One log with its checkpoints: damaged lines, a cut tail, bytes under no signature.
//!
//! Knows neither ledger nor run folder; see `run`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::log::chain::Prefix;
use crate::log::checkpoint::{Checkpoint, Subject};
use crate::log::model::Record;
use crate::log::verify::lines::{Scan, scan};
use crate::log::verify::signed::{SignedText, Trusted, check};
use crate::log::verify::{Kind, LogReport, Problem, Standing};
use crate::value::{Digest, Digester, RunId, Timestamp};

/// More problems than these in one file help nobody.
const PROBLEM_LIMIT: usize = 20;

/// A checkpoint may be so far ahead of the verifier's clock; seconds.
const CLOCK_SLACK_SECONDS: i64 = 300;

/// A log and its checkpoints, as read.
#[derive(Clone, Copy, Debug)]
pub struct LogInput<'a> {
    /// Path within the state folder.
    pub file: &'a str,
    /// Its bytes; none when it is not there.
    pub bytes: Option<&'a [u8]>,
    /// Its checkpoints in order of their numbers.
    pub checkpoints: &'a [SignedText],
    /// Whose log it must be; none where only its first record can say.
    pub subject: Option<&'a Subject>,
    /// The verifier's clock.
    pub now: Timestamp,
}

/// What one log says of itself.
pub struct LogVerdict<E> {
    /// Records that could be read, in the order of the file.
    pub records: Vec<Record<E>>,
    /// SHA-256 of each line without its LF.
    pub digests: Vec<Digest>,
    /// Byte after each line end.
    pub ends: Vec<u64>,
    /// The verdict; [`Standing::Sealed`] where nothing is wrong and nothing unsigned.
    pub report: LogReport,
}

/// Verifies one log against its chain and its checkpoints.
pub fn log<E: Serialize + DeserializeOwned>(input: LogInput<'_>, trusted: &Trusted<'_>) -> LogVerdict<E> {
    let bytes = input.bytes.unwrap_or_default();
    let run = match input.subject {
        Some(Subject::Run(run)) => Some(run.clone()),
        Some(Subject::Ledger(_)) | None => None,
    };
    let mut scan: Scan<E> = scan(bytes, run.as_ref());
    let mut signed = check(input.checkpoints, input.subject, trusted);
    let mut problems = line_problems(input.file, &mut scan);
    problems.append(&mut signed.problems);
    let (sealed, mut prefix_problems) = compare(input, bytes, &scan.ends, &signed.good, problems.is_empty());
    problems.append(&mut prefix_problems);
    let nothing_signed = input.checkpoints.is_empty() && !bytes.is_empty();
    if input.bytes.is_none() {
        problems.insert(0, missing(input.file));
    } else if nothing_signed && run.is_none() {
        problems.push(whole_file(
            input.file,
            Kind::Missing,
            "it has no checkpoint at all".to_owned(),
        ));
    }
    let mut notes = signed.notes;
    notes.extend(future(input, &signed.good));
    if scan.torn > 0 {
        notes.push(format!(
            "`{}`: {} bytes after the last line end, torn by a crash",
            input.file, scan.torn
        ));
    }
    cap(&mut problems);
    let covered = sealed
        .as_ref()
        .is_some_and(|prefix| prefix.bytes == bytes.len() as u64);
    let report = LogReport {
        file: input.file.to_owned(),
        standing: standing(&problems, covered),
        whole: Prefix {
            bytes: bytes.len() as u64,
            records: scan.ends.len() as u64,
            sha256: Digest::of(bytes),
        },
        sealed,
        problems,
        notes,
    };
    LogVerdict {
        records: scan.records,
        digests: scan.digests,
        ends: scan.ends,
        report,
    }
}

fn standing(problems: &[Problem], covered: bool) -> Standing {
    match (problems.is_empty(), covered) {
        (false, _) => Standing::Broken,
        (true, false) => Standing::Unsealed,
        (true, true) => Standing::Sealed,
    }
}

fn line_problems<E>(file: &str, scan: &mut Scan<E>) -> Vec<Problem> {
    let damage = std::mem::take(&mut scan.damage);
    let problem = |damage: crate::log::verify::lines::Damage| Problem {
        file: file.to_owned(),
        lines: Some(damage.lines),
        kind: damage.kind,
        message: damage.message,
    };
    damage.into_iter().map(problem).collect()
}

fn missing(file: &str) -> Problem {
    whole_file(file, Kind::Missing, "it is gone".to_owned())
}

fn whole_file(file: &str, kind: Kind, message: String) -> Problem {
    Problem {
        file: file.to_owned(),
        lines: None,
        kind,
        message,
    }
}

/// The log's bytes against each checkpoint; gives the last prefix that holds.
fn compare(
    input: LogInput<'_>,
    bytes: &[u8],
    ends: &[u64],
    checkpoints: &[(String, Checkpoint)],
    lines_are_whole: bool,
) -> (Option<Prefix>, Vec<Problem>) {
    let mut hashed = (Digester::default(), 0);
    let mut good: Option<Prefix> = None;
    for (name, checkpoint) in checkpoints {
        let prefix = &checkpoint.prefix;
        let length = usize::try_from(prefix.bytes).unwrap_or(usize::MAX);
        let Some(more) = bytes.get(hashed.1..length) else {
            return (good, vec![cut(input.file, name, bytes, ends, prefix)]);
        };
        hashed.0.update(more);
        hashed.1 = length;
        let records = ends.partition_point(|end| *end <= prefix.bytes) as u64;
        let digest = hashed.0.clone().finish();
        if digest != prefix.sha256 {
            let first = good.as_ref().map_or(0, |good| good.records) + 1;
            let message = if lines_are_whole {
                format!(
                    "the bytes are not those that `{name}` vouches for; the last line was edited, or all from some line on were written anew"
                )
            } else {
                format!("the bytes are not those that `{name}` vouches for")
            };
            let lines = Some((first, records.max(prefix.records).max(first)));
            let problem = Problem {
                lines,
                ..whole_file(input.file, Kind::Edited, message)
            };
            return (good, vec![problem]);
        }
        if records != prefix.records {
            let message = format!("it counts {} records where there are {records}", prefix.records);
            return (good, vec![whole_file(name, Kind::Edited, message)]);
        }
        good = Some(prefix.clone());
    }
    (good, Vec::new())
}

fn cut(file: &str, checkpoint: &str, bytes: &[u8], ends: &[u64], prefix: &Prefix) -> Problem {
    let have = ends.len() as u64;
    let message = format!(
        "cut off: {} bytes and {have} records are there, `{checkpoint}` vouches for {} bytes and {} records",
        bytes.len(),
        prefix.bytes,
        prefix.records
    );
    Problem {
        lines: Some((have + 1, prefix.records.max(have + 1))),
        ..whole_file(file, Kind::CutTail, message)
    }
}

fn future(input: LogInput<'_>, checkpoints: &[(String, Checkpoint)]) -> Option<String> {
    let limit = input.now.as_second().saturating_add(CLOCK_SLACK_SECONDS);
    let (name, checkpoint) = checkpoints.iter().find(|(_, c)| c.at.as_second() > limit)?;
    Some(format!(
        "`{name}` is dated {}, which lies ahead of this machine's clock",
        checkpoint.at
    ))
}

fn cap(problems: &mut Vec<Problem>) {
    let more = problems.len().saturating_sub(PROBLEM_LIMIT);
    if more > 0 {
        problems.truncate(PROBLEM_LIMIT);
        let last = problems.last_mut().expect("the limit is not zero");
        last.message = format!("{} (and {more} more)", last.message);
    }
}

/// The run that a log must be of.
pub(super) fn subject_of(run: &RunId) -> Subject {
    Subject::Run(run.clone())
}
