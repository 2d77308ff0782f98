//! Reads at apply: from the plan, from the log, or, where neither has an answer, from the tenant.
//!
//! A read made at plan is never repeated here.

use std::sync::Arc;

use crate::log::fold::ReadState;
use crate::log::model::{Outcome, RunEvent};
use crate::program::model::{ReadAnswer, ReadAsk, ReadFailure, StepReads};
use crate::run::apply::{Leave, Run, RunError};
use crate::run::parallel::read_all;
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::{ActionId, Answer};

impl Run<'_> {
    pub(super) async fn reads(&mut self, reads: &StepReads) -> Result<(), Leave> {
        let mut answers: Vec<Option<ReadAnswer>> = Vec::with_capacity(reads.reads.len());
        for ask in &reads.reads {
            answers.push(self.known_answer(&ask.key)?);
        }
        let open: Vec<usize> = (0..answers.len()).filter(|i| answers[*i].is_none()).collect();
        if !open.is_empty() {
            self.step_started(&reads.step).await?;
            let asks: Vec<ReadAsk> = open.iter().map(|i| reads.reads[*i].clone()).collect();
            let fresh = self.perform_reads(&asks).await?;
            for (index, answer) in open.into_iter().zip(fresh) {
                answers[index] = Some(answer);
            }
        }
        let answers: Vec<ReadAnswer> = answers
            .into_iter()
            .map(|answer| answer.expect("every read is answered by now"))
            .collect();
        self.interpreter
            .answer_reads(&answers)
            .map_err(|error| Leave::Later {
                exit: 5,
                message: format!("{error}; `redress resume` reads it again"),
            })
    }

    /// The plan's observation, or what this run read earlier.
    fn known_answer(&self, key: &ActionId) -> Result<Option<ReadAnswer>, RunError> {
        if let Some(answer) = self.plan.observations.get(key) {
            return Ok(Some(answer.clone()));
        }
        if self.state.actions.get(key).is_some_and(|a| a.ended.is_some()) {
            return Ok(Some(ReadAnswer::NotReached));
        }
        match self.state.reads.get(key) {
            None => self.imported_read(key),
            Some(ReadState::Answered { details, .. }) => {
                let answer: Answer = self.kept(details)?;
                Ok(Some(ReadAnswer::Answered(answer)))
            }
            // A read that stopped an earlier process is read again; one that the step goes on without is not.
            Some(ReadState::Failed { details, .. }) => {
                let failure: ReadFailure = self.kept(details)?;
                Ok(Some(ReadAnswer::Failed(failure)))
            }
        }
    }

    async fn perform_reads(&mut self, asks: &[ReadAsk]) -> Result<Vec<ReadAnswer>, Leave> {
        if asks.iter().any(|ask| self.world.read.elsewhere(&ask.request)) {
            return self.hand_over_reads(asks).await;
        }
        let journal = Arc::clone(&self.world.journal);
        let folder = move |ask: &ReadAsk| journal.script_folder(&ask.key, "read");
        let results = read_all(&self.world.read, asks, Arc::new(folder)).await;
        let mut answers = Vec::with_capacity(asks.len());
        let mut events = Vec::new();
        let mut stop = None;
        for (ask, result) in asks.iter().zip(results) {
            if let Err(error) = &result {
                stop.get_or_insert_with(|| leave_for(error));
            }
            let (event, answer) = self.read_event(ask, result)?;
            if matches!(answer, ReadAnswer::Failed(_)) && self.stops_on_failure(&ask.key) {
                continue;
            }
            events.push(event);
            answers.push(answer);
        }
        self.record_all(events).await?;
        if answers.len() < asks.len() {
            return Err(stop.unwrap_or(Leave::Later {
                exit: 5,
                message: "a read failed; `redress resume` reads it again".to_owned(),
            }));
        }
        Ok(answers)
    }

    /// Whether the read's step says `on_error: stop`; its failure is not recorded, so that resume reads again.
    fn stops_on_failure(&self, key: &ActionId) -> bool {
        use crate::playbook::model::OnError;
        let step = key.as_str().split('/').next().unwrap_or_default();
        self.interpreter.on_error(step) == Some(OnError::Stop)
    }

    fn read_event(
        &self,
        ask: &ReadAsk,
        result: Result<Answer, CallError>,
    ) -> Result<(RunEvent, ReadAnswer), RunError> {
        match crate::run::world::read_answer(result) {
            ReadAnswer::Answered(answer) => {
                let event = RunEvent::ReadAnswered {
                    read: ask.key.clone(),
                    status: answer.status,
                    request_id: answer.request_id.clone(),
                    details: self.keep(&answer)?,
                };
                Ok((event, ReadAnswer::Answered(answer)))
            }
            ReadAnswer::Failed(failure) => {
                let event = RunEvent::ReadFailed {
                    read: ask.key.clone(),
                    details: self.keep(&failure)?,
                };
                Ok((event, ReadAnswer::Failed(failure)))
            }
            ReadAnswer::Later | ReadAnswer::NotReached => unreachable!("a call answers or fails"),
        }
    }

    /// Records reads that a rehearsal without PowerShell goes on without.
    pub(super) async fn reads_not_reached(&mut self, asks: &[ReadAsk]) -> Result<Vec<ReadAnswer>, Leave> {
        let events = asks
            .iter()
            .map(|ask| RunEvent::ActionEnded {
                action: ask.key.clone(),
                outcome: Outcome::NotReached,
                details: None,
            })
            .collect();
        self.record_all(events).await?;
        Ok(asks.iter().map(|_| ReadAnswer::NotReached).collect())
    }

    pub(super) fn kept<T: serde::de::DeserializeOwned>(
        &self,
        digest: &crate::value::Digest,
    ) -> Result<T, RunError> {
        let json = self.world.journal.kept(digest)?;
        serde_json::from_value(json)
            .map_err(|error| RunError::Mismatch(format!("details `{digest}` cannot be read: {error}")))
    }
}

/// Sign-in and permission have an exit code of their own.
fn leave_for(error: &CallError) -> Leave {
    let exit = match error.kind {
        CallErrorKind::SignIn | CallErrorKind::Permission => 10,
        CallErrorKind::NotAllowed => 3,
        CallErrorKind::Refused
        | CallErrorKind::Busy
        | CallErrorKind::NoAnswer
        | CallErrorKind::NotSent
        | CallErrorKind::Malformed => 5,
    };
    Leave::Later {
        exit,
        message: format!("{error}; `redress resume` reads it again"),
    }
}
