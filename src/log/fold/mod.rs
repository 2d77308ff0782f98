//! A run's log → the run's state. The same fold serves the live run, resume, reports and audits.
//!
//! Decides nothing and fills nothing in: what is not in the log did not happen. An event that cannot follow
//! what was folded so far is an error, never ignored.

mod action;
mod state;

use std::collections::BTreeSet;

pub use state::{
    ActionState, Attempt, AttemptResult, BundleState, Checked, Ended, HoldState, Imported, LookedUp, Output,
    ReadState, RunState, Script, Started, StepState, Stopped, Wait, WaitEnd,
};

use crate::log::model::{Record, RunEvent};
use crate::value::{ActionId, Digest, StepId, Timestamp};

/// A record that cannot follow what the log says so far.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} of the run's log cannot stand there: {why}")]
pub struct FoldError {
    /// Its `seq`.
    pub seq: u64,
    /// Lower case.
    pub why: String,
}

/// The state that all these records make.
///
/// # Errors
/// The first record that cannot stand where it does.
pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record<RunEvent>>) -> Result<RunState, FoldError> {
    let mut state = RunState::default();
    for record in records {
        state.apply(record)?;
    }
    Ok(state)
}

impl RunState {
    /// Takes in the next record. After an error the state is of no use.
    ///
    /// # Errors
    /// The record cannot stand there.
    pub fn apply(&mut self, record: &Record<RunEvent>) -> Result<(), FoldError> {
        self.place(&record.event)
            .and_then(|()| self.take(&record.event, record.at))
            .map_err(|why| FoldError { seq: record.seq, why })?;
        self.records += 1;
        self.last_at = Some(record.at);
        Ok(())
    }

    /// Actions that had ended badly before the last signed continuation: those a person has accepted.
    pub fn forgiven(&self) -> &BTreeSet<ActionId> {
        &self.forgiven
    }

    /// Whether `run.started` must come, `run.resumed` must come, or nothing may come any more.
    fn place(&self, event: &RunEvent) -> Result<(), String> {
        let starts = matches!(event, RunEvent::RunStarted { .. });
        match (&self.started, starts) {
            (None, false) => return Err("the first record must be `run.started`".to_owned()),
            (Some(_), true) => return Err("the run has started already".to_owned()),
            (None, true) | (Some(_), false) => {}
        }
        if self.ended.is_some() {
            return Err("the run has ended".to_owned());
        }
        if self.left.is_some() && !matches!(event, RunEvent::RunResumed { .. }) {
            return Err("the process had left the run; expected `run.resumed`".to_owned());
        }
        Ok(())
    }

    fn take(&mut self, event: &RunEvent, at: Timestamp) -> Result<(), String> {
        match event {
            RunEvent::RunStarted { .. } => self.started = Some(Started::of(event, at)),
            RunEvent::RunResumed { .. } => {
                self.left = None;
                self.resumed += 1;
            }
            RunEvent::RunStopped { reason, details } => {
                self.stopped = Some(Stopped {
                    reason: reason.clone(),
                    details: *details,
                });
            }
            RunEvent::RunContinued { go_ahead } => self.continued(*go_ahead)?,
            RunEvent::RunLeft { exit } => self.left = Some(*exit),
            RunEvent::RunEnded { exit, .. } => self.ended = Some(*exit),
            RunEvent::ReadAnswered { .. } | RunEvent::ReadFailed { .. } => self.read(event),
            RunEvent::ActionChecked { .. }
            | RunEvent::ActionIntended { .. }
            | RunEvent::ActionAnswered { .. }
            | RunEvent::ActionUnanswered { .. }
            | RunEvent::ActionLookedUp { .. }
            | RunEvent::ActionEnded { .. } => self.action(event, at)?,
            RunEvent::StepStarted { .. }
            | RunEvent::WaveEnded { .. }
            | RunEvent::HoldOpened { .. }
            | RunEvent::HoldReleased { .. }
            | RunEvent::WaitStarted { .. }
            | RunEvent::WaitEnded { .. }
            | RunEvent::OutputWritten { .. } => self.step(event, at)?,
            RunEvent::ScriptStarted {
                action,
                script,
                parameters,
            } => self.scripts.entry(action.clone()).or_default().push(Script {
                script: *script,
                parameters: *parameters,
                at,
            }),
            RunEvent::BundleWritten { action, manifest } => {
                self.bundles
                    .entry(action.clone())
                    .or_default()
                    .written
                    .push(*manifest);
            }
            RunEvent::BundleImported { .. } => self.imported(event)?,
        }
        Ok(())
    }

