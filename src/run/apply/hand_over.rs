//! The second door: bundles for scripts that are run elsewhere, and what comes back as attested.
//!
//! Runs no script. A result counts only after `import` has checked and signed for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::model::{Close, Effect, PlanTime};
use crate::log::model::{CheckVerdict, Outcome, RunEvent};
use crate::program::change::{Candidate, Disposition};
use crate::program::model::{ReadAnswer, ReadAsk, ReadFailure, Request};
use crate::run::apply::change::{Step, failed};
use crate::run::apply::{Leave, Run, RunError, WithoutPowerShell, effects, happened};
use crate::run::ports::Door;
use crate::value::{ActionId, Answer, Digest};

/// What a result file said, as `import` keeps it in the run's details.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportedResult {
    /// The script ended well; its records.
    Answered(Answer),
    /// The script said that it failed.
    Failed(ReadFailure),
    /// The final record is missing: nobody can say.
    InDoubt,
}

/// What a check says before a bundle is written.
enum BeforeBundle {
    Go,
    Close(Close),
    Ended,
}

impl Run<'_> {
    pub(super) fn script_is_elsewhere(&self, host: &str) -> bool {
        match self.world.read.scripts.door(host) {
            Door::HandOver | Door::NoPowerShell => true,
            Door::Here | Door::NotConfigured => false,
        }
    }

    /// What came back for a read, if it was imported.
    pub(super) fn imported_read(&self, key: &ActionId) -> Result<Option<ReadAnswer>, RunError> {
        Ok(self.imported(key)?.map(|(result, _)| match result {
            ImportedResult::Answered(answer) => ReadAnswer::Answered(answer),
            ImportedResult::Failed(failure) => ReadAnswer::Failed(failure),
            ImportedResult::InDoubt => ReadAnswer::Failed(ReadFailure {
                message: "the imported result has no final record".to_owned(),
                status: None,
                code: None,
                request_id: None,
            }),
        }))
    }

    fn imported(&self, action: &ActionId) -> Result<Option<(ImportedResult, Digest)>, RunError> {
        let bundle = self.state.bundles.get(action);
        let Some(imported) = bundle.and_then(|bundle| bundle.imported.as_ref()) else {
            return Ok(None);
        };
        Ok(Some((self.kept(&imported.details)?, imported.details)))
    }

    pub(super) async fn hand_over_reads(&mut self, asks: &[ReadAsk]) -> Result<Vec<ReadAnswer>, Leave> {
        for ask in asks {
            self.write_bundle(&ask.key, &ask.request).await?;
        }
        if self.goes_on_without() {
            return self.reads_not_reached(asks).await;
        }
        Err(waits_for_results(asks.len()))
    }

    pub(super) async fn hand_over_change(&mut self, step: &Step<'_>) -> Result<(), Leave> {
        let (mut open, mut late) = (0, 0);
        for (place, index) in step.acting.iter().enumerate() {
            let candidate = step.source.candidate(*index).map_err(failed)?;
            if self
                .state
                .actions
                .get(&candidate.id)
                .is_some_and(|a| a.ended.is_some())
            {
                continue;
            }
            let imported = self.imported(&candidate.id)?;
            let time = self.plan_time(self.world.read.clock.now());
            match (imported, time) {
                (Some((result, details)), _) => self.take_result(&candidate, place, &result, details).await?,
                // Somebody may be running it: what is read now may be its effect already.
                (None, _) if self.is_written(&candidate.id) && !self.goes_on_without() => open += 1,
                (None, PlanTime::Open) => open += usize::from(self.hand_over(&candidate, place).await?),
                (None, PlanTime::Over) => late += 1,
            }
        }
        if open > 0 {
            return Err(waits_for_results(open));
        }
        if late > 0 {
            return Err(self.expired());
        }
        Ok(())
    }

    fn is_written(&self, action: &ActionId) -> bool {
        self.state
            .bundles
            .get(action)
            .is_some_and(|bundle| !bundle.written.is_empty())
    }

    /// Checks what can be read from here, then writes the bundle; false where the action has its outcome.
    async fn hand_over(&mut self, candidate: &Candidate, place: usize) -> Result<bool, Leave> {
        match self.check_before_bundle(candidate, place).await? {
            BeforeBundle::Go => {}
            BeforeBundle::Ended => return Ok(false),
            BeforeBundle::Close(close) => {
                let event = self.close(candidate, close);
                self.record(event).await?;
                return Ok(false);
            }
        }
        let Disposition::Act(Some(request)) = &candidate.disposition else {
            unreachable!("at apply every action's request is known");
        };
        self.write_bundle(&candidate.id, request).await?;
        if self.goes_on_without() {
            let details = self.keep(&"not rehearsed: no PowerShell on this machine")?;
            self.record(RunEvent::ActionEnded {
                action: candidate.id.clone(),
                outcome: Outcome::NotReached,
                details: Some(details),
            })
            .await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// A check that itself needs PowerShell is the bundle's own business: it resolves its object first.
    async fn check_before_bundle(
        &mut self,
        candidate: &Candidate,
        place: usize,
    ) -> Result<BeforeBundle, Leave> {
        let reads = candidate.check_reads().map_err(failed)?;
        if reads.is_empty() || reads.iter().any(|read| self.world.read.elsewhere(&read.request)) {
            return Ok(BeforeBundle::Go);
        }
        let before = BTreeMap::new();
        let effect = Effect::Check(place);
        let world = self.world.clone();
        let done = effects::perform(world, candidate.clone(), effect, before, String::new()).await;
        let event = happened::event(self, &done)?;
        self.record(event.clone()).await?;
        Ok(match event {
            RunEvent::ActionChecked { verdict, .. } => match verdict {
                CheckVerdict::Go => BeforeBundle::Go,
                CheckVerdict::Skip => BeforeBundle::Close(Close::Skipped),
                CheckVerdict::Drifted => BeforeBundle::Close(Close::Drifted),
            },
            // The check could not be made, and that was recorded as the outcome.
            _ => BeforeBundle::Ended,
        })
    }

    async fn take_result(
        &mut self,
        candidate: &Candidate,
        place: usize,
        result: &ImportedResult,
        details: Digest,
    ) -> Result<(), Leave> {
        let outcome = match result {
            ImportedResult::Answered(_) => {
                if self.can_be_seen_from_here(candidate)? {
                    return self.see_effect(candidate, place).await;
                }
                Outcome::Attested
            }
            ImportedResult::Failed(_) => Outcome::Failed,
            ImportedResult::InDoubt => Outcome::InDoubt,
        };
        let event = RunEvent::ActionEnded {
            action: candidate.id.clone(),
            outcome,
            details: Some(details),
        };
        Ok(self.record(event).await?)
    }

    fn can_be_seen_from_here(&self, candidate: &Candidate) -> Result<bool, Leave> {
        let watch = candidate.verification(&BTreeMap::new()).map_err(failed)?;
        Ok(watch.is_some_and(|watch| !self.world.read.elsewhere(&watch.request)))
    }

    /// An attested result becomes *verified* only by a later read.
    async fn see_effect(&mut self, candidate: &Candidate, place: usize) -> Result<(), Leave> {
        let before = self.before(&candidate.id)?;
        let since = self.world.read.clock.now();
        let effect = Effect::Verify { index: place, since };
        let world = self.world.clone();
        let done = effects::perform(world, candidate.clone(), effect, before, String::new()).await;
        let event = happened::event(self, &done)?;
        Ok(self.record(event).await?)
    }

    /// Writes the bundle once and says where it is.
    async fn write_bundle(&mut self, action: &ActionId, request: &Request) -> Result<(), Leave> {
        if self.is_written(action) {
            return Ok(());
        }
        let folder = self.world.journal.script_folder(action, "bundle");
        let job = self.world.read.job(request, action, folder);
        let bundle = self
            .world
            .read
            .scripts
            .bundle(&job)
            .map_err(|error| Leave::Stop {
                reason: "failed",
                exit: 5,
                message: error.to_string(),
            })?;
        let folder = self.world.journal.write_bundle(action, &bundle.files)?;
        self.record(RunEvent::BundleWritten {
            action: action.clone(),
            manifest: bundle.manifest,
        })
        .await?;
        self.say(&format!(
            "bundle for `{action}`: {}\n  SHA-256 of its manifest.json: {}",
            folder.display(),
            bundle.manifest
        ));
        Ok(())
    }

    fn goes_on_without(&self) -> bool {
        self.options.without_powershell == WithoutPowerShell::GoOn
    }
}

fn waits_for_results(bundles: usize) -> Leave {
    let (noun, them) = if bundles == 1 {
        ("bundle", "its result")
    } else {
        ("bundles", "each result")
    };
    Leave::Later {
        exit: 11,
        message: format!(
            "{bundles} {noun} to run on the Exchange server; then `redress import RUN RESULT --key FILE --as \
             PRINCIPAL` for {them}, and `redress resume RUN`"
        ),
    }
}
