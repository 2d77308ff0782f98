use super::*;
use std::time::Duration;

use crate::engine::model::{Accepted, Busy, Checks, Close, Found, PlanTime, Repeat, Seen, Verdict};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn shape() -> Shape {
    Shape {
        waves: vec![1, 3],
        hold: Holds::AfterCanary,
        max_failures: 0,
        concurrency: 8,
        check: Checks::BeforeSending,
        seen: Seen::ByVerify,
        repeat: Repeat::LookUpFirst,
        settle: Duration::from_secs(300),
        forgiven: 0,
    }
}

const START: StepProgress = StepProgress {
    waves_ended: 0,
    released: false,
    time: PlanTime::Open,
};

fn ended(bad: Bad) -> Progress {
    Progress::Ended { bad }
}

fn decide_at(shape: &Shape, step: StepProgress, actions: &[Progress], now: i64) -> Decision {
    decide(shape, step, actions, &BTreeSet::new(), at(now))
}

#[test]
fn only_the_canary_is_begun_first() {
    let actions = vec![Progress::Pending; 3];
    assert_eq!(
        decide_at(&shape(), START, &actions, 0),
        Decision::Start(vec![Effect::Check(0)])
    );
}

#[test]
fn a_check_is_followed_by_the_intent_and_an_old_check_is_made_again() {
    let actions = [
        Progress::Checked {
            at: at(0),
            verdict: Verdict::Go,
        },
        Progress::Pending,
        Progress::Pending,
    ];
    let send = Effect::Send { index: 0, attempt: 1 };
    assert_eq!(
        decide_at(&shape(), START, &actions, 10),
        Decision::Start(vec![send])
    );
    assert_eq!(
        decide_at(&shape(), START, &actions, 301),
        Decision::Start(vec![Effect::Check(0)])
    );
}

#[test]
fn an_intent_without_an_answer_is_looked_up_after_the_settle_time_and_never_sent_before() {
    let actions = [
        Progress::Intended {
            attempt: 1,
            at: at(0),
        },
        Progress::Pending,
        Progress::Pending,
    ];
    assert_eq!(
        decide_at(&shape(), START, &actions, 10),
        Decision::WaitUntil(at(300))
    );
    let look = Effect::LookUp { index: 0, attempt: 1 };
    assert_eq!(
        decide_at(&shape(), START, &actions, 300),
        Decision::Start(vec![look])
    );
}

#[test]
fn a_busy_answer_is_resent_only_where_repeating_is_harmless() {
    let busy = Progress::Unanswered {
        attempt: 1,
        at: at(1),
        busy: Busy::Yes,
    };
    let actions = [busy, Progress::Pending, Progress::Pending];
    assert_eq!(
        decide_at(&shape(), START, &actions, 5),
        Decision::WaitUntil(at(301))
    );
    let harmless = Shape {
        repeat: Repeat::Harmless,
        ..shape()
    };
    let again = Effect::Send { index: 0, attempt: 2 };
    assert_eq!(
        decide_at(&harmless, START, &actions, 5),
        Decision::Start(vec![again])
    );
}

#[test]
fn a_look_up_that_sees_nothing_sends_again_up_to_the_limit() {
    let looked = |attempt| {
        let check = Some((at(400), Verdict::Go));
        [
            Progress::LookedUp {
                attempt,
                found: Found::No,
                check,
            },
            Progress::Pending,
            Progress::Pending,
        ]
    };
    let again = Effect::Send { index: 0, attempt: 2 };
    assert_eq!(
        decide_at(&shape(), START, &looked(1), 400),
        Decision::Start(vec![again])
    );
    let close = Effect::Close {
        index: 0,
        close: Close::InDoubt,
    };
    assert_eq!(
        decide_at(&shape(), START, &looked(3), 400),
        Decision::Start(vec![close])
    );
}

#[test]
fn what_is_sent_again_is_checked_again_first() {
    let after = |check| {
        let looked = Progress::LookedUp {
            attempt: 1,
            found: Found::No,
            check,
        };
        decide_at(
            &shape(),
            START,
            &[looked, Progress::Pending, Progress::Pending],
            400,
        )
    };
    let check = Decision::Start(vec![Effect::Check(0)]);
    assert_eq!(after(Some((at(0), Verdict::Go))), check);
    assert_eq!(after(None), check);
    for (verdict, close) in [
        (Verdict::Drifted, Close::Drifted),
        (Verdict::Skip, Close::Skipped),
    ] {
        let closed = Decision::Start(vec![Effect::Close { index: 0, close }]);
        assert_eq!(after(Some((at(390), verdict))), closed);
    }
}

