//! How a run ends, or is left: the last records and the exit code.
//!
//! Several reasons at once give one code, in the order that the documentation lists.

use std::collections::BTreeMap;

use crate::log::model::{Outcome, RunEvent};
use crate::program::model::End;
use crate::run::apply::{Leave, Left, Run, RunError, stop_exit};

impl Run<'_> {
    pub(super) async fn leave(&mut self, result: Result<End, Leave>) -> Result<Left, RunError> {
        match result {
            Err(Leave::Broken(error)) => Err(error),
            Err(Leave::Later { exit, message }) => self.left(exit, message).await,
            Err(Leave::Stop {
                reason,
                exit,
                message,
            }) => {
                debug_assert_eq!(stop_exit(reason), exit, "one reason, one code");
                let details = self.keep(&message)?;
                self.record(RunEvent::RunStopped {
                    reason: reason.to_owned(),
                    details,
                })
                .await?;
                self.left(exit, message).await
            }
            Ok(end) => self.ended(end).await,
        }
    }

    async fn left(&mut self, exit: u8, message: String) -> Result<Left, RunError> {
        self.record(RunEvent::RunLeft { exit }).await?;
        Ok(Left {
            exit,
            ended: false,
            message: Some(message),
        })
    }

    async fn ended(&mut self, end: End) -> Result<Left, RunError> {
        let outcomes = self.counts();
        let (exit, message) = match end {
            End::Finished => (exit_of(&outcomes), None),
            End::Done { message, .. } => (exit_of(&outcomes), Some(message)),
            End::Refused { message, .. } => (13, Some(message)),
        };
        self.record(RunEvent::RunEnded { exit, outcomes }).await?;
        Ok(Left {
            exit,
            ended: true,
            message,
        })
    }

    fn counts(&self) -> BTreeMap<Outcome, u64> {
        let mut counts = BTreeMap::new();
        for action in self.state.actions.values() {
            if let Some(end) = &action.ended {
                *counts.entry(end.outcome).or_default() += 1;
            }
        }
        counts
    }
}

/// All drifted 8, some failed, drifted or in doubt 5, not verified 12, else 0; the first match wins.
fn exit_of(outcomes: &BTreeMap<Outcome, u64>) -> u8 {
    let of = |outcome| outcomes.get(&outcome).copied().unwrap_or(0);
    let all: u64 = outcomes.values().sum();
    let drifted = of(Outcome::Drifted);
    if drifted > 0 && drifted == all {
        8
    } else if drifted + of(Outcome::Failed) + of(Outcome::InDoubt) > 0 {
        5
    } else if of(Outcome::Unverified) > 0 {
        12
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_outcome_gives_the_exit_code() {
        let exit = |pairs: &[(Outcome, u64)]| exit_of(&pairs.iter().copied().collect());
        assert_eq!(exit(&[]), 0);
        assert_eq!(
            exit(&[
                (Outcome::Verified, 3),
                (Outcome::Skipped, 1),
                (Outcome::NotReached, 1)
            ]),
            0
        );
        assert_eq!(exit(&[(Outcome::Verified, 3), (Outcome::Unverified, 1)]), 12);
        assert_eq!(exit(&[(Outcome::Unverified, 1), (Outcome::Drifted, 1)]), 5);
        assert_eq!(exit(&[(Outcome::Drifted, 2)]), 8);
    }
}
