//! A plan's time bounds the first change; a run that began in time goes on, a resumed one only looks and closes.

use std::sync::Arc;

use redress::log::model::RunEvent;
use redress::run::ports::Door;
use redress::value::StepId;

use crate::bench::{Planned, Process, later, plan_with, users};
use crate::playbooks::{REFRESH, WAVES_AND_HOLD, locate, of, revoke};
use crate::stops::planned;
use crate::world::State;

fn arrivals(process: &Process) -> usize {
    process.tenant.seen.lock().unwrap().arrivals
}

#[tokio::test]
async fn the_first_change_may_come_in_the_last_second_and_not_after_it() {
    let state = State::of(2);
    for text in [revoke("inputs.users", ""), locate("locate", "inputs.users", "")] {
        let planned = planned(&of(&text), &state, 2).await;
        for (millis, exit) in [(0, 0), (999, 0), (1000, 7)] {
            let process = Process::new(&planned, state.clone());
            let shift = jiff::SignedDuration::from_millis(millis);
            process
                .clock
                .advance_to(planned.valid_until().checked_add(shift).unwrap());
            let left = process.go(&[]).await.unwrap();
            assert_eq!(left.exit, exit, "{millis} ms after it: {left:?}");
            assert_eq!(arrivals(&process), if exit == 7 { 0 } else { 2 });
        }
    }
}

#[tokio::test]
async fn a_run_that_began_in_time_goes_on_after_it() {
    let mut state = State::of(5);
    let planned = planned(&of(&revoke("inputs.users", WAVES_AND_HOLD)), &state, 5).await;
    state.calm_from = Some(later(planned.valid_until(), 300));
    let process = Process::new(&planned, state);
    process.clock.advance_to(later(planned.valid_until(), -30));
    let left = process.go(&[]).await.unwrap();
    assert_eq!((left.exit, arrivals(&process)), (0, 5), "{left:?}");
}

/// A process that resumes an hour after the plan's end, from the log cut after each record.
fn late(planned: &Arc<Planned>, whole: &Process, cut: usize) -> Process {
    let snapshot = whole.journal.snapshot(cut - 1);
    let process = Process::after(planned, &whole.journal.cut(cut), snapshot, whole.door);
    process.clock.advance_to(later(planned.valid_until(), 3600));
    process
}

#[tokio::test]
async fn a_run_resumed_after_it_looks_up_verifies_and_closes_but_starts_nothing() {
    let tables = [
        of(&revoke("inputs.users", "max_failures: 3\nconcurrency: 2")),
        of(&locate(
            "locate",
            "inputs.users",
            "max_failures: 3\nconcurrency: 2",
        )),
    ];
    for text in tables {
        let state = State::of(4);
        let planned = planned(&text, &state, 4).await;
        let whole = Process::new(&planned, state);
        whole.to_end().await.unwrap();
        for cut in 1..whole.journal.records().len() {
            let process = late(&planned, &whole, cut);
            let effects = process.tenant.state.lock().unwrap().effects();
            let left = process.go(&[]).await.unwrap();
            assert_eq!(arrivals(&process), 0, "cut {cut}");
            let now = process.tenant.state.lock().unwrap().clone();
            assert_eq!(now.effects(), effects, "cut {cut}");
            let state = process.journal.state();
            let changed: u32 = effects.iter().sum();
            let closed = state
                .actions
                .values()
                .filter(|action| action.ended.is_some())
                .count();
            assert_eq!(closed, changed as usize, "cut {cut}: {left:?}");
            let exit = if changed == 4 { 0 } else { 7 };
            assert_eq!(left.exit, exit, "cut {cut}: {left:?}");
        }
    }
}

#[tokio::test]
async fn a_signature_does_not_bring_a_plan_back_to_life() {
    let state = State::of(2);
    let planned = planned(
        &of(&revoke("inputs.users", "waves: [1, 100%]\nhold: approve")),
        &state,
        2,
    )
    .await;
    let process = Process::new(&planned, state);
    assert_eq!(process.go(&[]).await.unwrap().exit, 11);
    process.clock.advance_to(later(planned.valid_until(), 1));
    for _ in 0..2 {
        assert_eq!(process.go(&[StepId::new("revoke")]).await.unwrap().exit, 7);
        assert_eq!(process.words("revoke", 2), ["verified", "-"]);
    }
}

#[tokio::test]
async fn no_bundle_is_written_after_it() {
    let state = State::of(1);
    let text = of(&format!("{REFRESH}{}", revoke("inputs.users", "")));
    let planned = Arc::new(plan_with(&text, users(1), &state, Door::HandOver).await.unwrap());
    let process = Process::new(&planned, state).through(Door::HandOver);
    process.clock.advance_to(later(planned.valid_until(), 1));
    assert_eq!(process.go(&[]).await.unwrap().exit, 7);
    let written = |record: &redress::log::model::Record<RunEvent>| {
        matches!(record.event, RunEvent::BundleWritten { .. })
    };
    assert!(!process.journal.records().iter().any(written));
}
