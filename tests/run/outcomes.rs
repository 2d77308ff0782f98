//! What becomes of one target does not touch the others.

use std::time::Duration;

use redress::log::model::{Record, RunEvent};

use crate::bench::{Process, later, plan, planned_at, users};
use crate::playbooks::{locate, of, revoke, revoke_as, with};
use crate::stops::planned;
use crate::world::{Fault, State, id};

async fn run(text: &str, count: usize, planned_in: State, applied_in: State) -> Process {
    let process = Process::new(&planned(text, &planned_in, count).await, applied_in);
    process.to_end().await.unwrap();
    process.assert_promises(text);
    process
}

#[tokio::test]
async fn drift_stops_only_the_target_that_drifted() {
    let before = State::of(4);
    let mut now = before.clone();
    now.user(2).enabled = false;
    now.user(3).usage = "US".to_owned();
    now.users.remove(&id(4));
    let process = run(&of(&revoke("inputs.users", "")), 4, before, now).await;
    assert_eq!(
        process.words("revoke", 4),
        ["verified", "drifted", "verified", "drifted"]
    );
    assert_eq!(process.journal.state().ended, Some(5));
}

#[tokio::test]
async fn where_everybody_drifted_the_plan_is_stale() {
    let before = State::of(2);
    let mut now = before.clone();
    now.user(1).enabled = false;
    now.user(2).enabled = false;
    let process = run(&of(&revoke("inputs.users", "")), 2, before, now).await;
    assert_eq!(process.journal.state().ended, Some(8));
}

#[tokio::test]
async fn whoever_was_revoked_by_somebody_else_meanwhile_is_skipped() {
    let before = State::of(3);
    let mut now = before.clone();
    let when = later(planned_at(), 20);
    now.user(2).valid_from.push((when, when));
    let process = run(&of(&revoke("inputs.users", "")), 3, before, now).await;
    assert_eq!(process.words("revoke", 3), ["verified", "skipped", "verified"]);
    let effects = process.tenant.state.lock().unwrap().effects();
    assert_eq!(effects, [1, 0, 1]);
}

#[tokio::test]
async fn protected_people_and_those_left_out_are_never_targets() {
    let mut state = State::of(5);
    let glass = "11111111-0000-4000-8000-000000000000";
    state.groups.insert(glass.to_owned(), vec![id(2).to_uppercase()]);
    let top = format!(
        "limits: {{targets: 50}}\nprotect: {{groups: [{glass}], users: [{}]}}",
        id(5)
    );
    let rule = "leave_out:\n  - {if: user.id == '00000004-0000-4000-8000-000000000000', outcome: no_effect, \
                because: No mailbox.}";
    let text = with(&top, &revoke("inputs.users", rule));
    let planned = planned(&text, &state, 5).await;
    let left_out = &planned.observed.totals.left_out;
    assert_eq!((left_out["protected"], left_out["no_effect"]), (2, 1));
    let process = Process::new(&planned, state);
    assert_eq!(process.go(&[]).await.unwrap().exit, 0);
    assert_eq!(process.tenant.state.lock().unwrap().effects(), [1, 0, 1, 0, 0]);
    assert_eq!(
        process.words("revoke", 5),
        ["verified", "-", "verified", "-", "-"]
    );
}

#[tokio::test]
async fn a_protected_group_that_cannot_be_read_refuses_the_plan() {
    let top = "limits: {targets: 50}\nprotect: {groups: [11111111-0000-4000-8000-000000000000]}";
    let error = plan(&with(top, &revoke("inputs.users", "")), users(1), &State::of(1))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("protected group"), "{error}");
}

#[tokio::test]
async fn a_target_that_failed_takes_part_in_no_later_change_unless_the_step_says_so() {
    for (more, word) in [("", "not_reached"), ("on_error: continue", "verified")] {
        let mut now = State::of(4);
        let before = now.clone();
        now.user(1).fault = Some(Fault::CutAfter);
        now.user(3).enabled = false;
        let steps = format!(
            "{}{}",
            revoke("inputs.users", ""),
            locate("locate", "inputs.users", more)
        );
        let process = run(&of(&steps), 4, before, now).await;
        assert_eq!(
            process.words("revoke", 4),
            ["verified", "verified", "drifted", "verified"]
        );
        assert_eq!(
            process.words("locate", 4),
            ["verified", "verified", word, "verified"],
            "{more}"
        );
    }
}

