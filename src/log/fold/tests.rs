//! Which records may follow which, and what they make.

use super::*;
use crate::log::chain::nothing;
use crate::log::model::{CheckVerdict, Outcome};
use crate::value::{LedgerId, TenantId};

fn started() -> RunEvent {
    RunEvent::RunStarted {
        plan: Digest::of(b"plan"),
        approvals: vec![Digest::of(b"approval")],
        signers: Digest::of(b"signers"),
        ledger: LedgerId::new("l"),
        ledger_head: Digest::of(b"head"),
        tenant: TenantId::new("t"),
        rehearsal: true,
        policy_by: "operator".to_owned(),
        service_date: None,
    }
}

fn action() -> ActionId {
    ActionId::new("revoke/u1/1")
}

fn intended(attempt: u32) -> RunEvent {
    RunEvent::ActionIntended {
        action: action(),
        attempt,
        client_request_id: format!("c{attempt}"),
        request: Digest::of(b"request"),
    }
}

fn answered(attempt: u32) -> RunEvent {
    RunEvent::ActionAnswered {
        action: action(),
        attempt,
        status: 200,
        code: None,
        request_id: None,
        service_date: None,
        details: Digest::of(b"body"),
    }
}

fn unanswered(attempt: u32) -> RunEvent {
    RunEvent::ActionUnanswered {
        action: action(),
        attempt,
        status: Some(503),
        details: Digest::of(b"busy"),
    }
}

fn looked_up(attempt: u32) -> RunEvent {
    RunEvent::ActionLookedUp {
        action: action(),
        attempt,
        found: false,
        details: Digest::of(b"read"),
    }
}

fn ended(target: &str, outcome: Outcome) -> RunEvent {
    RunEvent::ActionEnded {
        action: ActionId::new(format!("revoke/{target}/1")),
        outcome,
        details: None,
    }
}

fn try_fold(events: Vec<RunEvent>) -> Result<RunState, FoldError> {
    let records: Vec<Record<RunEvent>> = (0..)
        .zip(events)
        .map(|(seq, event)| Record {
            v: 1,
            seq,
            prev: nothing(),
            at: Timestamp::from_second(1_000 + i64::try_from(seq).unwrap()).unwrap(),
            run: None,
            event,
        })
        .collect();
    fold(&records)
}

#[test]
fn a_look_up_is_followed_by_a_further_attempt_and_its_answer() {
    let state = try_fold(vec![
        started(),
        RunEvent::ActionChecked {
            action: action(),
            verdict: CheckVerdict::Go,
            details: Digest::of(b"before"),
        },
        intended(1),
        unanswered(1),
        looked_up(1),
        intended(2),
        answered(2),
        ended("u1", Outcome::Verified),
    ])
    .unwrap();
    let action = &state.actions[&action()];
    assert_eq!(action.attempts.len(), 2);
    assert_eq!(
        action.attempts[0].looked_up.as_ref().map(|l| l.found),
        Some(false)
    );
    assert_eq!(action.attempts[1].intended_at.as_second(), 1_005);
    assert!(matches!(
        action.attempts[1].result,
        AttemptResult::Answered { status: 200, .. }
    ));
    assert_eq!(action.ended.as_ref().map(|e| e.outcome), Some(Outcome::Verified));
}

#[test]
fn a_script_that_is_looked_up_may_still_give_its_answer() {
    let state = try_fold(vec![started(), intended(1), unanswered(1), answered(1)]).unwrap();
    assert!(matches!(
        state.actions[&action()].attempts[0].result,
        AttemptResult::Answered { .. }
    ));
}

#[test]
fn a_signed_continuation_forgives_what_was_bad_before_it() {
    let mut events = vec![
        started(),
        ended("u1", Outcome::Failed),
        ended("u2", Outcome::Verified),
        ended("u3", Outcome::InDoubt),
        RunEvent::RunStopped {
            reason: "threshold".to_owned(),
            details: Digest::of(b"m"),
        },
        RunEvent::RunLeft { exit: 6 },
    ];
    let stopped = try_fold(events.clone()).unwrap();
    assert_eq!((stopped.forgiven().len(), stopped.left), (0, Some(6)));
    assert_eq!(stopped.stopped.map(|s| s.reason).as_deref(), Some("threshold"));
    let go_ahead = Digest::of(b"go");
    events.push(RunEvent::RunResumed { torn: None });
    events.push(RunEvent::RunContinued { go_ahead });
    events.push(ended("u4", Outcome::Unverified));
    let on = try_fold(events).unwrap();
    assert_eq!(
        (on.forgiven().len(), on.stopped.is_none(), on.left),
        (2, true, None)
    );
    assert_eq!(on.go_aheads, [go_ahead]);
}

