//! How long the waits and watches of a step may take, at most, in seconds.
//!
//! Literal durations only; how long calls take is the catalogue's business.

use crate::plan::waves;
use crate::playbook::model::{Change, Step, StepKind, Wait};

/// The pause of a step whose `when` is known only at apply.
pub(super) fn of_pause(step: &Step) -> u64 {
    match &step.kind {
        StepKind::Wait(Wait::For(duration)) => duration.as_secs(),
        StepKind::Wait(Wait::Until(watch)) => watch.within.as_secs(),
        StepKind::Graph(_)
        | StepKind::Rest(_)
        | StepKind::PowerShell(_)
        | StepKind::Compute(_)
        | StepKind::Assert(_)
        | StepKind::Output(_)
        | StepKind::Approve(_) => 0,
    }
}

/// The hold and the verifications of a change of so many actions. A verification that runs out of time counts
/// as a failure, so that no more of them can than the threshold bears, and one.
pub(super) fn of_change(change: &Change, actions: usize) -> u64 {
    let waves = waves::ends(&change.waves, actions).len();
    let watch = change.hold.as_ref().and_then(|hold| hold.watch.as_ref());
    let held = watch
        .filter(|_| waves > 1)
        .map_or(0, |watch| watch.within.as_secs());
    let verified = change.verify.as_ref().map_or(0, |watch| {
        let run_out = actions.min(waves::threshold(change.max_failures, actions) + 1);
        watch.within.as_secs().saturating_mul(run_out as u64)
    });
    held.saturating_add(verified)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::playbook::Playbook;
    use crate::playbook::check::{
        Surroundings, TemplateFacts, TemplateProblem, Templates, check, source_from_bytes,
    };

    struct None;

    impl Templates for None {
        fn template(&self, _: &str) -> Result<TemplateFacts, TemplateProblem> {
            Err(TemplateProblem::Missing)
        }

        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }

    const TEXT: &str = "
redress: 1
id: waits
title: Waits
inputs: {users: {type: list, of: string}}
steps:
  - {id: pause, wait: 15m}
  - id: watch
    wait: {graph: GET /users, until: size(result) > 0, every: 1m, within: 90m}
  - id: revoke
    for_each: inputs.users
    as: user
    graph: POST /users/{{user}}/revokeSignInSessions
    undo: irreversible
    waves: [1, 100%]
    max_failures: 10%
    hold: {graph: GET /users, until: size(result) > 0, every: 1m, within: 30m, message: Look.}
    verify: {graph: 'GET /users/{{user}}', until: size(result) > 0, within: 10m}
";

    fn playbook() -> Playbook {
        let file = source_from_bytes("waits.yaml", TEXT.as_bytes()).unwrap();
        let surroundings = Surroundings {
            templates: &None,
            reads: &|_, _| false,
        };
        let checked = check(Arc::clone(&file), surroundings);
        checked
            .playbook
            .unwrap_or_else(|| panic!("{:?}", checked.diagnostics))
    }

    #[test]
    fn a_pause_counts_as_written_and_a_watch_by_its_end() {
        let steps = playbook().steps;
        let seconds: Vec<u64> = steps.iter().map(of_pause).collect();
        assert_eq!(seconds, [15 * 60, 90 * 60, 0]);
    }

    #[test]
    fn a_change_counts_its_hold_and_as_many_verifications_as_may_run_out() {
        let steps = playbook().steps;
        let change = steps[2].change.as_ref().unwrap();
        assert_eq!(of_change(change, 0), 0);
        assert_eq!(
            of_change(change, 1),
            10 * 60,
            "one wave has nothing to hold before"
        );
        assert_eq!(of_change(change, 5), (30 + 10) * 60);
        assert_eq!(of_change(change, 20), (30 + 3 * 10) * 60);
    }
}