#[test]
fn what_cannot_be_looked_up_stays_in_doubt() {
    let blind = Shape {
        seen: Seen::Not,
        waves: vec![1],
        ..shape()
    };
    let actions = [Progress::Intended {
        attempt: 1,
        at: at(0),
    }];
    let close = Effect::Close {
        index: 0,
        close: Close::InDoubt,
    };
    assert_eq!(
        decide_at(&blind, START, &actions, 0),
        Decision::Start(vec![close])
    );
}

#[test]
fn after_the_canary_the_hold_stands_until_it_is_released() {
    let actions = [ended(Bad::No), Progress::Pending, Progress::Pending];
    assert_eq!(decide_at(&shape(), START, &actions, 0), Decision::EndWave(1));
    let held = StepProgress {
        waves_ended: 1,
        released: false,
        ..START
    };
    assert_eq!(decide_at(&shape(), held, &actions, 0), Decision::Hold);
    let free = StepProgress {
        waves_ended: 1,
        released: true,
        ..START
    };
    // max_failures 0: one at a time.
    assert_eq!(
        decide_at(&shape(), free, &actions, 0),
        Decision::Start(vec![Effect::Check(1)])
    );
}

#[test]
fn a_single_wave_has_nothing_to_hold() {
    let one = Shape {
        waves: vec![1],
        ..shape()
    };
    let step = StepProgress {
        waves_ended: 1,
        released: false,
        ..START
    };
    assert_eq!(decide_at(&one, step, &[ended(Bad::No)], 0), Decision::Done);
}

#[test]
fn in_flight_are_never_more_than_the_threshold_bears_plus_one() {
    let wide = Shape {
        waves: vec![20],
        hold: Holds::Never,
        max_failures: 2,
        ..shape()
    };
    let actions = vec![Progress::Pending; 20];
    let Decision::Start(effects) = decide_at(&wide, START, &actions, 0) else {
        panic!("expected a start")
    };
    assert_eq!(effects.len(), 3);
    let all = decide(&wide, START, &actions, &BTreeSet::from([0, 1, 2]), at(0));
    assert_eq!(all, Decision::WaitForFlight);
}

#[test]
fn a_failure_that_is_only_about_to_be_recorded_counts_already() {
    let refused = Progress::Answered {
        at: at(0),
        accepted: Accepted::No,
    };
    let actions = [refused, Progress::Pending, Progress::Pending];
    let one = Shape {
        waves: vec![3],
        hold: Holds::Never,
        ..shape()
    };
    let close = Effect::Close {
        index: 0,
        close: Close::Failed,
    };
    assert_eq!(decide_at(&one, START, &actions, 0), Decision::Start(vec![close]));
}

#[test]
fn nothing_is_begun_on_top_of_intents_that_a_crash_left_open() {
    let open = |n: i64| Progress::Intended {
        attempt: 1,
        at: at(n),
    };
    let actions = [open(0), open(1), Progress::Pending, Progress::Pending];
    let shape = Shape {
        waves: vec![4],
        hold: Holds::Never,
        max_failures: 1,
        ..shape()
    };
    assert_eq!(
        decide_at(&shape, START, &actions, 10),
        Decision::WaitUntil(at(300))
    );
}

#[test]
fn what_was_checked_and_not_sent_is_held_back_by_a_stop() {
    let checked = Progress::Checked {
        at: at(0),
        verdict: Verdict::Go,
    };
    let actions = [ended(Bad::Yes), checked, Progress::Pending];
    let one = Shape {
        waves: vec![3],
        hold: Holds::Never,
        ..shape()
    };
    assert_eq!(decide_at(&one, START, &actions, 1), Decision::Stop);
}