#[test]
fn a_hold_opens_and_is_released_once() {
    let step = StepId::new("revoke");
    let released = || RunEvent::HoldReleased {
        step: step.clone(),
        go_ahead: None,
    };
    let opened = RunEvent::HoldOpened { step: step.clone() };
    let wave = RunEvent::WaveEnded {
        step: step.clone(),
        wave: 1,
    };
    let state = try_fold(vec![started(), wave, opened.clone(), released()]).unwrap();
    assert_eq!(state.steps[&step].waves_ended, 1);
    assert_eq!(state.steps[&step].hold, HoldState::Released { go_ahead: None });
    assert!(try_fold(vec![started(), released()]).is_err());
    assert!(try_fold(vec![started(), opened, released(), released()]).is_err());
}

#[test]
fn what_cannot_follow_is_refused_and_named() {
    let imported = RunEvent::BundleImported {
        action: action(),
        result: Digest::of(b"r"),
        statement: Digest::of(b"s"),
        details: Digest::of(b"d"),
    };
    let left = RunEvent::RunLeft { exit: 11 };
    let over = RunEvent::RunEnded {
        exit: 0,
        outcomes: std::collections::BTreeMap::new(),
    };
    let step = StepId::new("s");
    let cases = [
        ("first must start", vec![intended(1)]),
        ("starts once", vec![started(), started()]),
        ("answer without intent", vec![started(), answered(1)]),
        (
            "answer to another attempt",
            vec![started(), intended(1), answered(2)],
        ),
        (
            "second answer",
            vec![started(), intended(1), answered(1), answered(1)],
        ),
        ("attempt skipped", vec![started(), intended(2)]),
        (
            "attempt beside an open one",
            vec![started(), intended(1), intended(2)],
        ),
        (
            "after the outcome",
            vec![started(), ended("u1", Outcome::Failed), intended(1)],
        ),
        (
            "two outcomes",
            vec![
                started(),
                ended("u1", Outcome::Failed),
                ended("u1", Outcome::Changed),
            ],
        ),
        ("import without bundle", vec![started(), imported]),
        ("left, not resumed", vec![started(), left, intended(1)]),
        (
            "after the end",
            vec![started(), over, RunEvent::RunResumed { torn: None }],
        ),
        (
            "continued, never stopped",
            vec![started(), RunEvent::RunContinued { go_ahead: nothing() }],
        ),
        (
            "wave skipped",
            vec![
                started(),
                RunEvent::WaveEnded {
                    step: step.clone(),
                    wave: 2,
                },
            ],
        ),
        (
            "wait never began",
            vec![
                started(),
                RunEvent::WaitEnded {
                    step,
                    reached: true,
                    details: None,
                },
            ],
        ),
    ];
    for (name, events) in cases {
        let last = events.len() as u64 - 1;
        let error = try_fold(events).expect_err(name);
        assert_eq!(error.seq, last, "{name}: {error}");
    }
}

#[test]
fn bundles_scripts_reads_waits_and_outputs_are_found_again() {
    let read = ActionId::new("signins/-/1");
    let step = StepId::new("sheet");
    let digest = Digest::of(b"x");
    let state = try_fold(vec![
        started(),
        RunEvent::StepStarted { step: step.clone() },
        RunEvent::ReadFailed {
            read: read.clone(),
            details: digest,
        },
        RunEvent::BundleWritten {
            action: action(),
            manifest: digest,
        },
        RunEvent::BundleImported {
            action: action(),
            result: digest,
            statement: digest,
            details: digest,
        },
        RunEvent::ScriptStarted {
            action: action(),
            script: digest,
            parameters: digest,
        },
        RunEvent::OutputWritten {
            step: step.clone(),
            sha256: digest,
            bytes: 3,
            details: digest,
        },
        RunEvent::WaitStarted {
            step: step.clone(),
            until: Timestamp::UNIX_EPOCH,
        },
        RunEvent::WaitEnded {
            step: step.clone(),
            reached: false,
            details: Some(digest),
        },
    ])
    .unwrap();
    assert_eq!(state.reads[&read], ReadState::Failed { details: digest });
    assert!(state.bundles[&action()].imported.is_some());
    assert_eq!(state.scripts[&action()].len(), 1);
    let step = &state.steps[&step];
    assert_eq!(step.started_at.map(Timestamp::as_second), Some(1_001));
    assert_eq!(step.output.as_ref().map(|o| o.bytes), Some(3));
    let wait = step.wait.as_ref().and_then(|w| w.ended.as_ref());
    assert_eq!(wait.map(|w| w.reached), Some(false));
}
