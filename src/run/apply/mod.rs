//! The run: walks the program again, with the plan's observations, and performs what the plan lists.
//!
//! Takes an [`ApprovedPlan`] and nothing else that could be run. One task owns state and log; whatever is
//! done reports to it. A resumed run is the same walk over the same answers, read from the log.

mod change;
mod effects;
mod end;
mod hand_over;
mod happened;
mod pauses;
mod prepare;
mod progress;
mod reads;
mod record;

pub use hand_over::ImportedResult;

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::ApprovedPlan;
use crate::log::fold::RunState;
use crate::log::model::{LedgerEvent, RunEvent};
use crate::plan::reader::PlanIndex;
use crate::program::model::{Ask, Deferred, DeferredKind, End};
use crate::program::{Interpreter, Start};
use crate::run::journal::JournalError;
use crate::run::world::World;
use crate::value::{ActionId, Digest, Json, StepId, TargetId};

/// Waits over this end the process with 11; seconds.
pub const LONG_WAIT_SECONDS: u64 = 30 * 60;

/// What a run is handed besides the plan.
#[derive(Debug)]
pub struct Options {
    /// Signed go-aheads over the log's head as it was found: step → digest of the statement.
    pub go_aheads: BTreeMap<StepId, Digest>,
    /// What a missing PowerShell means.
    pub without_powershell: WithoutPowerShell,
    /// Whether an earlier process began this run.
    pub entry: Entry,
}

/// What happens where a script cannot be run on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutPowerShell {
    /// The bundle is written and the run ends with 11.
    Leave,
    /// A rehearsal names it as not reached and goes on.
    GoOn,
}

/// Whether an earlier process began the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// This is the first.
    First,
    /// It goes on.
    Resumed,
}

/// How a process leaves a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The exit code.
    pub exit: u8,
    /// True when the run is over.
    pub ended: bool,
    /// What to say, if more than the report does.
    pub message: Option<String>,
}

/// What stops the process itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The log cannot be written or read (14).
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The log does not fit the program: somebody else's plan, or an edited log (15).
    #[error("{0}")]
    Mismatch(String),
}

/// Why the walk leaves the run.
pub(crate) enum Leave {
    /// The process ends; a later one goes on.
    Later {
        exit: u8,
        message: String,
    },
    /// The run goes no further without a person.
    Stop {
        reason: &'static str,
        exit: u8,
        message: String,
    },
    Broken(RunError),
}

impl From<RunError> for Leave {
    fn from(error: RunError) -> Self {
        Leave::Broken(error)
    }
}

impl From<JournalError> for Leave {
    fn from(error: JournalError) -> Self {
        Leave::Broken(RunError::Journal(error))
    }
}

pub(crate) struct Run<'a> {
    pub(crate) plan: &'a PlanIndex,
    pub(crate) world: &'a World,
    pub(crate) options: Options,
    pub(crate) state: RunState,
    pub(crate) interpreter: Interpreter,
    /// Targets that failed, drifted or are in doubt: they take part in no later change.
    pub(crate) barred: BTreeSet<TargetId>,
    /// Checks of this process, so that what was just read is not read from `details/` again.
    pub(crate) checks: BTreeMap<ActionId, BTreeMap<String, Json>>,
}

/// Runs an approved plan from wherever its log stands to its end, or to where a person or time is needed.
///
/// `begin` is the first record of a new run.
///
/// # Errors
/// The log cannot be written, or does not belong to this plan.
pub async fn apply(
    approved: &ApprovedPlan,
    plan: &PlanIndex,
    start: Start,
    state: RunState,
    begin: Option<RunEvent>,
    options: Options,
    world: &World,
) -> Result<Left, RunError> {
    if approved.digest() != plan.digest {
        return Err(RunError::Mismatch(
            "the plan's bytes are not those that were approved".to_owned(),
        ));
    }
    let mut run = Run {
        plan,
        world,
        options,
        state,
        interpreter: Interpreter::new(start),
        barred: BTreeSet::new(),
        checks: BTreeMap::new(),
    };
    if let Some(event) = begin {
        run.record(event).await?;
    }
    let result = run.walk().await;
    run.leave(result).await
}

impl Run<'_> {
    async fn walk(&mut self) -> Result<End, Leave> {
        self.continue_if_stopped().await?;
        loop {
            let ask = self.interpreter.advance().map_err(|error| Leave::Stop {
                reason: "failed",
                exit: 5,
                message: error.to_string(),
            })?;
            match ask {
                Ask::Reads(reads) => self.reads(&reads).await?,
                Ask::Change(step) => self.change(&step).await?,
                Ask::Wait(wait) => self.wait(&wait).await?,
                Ask::Output(output) => self.output(&output).await?,
                Ask::Gate(gate) => self.gate(&gate).await?,
                Ask::Deferred(deferred) => self.not_known(&deferred)?,
                Ask::End(end) => return Ok(end),
            }
        }
    }

    /// A stopped run goes on only with a fresh signature over the log's head.
    async fn continue_if_stopped(&mut self) -> Result<(), Leave> {
        let Some(stopped) = self.state.stopped.clone() else {
            return Ok(());
        };
        // One signature serves once: taken here, it releases no hold of the same step.
        match self.options.go_aheads.pop_first() {
            Some((_, go_ahead)) => {
                self.record(RunEvent::RunContinued { go_ahead }).await?;
                Ok(())
            }
            None => Err(Leave::Later {
                exit: stop_exit(&stopped.reason),
                message: format!(
                    "the run stopped ({}); it goes on after `redress approve RUN` and `redress resume RUN`",
                    stopped.reason
                ),
            }),
        }
    }

    /// At apply every answer is there; what is still unknown hangs on a script that a rehearsal could not run.
    fn not_known(&mut self, deferred: &Deferred) -> Result<(), Leave> {
        match (self.options.without_powershell, deferred.what) {
            (WithoutPowerShell::GoOn, _) => {
                self.interpreter.not_reached(&deferred.step);
                Ok(())
            }
            (
                WithoutPowerShell::Leave,
                DeferredKind::Read
                | DeferredKind::Change
                | DeferredKind::Wait
                | DeferredKind::Output
                | DeferredKind::Assert
                | DeferredKind::Gate,
            ) => Err(Leave::Stop {
                reason: "mismatch",
                exit: 5,
                message: format!(
                    "step `{}` is not known at apply: {}",
                    deferred.step, deferred.because
                ),
            }),
        }
    }
}

/// The exit code of a stop, by its reason in the log.
pub(crate) fn stop_exit(reason: &str) -> u8 {
    match reason {
        "threshold" => 6,
        "expired" => 7,
        "drifted" => 8,
        "permission" => 10,
        "refused" => 13,
        _ => 5,
    }
}

/// What the ledger records when a process has left a run; the caller fills in the log's length and hash.
pub fn ledger_left(left: &Left, bytes: u64, records: u64, sha256: Digest) -> LedgerEvent {
    LedgerEvent::RunLeft {
        exit: left.exit,
        bytes,
        records,
        sha256,
        ended: left.ended,
    }
}