    fn continued(&mut self, go_ahead: Digest) -> Result<(), String> {
        if self.stopped.take().is_none() {
            return Err("the run had not stopped".to_owned());
        }
        self.forgiven = self.bad_outcomes();
        self.go_aheads.push(go_ahead);
        Ok(())
    }

    fn read(&mut self, event: &RunEvent) {
        let (read, state) = match event {
            RunEvent::ReadAnswered {
                read,
                status,
                request_id,
                details,
            } => {
                let answered = ReadState::Answered {
                    status: *status,
                    request_id: request_id.clone(),
                    details: *details,
                };
                (read, answered)
            }
            RunEvent::ReadFailed { read, details } => (read, ReadState::Failed { details: *details }),
            other => unreachable!("`{other:?}` is no read"),
        };
        self.reads.insert(read.clone(), state);
    }

    fn imported(&mut self, event: &RunEvent) -> Result<(), String> {
        let RunEvent::BundleImported {
            action,
            result,
            statement,
            details,
        } = event
        else {
            unreachable!("`{event:?}` is no import");
        };
        let bundle = self
            .bundles
            .get_mut(action)
            .filter(|bundle| !bundle.written.is_empty());
        let bundle = bundle.ok_or_else(|| format!("no bundle was written for `{action}`"))?;
        bundle.imported = Some(Imported {
            result: *result,
            statement: *statement,
            details: *details,
        });
        Ok(())
    }

    fn step(&mut self, event: &RunEvent, at: Timestamp) -> Result<(), String> {
        match event {
            RunEvent::StepStarted { step } => {
                self.step_mut(step).started_at.get_or_insert(at);
            }
            RunEvent::WaveEnded { step, wave } => {
                let state = self.step_mut(step);
                if *wave != state.waves_ended + 1 {
                    return Err(format!(
                        "wave {wave} of `{step}` ended after wave {}",
                        state.waves_ended
                    ));
                }
                state.waves_ended = *wave;
            }
            RunEvent::HoldOpened { step } => self.step_mut(step).hold = HoldState::Opened { at },
            RunEvent::HoldReleased { step, go_ahead } => self.released(step, *go_ahead)?,
            RunEvent::WaitStarted { step, until } => {
                self.step_mut(step).wait = Some(Wait {
                    until: *until,
                    ended: None,
                });
            }
            RunEvent::WaitEnded {
                step,
                reached,
                details,
            } => {
                let wait = self.step_mut(step).wait.as_mut();
                let wait = wait.ok_or_else(|| format!("no wait of `{step}` had started"))?;
                wait.ended = Some(WaitEnd {
                    reached: *reached,
                    details: *details,
                });
            }
            RunEvent::OutputWritten {
                step,
                sha256,
                bytes,
                details,
            } => {
                self.step_mut(step).output = Some(Output {
                    sha256: *sha256,
                    bytes: *bytes,
                    details: *details,
                });
            }
            other => unreachable!("`{other:?}` is no step's"),
        }
        Ok(())
    }

    fn released(&mut self, step: &StepId, go_ahead: Option<Digest>) -> Result<(), String> {
        let state = self.step_mut(step);
        match state.hold {
            HoldState::Opened { .. } => {}
            HoldState::None => return Err(format!("no hold of `{step}` was open")),
            HoldState::Released { .. } => return Err(format!("the hold of `{step}` was released before")),
        }
        state.hold = HoldState::Released { go_ahead };
        self.go_aheads.extend(go_ahead);
        Ok(())
    }

    fn step_mut(&mut self, step: &StepId) -> &mut StepState {
        self.steps.entry(step.clone()).or_default()
    }

    fn action_mut(&mut self, action: &ActionId) -> &mut ActionState {
        self.actions.entry(action.clone()).or_default()
    }
}

#[cfg(test)]
mod tests;
