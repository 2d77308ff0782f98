//! Every record goes through here: durable first, then folded, then told.
//!
//! Nothing else in the run appends.

use serde::Serialize;

use crate::log::model::RunEvent;
use crate::run::apply::{Run, RunError};
use crate::run::journal::JournalError;
use crate::run::world::Notice;
use crate::value::{Digest, Json, StepId};

impl Run<'_> {
    pub(crate) async fn record(&mut self, event: RunEvent) -> Result<(), RunError> {
        self.record_all(vec![event]).await
    }

    pub(crate) async fn record_all(&mut self, events: Vec<RunEvent>) -> Result<(), RunError> {
        if events.is_empty() {
            return Ok(());
        }
        let records = self.world.journal.append(events).await?;
        for record in &records {
            self.state
                .apply(record)
                .map_err(|error| RunError::Mismatch(error.to_string()))?;
            (self.world.tell)(&Notice::Recorded(record));
        }
        Ok(())
    }

    pub(crate) fn keep(&self, content: &impl Serialize) -> Result<Digest, JournalError> {
        let json: Json = serde_json::to_value(content).expect("what is kept can be said in JSON");
        self.world.journal.keep(&json)
    }

    pub(crate) async fn step_started(&mut self, step: &StepId) -> Result<(), RunError> {
        let known = self.state.steps.get(step).is_some_and(|s| s.started_at.is_some());
        if known {
            return Ok(());
        }
        self.record(RunEvent::StepStarted { step: step.clone() }).await
    }

    pub(crate) fn say(&self, text: &str) {
        (self.world.tell)(&Notice::Say(text));
    }
}