#[test]
fn after_the_plans_time_what_was_begun_is_closed_and_nothing_is_sent() {
    let late = StepProgress {
        time: PlanTime::Over,
        ..START
    };
    let harmless = Shape {
        repeat: Repeat::Harmless,
        ..shape()
    };
    let checked = Progress::Checked {
        at: at(0),
        verdict: Verdict::Go,
    };
    let busy = Progress::Unanswered {
        attempt: 1,
        at: at(0),
        busy: Busy::Yes,
    };
    let look_up = Effect::LookUp { index: 0, attempt: 1 };
    let verify = Effect::Verify {
        index: 0,
        since: at(0),
    };
    let table = [
        (Progress::Pending, Decision::Expired),
        (checked, Decision::Expired),
        (
            Progress::LookedUp {
                attempt: 1,
                found: Found::No,
                check: None,
            },
            Decision::Expired,
        ),
        (busy, Decision::Start(vec![look_up])),
        (
            Progress::Answered {
                at: at(0),
                accepted: Accepted::Yes,
            },
            Decision::Start(vec![verify]),
        ),
    ];
    for (progress, decision) in table {
        let actions = [progress.clone(), Progress::Pending, Progress::Pending];
        assert_eq!(
            decide_at(&harmless, late, &actions, 300),
            decision,
            "{progress:?}"
        );
    }
    let all = [ended(Bad::No), ended(Bad::No), ended(Bad::No)];
    assert_eq!(decide_at(&shape(), late, &all, 0), Decision::EndWave(1));
}

#[test]
fn one_failure_too_many_stops_and_what_was_begun_is_brought_to_its_end() {
    let mut actions = vec![ended(Bad::Yes), Progress::Pending, Progress::Pending];
    let step = StepProgress {
        waves_ended: 1,
        released: true,
        ..START
    };
    assert_eq!(decide_at(&shape(), step, &actions, 0), Decision::Stop);
    actions[1] = Progress::Answered {
        at: at(0),
        accepted: Accepted::Yes,
    };
    let verify = Effect::Verify {
        index: 1,
        since: at(0),
    };
    assert_eq!(
        decide_at(&shape(), step, &actions, 0),
        Decision::Start(vec![verify])
    );
    actions[1] = Progress::Pending;
    let forgiven = Shape {
        forgiven: 1,
        ..shape()
    };
    assert_eq!(
        decide_at(&forgiven, step, &actions, 0),
        Decision::Start(vec![Effect::Check(1)])
    );
}

#[test]
fn every_walk_ends_whatever_the_world_answers() {
    // The world answers by a fixed pseudo-random rule; each decision must lead on to Done or Stop.
    for seed in 0..500u64 {
        let mut random = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut next = |n: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((random >> 33) % n).expect("a small number")
        };
        let shape = Shape {
            waves: vec![1, 4, 9],
            max_failures: next(4),
            ..shape()
        };
        let mut actions = vec![Progress::Pending; 9];
        let mut step = START;
        let mut now = 0;
        let mut turns = 0;
        loop {
            turns += 1;
            assert!(turns < 500, "seed {seed} does not end");
            match decide_at(&shape, step, &actions, now) {
                Decision::Done | Decision::Stop => break,
                Decision::Hold => step.released = true,
                Decision::EndWave(wave) => step.waves_ended = wave,
                Decision::WaitUntil(due) => now = (due.as_second() - 1_700_000_000).max(now),
                Decision::WaitForFlight | Decision::Expired => {
                    panic!("nothing is in flight, and time is left")
                }
                Decision::Start(effects) => {
                    for effect in effects {
                        perform(effect, &mut actions, now, &mut next);
                    }
                }
            }
        }
    }
}

fn perform(effect: Effect, actions: &mut [Progress], now: i64, next: &mut impl FnMut(u64) -> usize) {
    match effect {
        Effect::Check(index) => {
            let verdict = [Verdict::Go, Verdict::Go, Verdict::Skip, Verdict::Drifted][next(4)];
            actions[index] = match actions[index] {
                Progress::LookedUp { attempt, found, .. } => Progress::LookedUp {
                    attempt,
                    found,
                    check: Some((at(now), verdict)),
                },
                _ => Progress::Checked { at: at(now), verdict },
            };
        }
        Effect::Send { index, attempt } => {
            actions[index] = match next(4) {
                0 => Progress::Answered {
                    at: at(now),
                    accepted: Accepted::Yes,
                },
                1 => Progress::Answered {
                    at: at(now),
                    accepted: Accepted::No,
                },
                2 => Progress::Intended { attempt, at: at(now) },
                _ => Progress::Unanswered {
                    attempt,
                    at: at(now),
                    busy: Busy::Yes,
                },
            }
        }
        Effect::LookUp { index, attempt } => {
            let found = [Found::Yes, Found::No][next(2)];
            actions[index] = Progress::LookedUp {
                attempt,
                found,
                check: None,
            };
        }
        Effect::Verify { index, .. } => actions[index] = ended([Bad::Yes, Bad::No][next(2)]),
        Effect::Close { index, close } => {
            let bad = matches!(close, Close::Failed | Close::InDoubt);
            actions[index] = ended(if bad { Bad::Yes } else { Bad::No });
        }
    }
}
