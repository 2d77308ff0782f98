//! A change step: asserts that the program yields what the plan lists, then does what the engine decides.
//!
//! An intent is durable before anything is sent. Effects run as tasks; only this task appends.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::engine::model::{Close, Decision, Effect, PlanTime, Progress, Shape};
use crate::engine::{StepProgress, decide};
use crate::log::fold::HoldState;
use crate::log::model::{Outcome, RunEvent};
use crate::playbook::model::{OnError, StepKind};
use crate::program::TurnOutcome;
use crate::program::change::{Candidate, ChangeStep, Disposition};
use crate::program::model::ProgramError;
use crate::run::apply::effects;
use crate::run::apply::happened::{self, Performed};
use crate::run::apply::progress::{self, bars};
use crate::run::apply::{Entry, Leave, Run, RunError};
use crate::run::world::Notice;
use crate::value::{ActionId, Timestamp};

/// One change step under way.
pub(super) struct Step<'s> {
    pub(super) source: &'s ChangeStep,
    /// Places in the step's list of those turns that yield an action.
    pub(super) acting: Vec<usize>,
    pub(super) ids: Vec<ActionId>,
    pub(super) shape: Shape,
    pub(super) left_out: Vec<(usize, TurnOutcome)>,
}

impl Run<'_> {
    pub(super) async fn change(&mut self, step: &ChangeStep) -> Result<(), Leave> {
        let step = self.prepare(step)?;
        self.step_started(step.source.id()).await?;
        self.end_barred(&step).await?;
        if self.is_elsewhere(&step)? {
            self.hand_over_change(&step).await?;
        } else {
            self.drive(&step).await?;
        }
        let outcomes = self.outcomes(&step)?;
        self.interpreter.change_done(&outcomes);
        Ok(())
    }

    /// A target that failed, drifted or is in doubt takes part in no later change, unless the step says so.
    async fn end_barred(&mut self, step: &Step<'_>) -> Result<(), Leave> {
        if step.source.step().on_error == OnError::Continue {
            return Ok(());
        }
        let mut events = Vec::new();
        for (id, index) in step.ids.iter().zip(&step.acting) {
            let target = step.source.candidate(*index).map_err(failed)?.target;
            if self.barred.contains(&target) && !self.has_begun(id) {
                events.push(RunEvent::ActionEnded {
                    action: id.clone(),
                    outcome: Outcome::NotReached,
                    details: Some(self.keep(&"an earlier change of this target did not succeed")?),
                });
            }
        }
        Ok(self.record_all(events).await?)
    }

    fn has_begun(&self, id: &ActionId) -> bool {
        self.state
            .actions
            .get(id)
            .is_some_and(|a| a.ended.is_some() || !a.attempts.is_empty())
    }

    fn is_elsewhere(&self, step: &Step<'_>) -> Result<bool, Leave> {
        let Some(index) = step.acting.first() else {
            return Ok(match &step.source.step().kind {
                StepKind::PowerShell(call) => self.script_is_elsewhere(&call.host),
                StepKind::Graph(_)
                | StepKind::Rest(_)
                | StepKind::Compute(_)
                | StepKind::Assert(_)
                | StepKind::Wait(_)
                | StepKind::Output(_)
                | StepKind::Approve(_) => false,
            });
        };
        let candidate = step.source.candidate(*index).map_err(failed)?;
        Ok(match &candidate.disposition {
            Disposition::Act(Some(request)) => self.world.read.elsewhere(request),
            Disposition::Act(None) | Disposition::LeaveOut { .. } => false,
        })
    }

    async fn drive(&mut self, step: &Step<'_>) -> Result<(), Leave> {
        let mut in_flight = BTreeSet::new();
        let mut tasks: JoinSet<Performed> = JoinSet::new();
        loop {
            let actions = self.progress(step);
            let now = self.world.read.clock.now();
            let at = self.step_progress(step, now);
            match decide(&step.shape, at, &actions, &in_flight, now) {
                Decision::Start(effects) => {
                    self.start(step, &effects, &mut in_flight, &mut tasks).await?;
                }
                Decision::WaitUntil(due) => {
                    let clock = Arc::clone(&self.world.read.clock);
                    (self.world.tell)(&Notice::Waiting {
                        until: due,
                        why: "the settle time of a change whose answer did not come",
                    });
                    let pause = Duration::try_from(due.duration_since(now)).unwrap_or_default();
                    tokio::select! {
                        () = clock.sleep(pause) => {}
                        Some(done) = tasks.join_next(), if !tasks.is_empty() => {
                            self.finish(done, &mut in_flight).await?;
                        }
                    }
                }
                Decision::WaitForFlight => {
                    let done = tasks.join_next().await.expect("something is in flight");
                    self.finish(done, &mut in_flight).await?;
                }
                Decision::EndWave(wave) => {
                    let event = RunEvent::WaveEnded {
                        step: step.source.id().clone(),
                        wave,
                    };
                    self.record(event).await?;
                }
                Decision::Hold => self.hold(step).await?,
                Decision::Stop => return Err(threshold(step, &actions)),
                Decision::Expired => return Err(self.expired()),
                Decision::Done => return Ok(()),
            }
        }
    }

    fn progress(&self, step: &Step<'_>) -> Vec<Progress> {
        step.ids
            .iter()
            .map(|id| progress::of(self.state.actions.get(id)))
            .collect()
    }

    fn step_progress(&self, step: &Step<'_>, now: Timestamp) -> StepProgress {
        let state = self.state.steps.get(step.source.id());
        StepProgress {
            waves_ended: state.map_or(0, |s| s.waves_ended),
            released: state.is_some_and(|s| matches!(s.hold, HoldState::Released { .. })),
            time: self.plan_time(now),
        }
    }

    /// The first change must come within the plan's time, its last second included; a resumed run starts nothing
    /// after it.
    pub(super) fn plan_time(&self, now: Timestamp) -> PlanTime {
        let begun = self.state.actions.values().any(|a| !a.attempts.is_empty());
        let late = now.as_second() > self.plan.header.valid_until.as_second();
        if late && (!begun || self.options.entry == Entry::Resumed) {
            PlanTime::Over
        } else {
            PlanTime::Open
        }
    }

    pub(super) fn expired(&self) -> Leave {
        Leave::Stop {
            reason: "expired",
            exit: 7,
            message: format!(
                "the plan was valid until {}; nothing further is started",
                self.plan.header.valid_until
            ),
        }
    }

    /// Intents first, all durable with one sync; then the effects start.
    async fn start(
        &mut self,
        step: &Step<'_>,
        effects: &[Effect],
        in_flight: &mut BTreeSet<usize>,
        tasks: &mut JoinSet<Performed>,
    ) -> Result<(), Leave> {
        let mut events = Vec::new();
        let mut begun = Vec::new();
        for effect in effects {
            let candidate = candidate_of(step, effect)?;
            match effect {
                Effect::Close { close, .. } => events.push(self.close(&candidate, *close)),
                Effect::Send { index, attempt } => {
                    let client_request_id = uuid::Uuid::new_v4().to_string();
                    events.push(effects::intent(&candidate, *attempt, &client_request_id));
                    begun.push((*index, *effect, candidate, client_request_id));
                }
                Effect::Check(index) | Effect::LookUp { index, .. } | Effect::Verify { index, .. } => {
                    begun.push((*index, *effect, candidate, String::new()));
                }
            }
        }
        self.record_all(events).await?;
        for (index, effect, candidate, client_request_id) in begun {
            let before = self.before(&candidate.id)?;
            in_flight.insert(index);
            tasks.spawn(effects::perform(
                self.world.clone(),
                candidate,
                effect,
                before,
                client_request_id,
            ));
        }
        Ok(())
    }

    async fn finish(
        &mut self,
        done: Result<Performed, tokio::task::JoinError>,
        in_flight: &mut BTreeSet<usize>,
    ) -> Result<(), Leave> {
        let done = done.map_err(|error| RunError::Mismatch(format!("an effect broke off: {error}")))?;
        if let Some(checks) = &done.checks {
            self.checks.insert(done.action.clone(), checks.clone());
        }
        let event = happened::event(self, &done)?;
        self.record(event).await?;
        in_flight.remove(&done.index);
        Ok(())
    }

    pub(super) fn close(&self, candidate: &Candidate, close: Close) -> RunEvent {
        let outcome = match close {
            Close::Changed => Outcome::Changed,
            Close::Verified => Outcome::Verified,
            Close::Skipped => Outcome::Skipped,
            Close::Drifted => Outcome::Drifted,
            Close::Failed => Outcome::Failed,
            Close::InDoubt => Outcome::InDoubt,
        };
        let state = self.state.actions.get(&candidate.id);
        let details = state.and_then(happened::why);
        RunEvent::ActionEnded {
            action: candidate.id.clone(),
            outcome,
            details,
        }
    }

    /// How each turn went, in list order; also remembers who is barred.
    fn outcomes(&mut self, step: &Step<'_>) -> Result<Vec<TurnOutcome>, Leave> {
        let mut turns = step.left_out.clone();
        for (id, index) in step.ids.iter().zip(&step.acting) {
            let candidate = step.source.candidate(*index).map_err(failed)?;
            let state = self.state.actions.get(id);
            let outcome = state
                .and_then(|a| a.ended.as_ref())
                .map_or(Outcome::NotReached, |end| end.outcome);
            if bars(outcome) {
                self.barred.insert(candidate.target.clone());
            }
            turns.push((*index, happened::turn(&candidate, outcome, state)));
        }
        turns.sort_by_key(|(index, _)| *index);
        Ok(turns.into_iter().map(|(_, turn)| turn).collect())
    }
}

fn candidate_of(step: &Step<'_>, effect: &Effect) -> Result<Candidate, Leave> {
    let index = match effect {
        Effect::Check(index)
        | Effect::Send { index, .. }
        | Effect::LookUp { index, .. }
        | Effect::Verify { index, .. }
        | Effect::Close { index, .. } => *index,
    };
    step.source.candidate(step.acting[index]).map_err(failed)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in `map_err`, which hands the error over"
)]
pub(super) fn failed(error: ProgramError) -> Leave {
    Leave::Stop {
        reason: "failed",
        exit: 5,
        message: error.to_string(),
    }
}

fn threshold(step: &Step<'_>, actions: &[Progress]) -> Leave {
    let bad = actions
        .iter()
        .filter(|p| {
            matches!(
                p,
                Progress::Ended {
                    bad: crate::engine::model::Bad::Yes
                }
            )
        })
        .count();
    Leave::Stop {
        reason: "threshold",
        exit: 6,
        message: format!(
            "step `{}`: {bad} of {} failed, are in doubt or unverified; `max_failures` bears {}",
            step.source.id(),
            actions.len(),
            step.shape.max_failures
        ),
    }
}
