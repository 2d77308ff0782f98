//! A run, read without its lock: for reports, for signing a go-ahead, for `status`.
//!
//! Changes nothing and judges nothing but the chain; `audit` verifies.

use std::path::Path;

use crate::edge::state::{Layout, RunLayout, StateError, details, files};
use crate::log::chain::{Prefix, read};
use crate::log::fold::{RunState, fold};
use crate::log::model::{Head, Record, RunEvent};
use crate::log::verify::{Kind, Problem};
use crate::value::{Digest, Json, RunId};

/// What a run's folder says now.
pub struct RunReading {
    /// Where its files lie.
    pub layout: RunLayout,
    /// Its records.
    pub records: Vec<Record<RunEvent>>,
    /// What they make.
    pub state: RunState,
    /// The end of its whole lines: what a go-ahead signs.
    pub head: Head,
    /// Length and digest of its whole lines: what a receipt names.
    pub whole: Prefix,
}

impl RunReading {
    /// Reads a run. Another process may be writing it: a line that is only half there is left out.
    ///
    /// # Errors
    /// There is none, or its chain is broken.
    pub fn open(state: &Path, run: &RunId) -> Result<Self, StateError> {
        let layout = Layout::new(state).run(run);
        if !files::is_plain_name(run.as_str()) || !layout.root().is_dir() {
            return Err(StateError::place(layout.root(), "there is no such run"));
        }
        let path = layout.log();
        let bytes = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
        let damaged = |line: u64, kind, message: String| StateError::Damaged {
            problems: vec![Problem {
                file: format!("runs/{run}/audit.jsonl"),
                lines: Some((line, line)),
                kind,
                message,
            }],
        };
        let log = read::<RunEvent>(&bytes.unwrap_or_default())
            .map_err(|bad| damaged(bad.line, Kind::Edited, bad.error.to_string()))?;
        let state = fold(&log.records)
            .map_err(|error| damaged(error.seq + 1, Kind::Impossible, error.to_string()))?;
        Ok(RunReading {
            layout,
            head: log.chain.head().clone(),
            whole: log.chain.prefix(),
            records: log.records,
            state,
        })
    }

    /// Content that the log names.
    ///
    /// # Errors
    /// It was erased or edited.
    pub fn kept(&self, digest: &Digest) -> Result<Json, StateError> {
        details::kept(&self.layout.details(), digest)
    }

    /// The ids of all runs in a state folder, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(state: &Path) -> Result<Vec<RunId>, StateError> {
        super::audit::run_ids(&Layout::new(state).runs())
    }
}
