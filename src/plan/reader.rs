//! Reads a plan line by line: what the run needs of it, and no more.
//!
//! Observations are kept (the program is walked with them); of an action only its digest is kept. Whether the
//! bytes are the approved ones was decided before: see [`crate::approval`].

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

use crate::plan::model::{Header, Line, Observation, Totals, VERSION};
use crate::plan::writer::encode;
use crate::program::model::{Deferred, ReadAnswer};
use crate::value::{ActionId, Digest, Digester, StepId};

/// A line is at most this long; an observation of many sign-ins is the longest. Bytes.
pub const LINE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// A plan, as far as it is kept in memory.
#[derive(Debug)]
pub struct PlanIndex {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// The first line.
    pub header: Header,
    /// What the reads returned.
    pub observations: BTreeMap<ActionId, ReadAnswer>,
    /// Action → SHA-256 of its line.
    pub actions: HashMap<ActionId, Digest>,
    /// Steps that are known at apply, with their bounds.
    pub deferred: BTreeMap<StepId, Deferred>,
    /// The last line.
    pub totals: Totals,
}

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("failed to read the plan: {0}")]
    Io(#[from] std::io::Error),
    /// A line is not what the format says.
    #[error("line {line} of the plan {what}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// Another version of the format.
    #[error("the plan has format version {found}, this Redress reads version {VERSION}")]
    Version {
        /// The version found.
        found: u64,
    },
}

/// Calls `each` for every line, in order; gives the digest of all bytes.
///
/// # Errors
/// The text is no plan: a line is not canonical, the header is not first, the totals are not last.
pub fn walk(mut text: impl BufRead, mut each: impl FnMut(Line, &[u8])) -> Result<Digest, ReadError> {
    let mut digester = Digester::default();
    let mut number = 0;
    let mut ended = false;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let mut limited = std::io::Read::take(&mut text, LINE_LIMIT_BYTES);
        if limited.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        number += 1;
        digester.update(&bytes);
        if ended {
            return Err(wrong(number, "stands after the totals, which must be last"));
        }
        let line = parse(number, &bytes)?;
        if (number == 1) != matches!(line, Line::Header(_)) {
            return Err(wrong(
                number,
                "breaks the order: the header stands first and only there",
            ));
        }
        ended = matches!(line, Line::Totals(_));
        each(line, &bytes);
    }
    if ended {
        Ok(digester.finish())
    } else {
        Err(wrong(
            number + 1,
            "is missing: the totals must be last; the file is cut",
        ))
    }
}

fn parse(number: usize, bytes: &[u8]) -> Result<Line, ReadError> {
    if number == 1
        && let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes)
        && let Some(found) = json.get("v").and_then(serde_json::Value::as_u64)
        && found != u64::from(VERSION)
    {
        return Err(ReadError::Version { found });
    }
    let line: Line =
        serde_json::from_slice(bytes).map_err(|e| wrong(number, &format!("cannot be read: {e}")))?;
    let canonical = encode(&line).map_err(|e| wrong(number, &e.to_string()))?;
    if canonical == bytes {
        Ok(line)
    } else {
        Err(wrong(number, "is not in canonical form (RFC 8785 and LF)"))
    }
}

fn wrong(line: usize, what: &str) -> ReadError {
    ReadError::Line {
        line,
        what: what.to_owned(),
    }
}

/// Reads a whole plan into its index.
///
/// # Errors
/// As [`walk`].
pub fn index(text: impl BufRead) -> Result<PlanIndex, ReadError> {
    let mut header = None;
    let mut totals = None;
    let mut observations = BTreeMap::new();
    let mut actions = HashMap::new();
    let mut deferred = BTreeMap::new();
    let digest = walk(text, |line, bytes| match line {
        Line::Header(found) => header = Some(*found),
        Line::Observation(observation) => {
            let (read, answer) = answer_of(observation);
            observations.insert(read, answer);
        }
        Line::Action(action) => {
            actions.insert(action.id, Digest::of(bytes));
        }
        Line::Deferred(line) => {
            deferred.insert(line.step.clone(), line);
        }
        Line::Totals(found) => totals = Some(found),
        Line::LeftOut(_) | Line::Ahead(_) | Line::Preview(_) => {}
    })?;
    Ok(PlanIndex {
        digest,
        header: header.expect("the walk found the header first"),
        observations,
        actions,
        deferred,
        totals: totals.expect("the walk found the totals last"),
    })
}

fn answer_of(observation: Observation) -> (ActionId, ReadAnswer) {
    let answer = match (observation.answer, observation.failure) {
        (Some(answer), _) => ReadAnswer::Answered(answer),
        (None, Some(failure)) => ReadAnswer::Failed(failure),
        (None, None) => ReadAnswer::Later,
    };
    (observation.read, answer)
}
