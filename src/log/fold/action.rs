//! The part of the fold that concerns one action: check, intent, answer, look-up, outcome.
//!
//! Guards their order: no answer without an intent, no attempt beside an open one, nothing after the outcome.

use crate::log::fold::{Attempt, AttemptResult, Checked, Ended, LookedUp, RunState};
use crate::log::model::RunEvent;
use crate::value::{ActionId, Timestamp};

impl RunState {
    pub(super) fn action(&mut self, event: &RunEvent, at: Timestamp) -> Result<(), String> {
        let id = id_of(event);
        let ended = self.actions.get(id).is_some_and(|action| action.ended.is_some());
        if ended {
            return Err(format!("action `{id}` has its outcome already"));
        }
        match event {
            RunEvent::ActionChecked { verdict, details, .. } => {
                self.action_mut(id).checked = Some(Checked {
                    at,
                    verdict: *verdict,
                    details: *details,
                });
                Ok(())
            }
            RunEvent::ActionEnded { outcome, details, .. } => {
                self.action_mut(id).ended = Some(Ended {
                    outcome: *outcome,
                    details: *details,
                    at,
                });
                Ok(())
            }
            RunEvent::ActionIntended { .. } => self.intended(id, event, at),
            RunEvent::ActionAnswered { attempt, .. } | RunEvent::ActionUnanswered { attempt, .. } => {
                self.attempt(id, *attempt)?.result = result(event, at);
                Ok(())
            }
            RunEvent::ActionLookedUp {
                attempt,
                found,
                details,
                ..
            } => {
                self.attempt(id, *attempt)?.looked_up = Some(LookedUp {
                    found: *found,
                    details: *details,
                });
                Ok(())
            }
            other => unreachable!("`{other:?}` is no action's"),
        }
    }

    /// An attempt may follow another only when that one was looked up or had no definite answer.
    fn intended(&mut self, id: &ActionId, event: &RunEvent, at: Timestamp) -> Result<(), String> {
        let RunEvent::ActionIntended {
            attempt,
            client_request_id,
            request,
            ..
        } = event
        else {
            unreachable!("`{event:?}` is no intent");
        };
        let attempts = self.actions.get(id).map_or(&[][..], |action| &action.attempts);
        let expected = attempts.last().map_or(1, |last| last.number + 1);
        if *attempt != expected {
            return Err(format!("attempt {attempt} of `{id}`, expected {expected}"));
        }
        let open = attempts
            .last()
            .is_some_and(|last| last.result == AttemptResult::Pending && last.looked_up.is_none());
        if open {
            return Err(format!("the attempt before {attempt} of `{id}` is still open"));
        }
        self.action_mut(id).attempts.push(Attempt {
            number: *attempt,
            intended_at: at,
            client_request_id: client_request_id.clone(),
            request: *request,
            result: AttemptResult::Pending,
            looked_up: None,
        });
        Ok(())
    }

    /// The last attempt, if it has this number and no definite answer yet.
    fn attempt(&mut self, id: &ActionId, number: u32) -> Result<&mut Attempt, String> {
        let action = self.actions.get_mut(id);
        let last = action.and_then(|action| action.attempts.last_mut());
        let last = last
            .filter(|attempt| attempt.number == number)
            .ok_or_else(|| format!("attempt {number} of `{id}` was never intended, or a later one was"))?;
        match last.result {
            AttemptResult::Pending | AttemptResult::Unanswered { .. } => Ok(last),
            AttemptResult::Answered { .. } => Err(format!("attempt {number} of `{id}` was answered already")),
        }
    }
}

fn id_of(event: &RunEvent) -> &ActionId {
    match event {
        RunEvent::ActionChecked { action, .. }
        | RunEvent::ActionIntended { action, .. }
        | RunEvent::ActionAnswered { action, .. }
        | RunEvent::ActionUnanswered { action, .. }
        | RunEvent::ActionLookedUp { action, .. }
        | RunEvent::ActionEnded { action, .. } => action,
        other => unreachable!("`{other:?}` is no action's"),
    }
}

fn result(event: &RunEvent, at: Timestamp) -> AttemptResult {
    match event {
        RunEvent::ActionAnswered {
            status,
            code,
            request_id,
            service_date,
            details,
            ..
        } => AttemptResult::Answered {
            status: *status,
            code: code.clone(),
            request_id: request_id.clone(),
            service_date: *service_date,
            details: *details,
            at,
        },
        RunEvent::ActionUnanswered { status, details, .. } => AttemptResult::Unanswered {
            status: *status,
            details: *details,
            at,
        },
        other => unreachable!("`{other:?}` is no answer"),
    }
}
