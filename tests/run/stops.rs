//! The threshold: how much may go wrong before a run stands still, and what a signature lets it do then.

use std::sync::Arc;

use redress::log::model::RunEvent;
use redress::run::apply::Left;
use redress::value::StepId;

use crate::bench::{Planned, Process, plan, users};
use crate::playbooks::{locate, of, revoke, revoke_as};
use crate::world::{Fault, State};

pub async fn planned(text: &str, state: &State, count: usize) -> Arc<Planned> {
    Arc::new(plan(text, users(count), state).await.unwrap())
}

fn left(exit: u8, ended: bool) -> impl Fn(&Left) -> bool {
    move |left| (left.exit, left.ended) == (exit, ended)
}

fn all_refused(count: usize) -> State {
    (1..=count).fold(State::of(count), |state, n| state.fault(n, Fault::Refused))
}

#[tokio::test]
async fn never_more_are_changed_in_vain_than_the_threshold_bears_plus_one() {
    for borne in 0..4 {
        let more = format!("max_failures: {borne}\nconcurrency: 8");
        for text in [
            revoke("inputs.users", &more),
            locate("revoke", "inputs.users", &more),
        ] {
            let state = all_refused(9);
            let process = Process::new(&planned(&of(&text), &state, 9).await, state);
            let result = process.go(&[]).await.unwrap();
            assert!(left(6, false)(&result), "{result:?}");
            let seen = process.tenant.seen.lock().unwrap().clone();
            assert_eq!(
                (seen.arrivals, seen.most_in_flight),
                (borne + 1, borne + 1),
                "{text}"
            );
            let words = process.words("revoke", 9);
            assert_eq!(
                words.iter().filter(|word| **word == "failed").count(),
                borne + 1,
                "{words:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_stopped_run_stays_stopped_without_a_signature_and_goes_on_with_one() {
    let text = of(&revoke("inputs.users", "max_failures: 0"));
    let state = State::of(4).fault(2, Fault::Refused);
    let process = Process::new(&planned(&text, &state, 4).await, state);
    assert!(left(6, false)(&process.go(&[]).await.unwrap()));
    assert!(left(6, false)(&process.go(&[]).await.unwrap()));
    assert_eq!(process.words("revoke", 4), ["verified", "failed", "-", "-"]);
    let result = process.go(&[StepId::new("revoke")]).await.unwrap();
    assert!(left(5, true)(&result), "{result:?}");
    assert_eq!(
        process.words("revoke", 4),
        ["verified", "failed", "verified", "verified"]
    );
    process.assert_promises("go-ahead");
}

#[tokio::test]
async fn a_go_ahead_forgives_what_happened_and_nothing_that_comes() {
    let text = of(&revoke("inputs.users", "max_failures: 0"));
    let state = State::of(5).fault(2, Fault::Refused).fault(4, Fault::Refused);
    let process = Process::new(&planned(&text, &state, 5).await, state);
    assert!(left(6, false)(&process.go(&[]).await.unwrap()));
    assert!(left(6, false)(
        &process.go(&[StepId::new("revoke")]).await.unwrap()
    ));
    assert_eq!(
        process.words("revoke", 5),
        ["verified", "failed", "verified", "failed", "-"]
    );
}

#[tokio::test]
async fn what_was_forgiven_in_one_step_is_not_borne_again_in_the_next() {
    let steps = format!(
        "{}{}",
        revoke_as(
            "one",
            "inputs.users.filter(u, u.id < '00000003')",
            "max_failures: 0"
        ),
        revoke_as(
            "two",
            "inputs.users.filter(u, u.id > '00000003')",
            "max_failures: 0"
        )
    );
    let state = State::of(6).fault(1, Fault::Refused).fault(3, Fault::Refused);
    let process = Process::new(&planned(&of(&steps), &state, 6).await, state);
    assert!(left(6, false)(&process.go(&[]).await.unwrap()));
    assert!(left(6, false)(&process.go(&[StepId::new("one")]).await.unwrap()));
    let outcomes = process.outcomes();
    let begun = outcomes.keys().filter(|id| id.starts_with("two/")).count();
    assert_eq!(begun, 1, "{outcomes:?}");
}

#[tokio::test]
async fn a_signature_for_a_stop_does_not_release_the_hold_that_comes_later() {
    let text = of(&revoke(
        "inputs.users",
        "waves: [2, 100%]\nhold: approve\nmax_failures: 0",
    ));
    let state = State::of(4).fault(1, Fault::Refused);
    let process = Process::new(&planned(&text, &state, 4).await, state);
    let signed = [StepId::new("revoke")];
    assert!(left(6, false)(&process.go(&[]).await.unwrap()));
    assert!(left(11, false)(&process.go(&signed).await.unwrap()));
    assert_eq!(process.words("revoke", 4), ["failed", "verified", "-", "-"]);
    assert!(left(5, true)(&process.go(&signed).await.unwrap()));
    assert_eq!(
        process.words("revoke", 4),
        ["failed", "verified", "verified", "verified"]
    );
}

#[tokio::test]
async fn a_hold_without_a_watch_waits_for_a_signature() {
    let text = of(&revoke("inputs.users", "waves: [1, 100%]\nhold: approve"));
    let state = State::of(3);
    let process = Process::new(&planned(&text, &state, 3).await, state);
    for _ in 0..2 {
        assert!(left(11, false)(&process.go(&[]).await.unwrap()));
        assert_eq!(process.words("revoke", 3), ["verified", "-", "-"]);
    }
    assert!(left(0, true)(
        &process.go(&[StepId::new("revoke")]).await.unwrap()
    ));
}

#[tokio::test]
async fn after_a_crash_nothing_is_begun_on_top_of_what_is_in_doubt() {
    let text = of(&revoke("inputs.users", "max_failures: 1\nconcurrency: 4"));
    let state = State::of(6);
    let planned = planned(&text, &state, 6).await;
    let whole = Process::new(&planned, state);
    whole.to_end().await.unwrap();
    let records = whole.journal.records();
    let is_intent = |record: &&_| matches!(record, RunEvent::ActionIntended { .. });
    let intents: Vec<usize> = (0..records.len())
        .filter(|n| is_intent(&&records[*n].event))
        .collect();
    let cut = intents[1] + 1;
    let snapshot = whole.journal.snapshot(cut - 1);
    let process = Process::after(&planned, &whole.journal.cut(cut), snapshot, whole.door);
    process.to_end().await.unwrap();
    let events: Vec<RunEvent> = process.journal.records()[cut..]
        .iter()
        .map(|r| r.event.clone())
        .collect();
    let looked = events
        .iter()
        .position(|e| matches!(e, RunEvent::ActionLookedUp { .. }))
        .unwrap();
    let begun = events
        .iter()
        .position(|e| matches!(e, RunEvent::ActionChecked { .. }))
        .unwrap();
    assert!(looked < begun, "{events:?}");
}
