//! Pauses, holds, gates and artefacts: whatever makes a run stand still or leaves a file.
//!
//! A pause of more than half an hour ends the process; `resume` goes on where it stands.

use std::time::Duration;

use crate::log::fold::HoldState;
use crate::log::model::RunEvent;
use crate::playbook::expression::format_duration;
use crate::program::model::{GateAsk, OutputAsk, Pause};
use crate::program::precheck::value_of;
use crate::program::watch::{WaitAsk, WatchRun};
use crate::run::apply::change::{Step, failed};
use crate::run::apply::effects::add;
use crate::run::apply::{LONG_WAIT_SECONDS, Leave, Run};
use crate::run::world::Notice;
use crate::value::{ActionId, Digest, Json, StepId, TargetId, Timestamp};

impl Run<'_> {
    pub(super) async fn wait(&mut self, ask: &WaitAsk) -> Result<(), Leave> {
        let known = self.state.steps.get(&ask.step).and_then(|s| s.wait.clone());
        if let Some(end) = known.as_ref().and_then(|w| w.ended.clone()) {
            let result = match &end.details {
                Some(details) => self.kept(details)?,
                None => Json::Null,
            };
            self.interpreter.wait_over(Some((end.reached, result)));
            return Ok(());
        }
        self.step_started(&ask.step).await?;
        let length = match &ask.pause {
            Pause::For(duration) => *duration,
            Pause::Until(watch) => watch.within,
        };
        let until = if let Some(wait) = known {
            wait.until
        } else {
            let until = whole_second_up(add(self.world.read.clock.now(), length));
            let step = ask.step.clone();
            self.record(RunEvent::WaitStarted { step, until }).await?;
            until
        };
        let (reached, result) = match &ask.pause {
            Pause::For(_) => {
                self.sleep_until(&ask.step, until, "the pause").await?;
                (true, None)
            }
            Pause::Until(watch) => {
                let key = ActionId::of(&ask.step, &TargetId::new("-"), 1);
                let (reached, result) = self.watch(watch, &key, until).await?;
                (reached, Some(result))
            }
        };
        let details = result.as_ref().map(|result| self.keep(result)).transpose()?;
        self.record(RunEvent::WaitEnded {
            step: ask.step.clone(),
            reached,
            details,
        })
        .await?;
        self.interpreter
            .wait_over(Some((reached, result.unwrap_or(Json::Null))));
        Ok(())
    }

    async fn sleep_until(&mut self, step: &StepId, until: Timestamp, why: &str) -> Result<(), Leave> {
        let left = self.left_until(until);
        if left.as_secs() > LONG_WAIT_SECONDS {
            return Err(Leave::Later {
                exit: 11,
                message: format!(
                    "step `{step}` waits until {until}, {} from now; `redress resume` goes on then",
                    format_duration(Duration::from_secs(left.as_secs()))
                ),
            });
        }
        (self.world.tell)(&Notice::Waiting { until, why });
        self.world.read.clock.sleep(left).await;
        Ok(())
    }

    fn left_until(&self, until: Timestamp) -> Duration {
        let now = self.world.read.clock.now();
        Duration::try_from(until.duration_since(now)).unwrap_or_default()
    }

    /// Reads until the condition holds or the time is over; the last answer is the result.
    async fn watch(
        &mut self,
        watch: &WatchRun,
        key: &ActionId,
        until: Timestamp,
    ) -> Result<(bool, Json), Leave> {
        (self.world.tell)(&Notice::Waiting {
            until,
            why: "a watch",
        });
        let mut last = Json::Null;
        loop {
            let journal = &self.world.journal;
            let folder = || journal.script_folder(key, "watch");
            match self.world.read.read(&watch.request, key, folder).await {
                Ok(answer) => {
                    let holds = watch.holds(&answer).map_err(|error| Leave::Stop {
                        reason: "failed",
                        exit: 5,
                        message: error.to_string(),
                    })?;
                    last = value_of(&answer);
                    if holds {
                        return Ok((true, last));
                    }
                }
                Err(error) => self.say(&format!("the watch could not be read: {error}")),
            }
            let left = self.left_until(until);
            if left.is_zero() {
                return Ok((false, last));
            }
            if watch.every.as_secs() > LONG_WAIT_SECONDS {
                return Err(Leave::Later {
                    exit: 11,
                    message: format!("a watch reads again in {}", format_duration(watch.every)),
                });
            }
            self.world.read.clock.sleep(watch.every.min(left)).await;
        }
    }

    /// After the canary: the watch sees it well, or a person signs.
    pub(super) async fn hold(&mut self, step: &Step<'_>) -> Result<(), Leave> {
        let id = step.source.id().clone();
        let opened = self.open_hold(&id).await?;
        if let Some(go_ahead) = self.options.go_aheads.remove(&id) {
            return self.release(&id, Some(go_ahead)).await;
        }
        if let Some(watch) = step
            .source
            .hold_watch(&step.acting[..step.shape.waves[0]])
            .map_err(failed)?
        {
            let until = add(opened, watch.within);
            if !self.left_until(until).is_zero() {
                let key = ActionId::of(&id, &TargetId::new("hold"), 1);
                let (released, _) = self.watch(&watch, &key, until).await?;
                if released {
                    return self.release(&id, None).await;
                }
            }
        }
        let message = step.source.hold_message().map_err(failed)?;
        Err(Leave::Later {
            exit: 11,
            message: message
                .unwrap_or_else(|| format!("step `{id}` holds after its first wave until a person signs")),
        })
    }

    pub(super) async fn gate(&mut self, gate: &GateAsk) -> Result<(), Leave> {
        let state = self.state.steps.get(&gate.step).map(|s| s.hold.clone());
        if !matches!(state, Some(HoldState::Released { .. })) {
            self.step_started(&gate.step).await?;
            self.open_hold(&gate.step).await?;
            match self.options.go_aheads.remove(&gate.step) {
                Some(go_ahead) => self.release(&gate.step, Some(go_ahead)).await?,
                None => {
                    return Err(Leave::Later {
                        exit: 11,
                        message: gate.message.clone(),
                    });
                }
            }
        }
        self.interpreter.gate_passed();
        Ok(())
    }

    /// When the hold was opened; opens it if it was not.
    async fn open_hold(&mut self, step: &StepId) -> Result<Timestamp, Leave> {
        if let Some(HoldState::Opened { at }) = self.state.steps.get(step).map(|s| s.hold.clone()) {
            return Ok(at);
        }
        self.record(RunEvent::HoldOpened { step: step.clone() }).await?;
        Ok(self.world.read.clock.now())
    }

    async fn release(&mut self, step: &StepId, go_ahead: Option<Digest>) -> Result<(), Leave> {
        let event = RunEvent::HoldReleased {
            step: step.clone(),
            go_ahead,
        };
        Ok(self.record(event).await?)
    }

    pub(super) async fn output(&mut self, ask: &OutputAsk) -> Result<(), Leave> {
        let written = self
            .state
            .steps
            .get(&ask.step)
            .is_some_and(|s| s.output.is_some());
        if !written {
            self.step_started(&ask.step).await?;
            let path = self.world.journal.write_artefact(&ask.file, &ask.content)?;
            let event = RunEvent::OutputWritten {
                step: ask.step.clone(),
                sha256: Digest::of(&ask.content),
                bytes: ask.content.len() as u64,
                details: self.keep(&serde_json::json!({"file": ask.file}))?,
            };
            self.record(event).await?;
            self.say(&format!("wrote {}", path.display()));
        }
        self.interpreter.output_written(&ask.file, &ask.content);
        Ok(())
    }
}

/// Instants that Redress writes are whole seconds; a wait is never shorter than it says.
fn whole_second_up(at: Timestamp) -> Timestamp {
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(second).unwrap_or(at)
}