#[tokio::test]
async fn an_effect_that_is_never_seen_is_unverified_and_the_run_says_so() {
    let mut state = State::of(2);
    state.lag = Duration::from_secs(3600);
    let process = run(
        &of(&revoke("inputs.users", "max_failures: 2")),
        2,
        state.clone(),
        state,
    )
    .await;
    assert_eq!(process.words("revoke", 2), ["unverified", "unverified"]);
    assert_eq!(process.journal.state().ended, Some(12));
}

#[tokio::test]
async fn a_check_that_cannot_be_read_changes_nothing() {
    let before = State::of(2);
    let mut now = before.clone();
    now.failing_reads.insert(id(1), 1);
    let process = run(&of(&revoke("inputs.users", "max_failures: 1")), 2, before, now).await;
    assert_eq!(process.words("revoke", 2), ["failed", "verified"]);
    assert_eq!(process.tenant.state.lock().unwrap().effects(), [0, 1]);
}

#[tokio::test]
async fn a_look_up_is_tried_again_and_then_left_to_a_person() {
    for (failing, word) in [(3, "verified"), (100, "in_doubt")] {
        let before = State::of(1).fault(1, Fault::CutAfter);
        let process = Process::new(
            &planned(
                &of(&locate("locate", "inputs.users", "max_failures: 1")),
                &before,
                1,
            )
            .await,
            before,
        );
        process
            .tenant
            .state
            .lock()
            .unwrap()
            .failing_reads
            .insert(id(1), failing);
        process.to_end().await.unwrap();
        assert_eq!(process.words("locate", 1), [word]);
        process.assert_promises(word);
    }
}

#[tokio::test]
async fn an_answer_that_takes_long_does_not_make_the_look_up_early() {
    let mut state = State::of(1).fault(1, Fault::CutAfter);
    state.latency = Duration::from_secs(240);
    state.lag = Duration::from_secs(290);
    let process = run(&of(&revoke("inputs.users", "")), 1, state.clone(), state).await;
    assert_eq!(process.words("revoke", 1), ["verified"]);
}

#[tokio::test]
async fn an_assertion_ends_the_program_well_or_refuses() {
    let assert = |kind: &str, condition: &str| {
        format!(
            "  - id: sure\n    title: Sure\n    assert: {condition}\n    else: {kind}\n    message: Not so.\n"
        )
    };
    let state = State::of(2);
    let text = of(&(assert("done", "size(inputs.users) > 2") + &revoke("inputs.users", "")));
    let done = planned(&text, &state, 2).await;
    assert_eq!(done.observed.totals.ended.as_deref(), Some("Not so."));
    let process = Process::new(&done, state.clone());
    let left = process.go(&[]).await.unwrap();
    assert_eq!((left.exit, left.ended, process.outcomes().len()), (0, true, 0));

    let text = of(&(assert("fail", "size(inputs.users) > 2") + &revoke("inputs.users", "")));
    let error = plan(&text, users(2), &state).await.unwrap_err();
    assert_eq!(error.to_string(), "Not so.");

    for (kind, exit) in [("done", 0), ("fail", 13)] {
        let later = assert(kind, "steps.revoke.changed > 2");
        let text = of(&(revoke("inputs.users", "") + &later + &revoke_as("never", "inputs.users", "")));
        let process = run(&text, 2, state.clone(), state.clone()).await;
        assert_eq!(process.journal.state().ended, Some(exit), "{kind}");
        assert_eq!(process.words("revoke", 2), ["verified", "verified"]);
        assert_eq!(process.words("never", 2), ["-", "-"]);
    }
}

#[tokio::test]
async fn before_a_change_is_sent_again_its_target_is_checked_again() {
    let state = State::of(2).fault(1, Fault::CutBefore);
    let planned = planned(&of(&revoke("inputs.users", "max_failures: 2")), &state, 2).await;
    let whole = Process::new(&planned, state);
    whole.to_end().await.unwrap();
    let unanswered = |record: &Record<RunEvent>| matches!(record.event, RunEvent::ActionUnanswered { .. });
    let cut = whole.journal.records().iter().position(unanswered).unwrap() + 1;
    for (enabled, word) in [(false, "drifted"), (true, "verified")] {
        let mut snapshot = whole.journal.snapshot(cut - 1);
        snapshot.tenant.user(1).enabled = enabled;
        let process = Process::after(&planned, &whole.journal.cut(cut), snapshot, whole.door);
        process.to_end().await.unwrap();
        assert_eq!(process.words("revoke", 2), [word, "verified"]);
        let effects = process.tenant.state.lock().unwrap().effects();
        assert_eq!(effects[0], u32::from(enabled));
    }
}
