//! The person beside a run: signs for what holds or stopped, waits, runs bundles and imports their results.
//!
//! Signs everything; who may is the business of `approval`.

use redress::log::fold::HoldState;
use redress::log::model::RunEvent;
use redress::run::apply::{ImportedResult, Left, RunError};
use redress::run::journal::Journal;
use redress::value::{Digest, Json, StepId};

use crate::bench::Process;
use crate::scripts::refresh;
use crate::world::answer;

impl Process {
    /// Like [`Process::go`] with a patient person beside it, who signs, waits and runs bundles.
    pub async fn to_end(&self) -> Result<Left, RunError> {
        let mut go_aheads = Vec::new();
        for _ in 0..40 {
            if self.journal.state().ended.is_some() {
                return Ok(Left {
                    exit: self.journal.state().ended.unwrap(),
                    ended: true,
                    message: None,
                });
            }
            let left = self.go(&go_aheads).await?;
            if left.ended || !matches!(left.exit, 6 | 11) {
                return Ok(left);
            }
            go_aheads = self.help().await;
        }
        panic!("the run does not end");
    }

    /// Whatever a person does for a run that waits; gives the steps that were signed for.
    async fn help(&self) -> Vec<StepId> {
        let state = self.journal.state();
        let by_start = |id: &&StepId| state.steps[*id].started_at;
        if state.stopped.is_some() {
            return state
                .steps
                .keys()
                .max_by_key(by_start)
                .cloned()
                .into_iter()
                .collect();
        }
        let held = state
            .steps
            .iter()
            .find(|(_, step)| matches!(step.hold, HoldState::Opened { .. }));
        if let Some((step, _)) = held {
            return vec![step.clone()];
        }
        for wait in state.steps.values().filter_map(|step| step.wait.as_ref()) {
            if wait.ended.is_none() {
                self.clock.advance_to(wait.until);
            }
        }
        self.run_bundles().await;
        Vec::new()
    }

    /// Each once, whatever the log says; then its result is imported.
    async fn run_bundles(&self) {
        let state = self.journal.state();
        let open = state
            .bundles
            .iter()
            .filter(|(_, bundle)| bundle.imported.is_none());
        for (action, _) in open {
            let done = format!("{action}:by a person");
            if !self.tenant.state.lock().unwrap().scripts.contains_key(&done) {
                let server = action.as_str().split('/').nth(1).unwrap();
                refresh(&self.tenant, server);
                self.tenant.state.lock().unwrap().scripts.insert(done, true);
            }
            let result = ImportedResult::Answered(answer(200, Json::Null));
            let details = self
                .journal
                .keep(&serde_json::to_value(&result).unwrap())
                .unwrap();
            let imported = RunEvent::BundleImported {
                action: action.clone(),
                result: Digest::of(b"result"),
                statement: Digest::of(b"statement"),
                details,
            };
            let left = RunEvent::RunLeft { exit: 11 };
            let events = vec![RunEvent::RunResumed { torn: None }, imported, left];
            self.journal.append(events).await.unwrap();
        }
    }
}
