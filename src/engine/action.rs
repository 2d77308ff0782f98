//! One action: where it is → what it needs next.
//!
//! Knows nothing of other actions, waves or limits; `decide.rs` does.

use jiff::SignedDuration;

use crate::engine::model::{
    ATTEMPT_LIMIT, Accepted, Busy, CHECK_VALID, Checks, Close, Effect, Found, PlanTime, Progress, Repeat,
    Seen, Shape, Verdict,
};
use crate::value::Timestamp;

/// What an action needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing: it is over.
    Over,
    /// A first step (check or send), which the threshold and the wave may hold back.
    Begin(Effect),
    /// The next step of something begun, which nothing holds back.
    Go(Effect),
    /// Nothing before then.
    Later(Timestamp),
}

pub(super) fn need(shape: &Shape, time: PlanTime, index: usize, progress: &Progress, now: Timestamp) -> Need {
    match progress {
        Progress::Ended { .. } => Need::Over,
        Progress::Pending => match shape.check {
            Checks::BeforeSending => Need::Begin(Effect::Check(index)),
            Checks::Nothing => Need::Begin(Effect::Send { index, attempt: 1 }),
        },
        Progress::Checked { at, verdict } => checked(index, *at, *verdict, now),
        Progress::Intended { attempt, at } => look_up(shape, index, *attempt, *at, now),
        Progress::Answered { at, accepted } => answered(shape, index, *at, *accepted),
        Progress::Unanswered { attempt, at, busy } => match (busy, shape.repeat, time) {
            (Busy::Yes, Repeat::Harmless, PlanTime::Open) if *attempt < ATTEMPT_LIMIT => {
                after(*at, back_off(*attempt), now, again(index, *attempt))
            }
            (
                Busy::Yes | Busy::No,
                Repeat::Harmless | Repeat::LookUpFirst,
                PlanTime::Open | PlanTime::Over,
            ) => look_up(shape, index, *attempt, *at, now),
        },
        Progress::LookedUp {
            attempt,
            found,
            check,
        } => match (found, time) {
            (Found::Yes, PlanTime::Open | PlanTime::Over) => close(index, Close::Verified),
            (Found::No, PlanTime::Open | PlanTime::Over) if *attempt >= ATTEMPT_LIMIT => {
                close(index, Close::InDoubt)
            }
            (Found::No, PlanTime::Open) => once_more(shape, index, *attempt, *check, now),
            (Found::No, PlanTime::Over) => Need::Begin(again(index, *attempt)),
        },
    }
}

/// The first attempt did nothing, and time has passed: its check does not speak for the next one.
fn once_more(
    shape: &Shape,
    index: usize,
    attempt: u32,
    check: Option<(Timestamp, Verdict)>,
    now: Timestamp,
) -> Need {
    match (shape.check, check) {
        (Checks::Nothing, _) => Need::Go(again(index, attempt)),
        (Checks::BeforeSending, Some((at, verdict))) if now <= add(at, CHECK_VALID) => match verdict {
            Verdict::Go => Need::Go(again(index, attempt)),
            Verdict::Skip => close(index, Close::Skipped),
            Verdict::Drifted => close(index, Close::Drifted),
        },
        (Checks::BeforeSending, Some(_) | None) => Need::Go(Effect::Check(index)),
    }
}

fn again(index: usize, attempt: u32) -> Effect {
    Effect::Send {
        index,
        attempt: attempt + 1,
    }
}

fn checked(index: usize, at: Timestamp, verdict: Verdict, now: Timestamp) -> Need {
    match verdict {
        Verdict::Skip => close(index, Close::Skipped),
        Verdict::Drifted => close(index, Close::Drifted),
        Verdict::Go if now > add(at, CHECK_VALID) => Need::Begin(Effect::Check(index)),
        Verdict::Go => Need::Begin(Effect::Send { index, attempt: 1 }),
    }
}

fn answered(shape: &Shape, index: usize, at: Timestamp, accepted: Accepted) -> Need {
    match (accepted, shape.seen) {
        (Accepted::No, Seen::ByVerify | Seen::Not) => close(index, Close::Failed),
        (Accepted::Yes, Seen::ByVerify) => Need::Go(Effect::Verify { index, since: at }),
        (Accepted::Yes, Seen::Not) => close(index, Close::Changed),
    }
}

/// Counted from the last moment at which the request may have reached the service, as far as the log tells.
fn look_up(shape: &Shape, index: usize, attempt: u32, last: Timestamp, now: Timestamp) -> Need {
    match shape.seen {
        Seen::Not => close(index, Close::InDoubt),
        Seen::ByVerify => after(last, shape.settle, now, Effect::LookUp { index, attempt }),
    }
}

fn after(from: Timestamp, wait: std::time::Duration, now: Timestamp, effect: Effect) -> Need {
    let due = add(from, wait);
    if now >= due {
        Need::Go(effect)
    } else {
        Need::Later(due)
    }
}

/// 2, 4, 8 … seconds, at most two minutes.
fn back_off(attempt: u32) -> std::time::Duration {
    std::time::Duration::from_secs(2u64.saturating_pow(attempt).min(120))
}

fn add(at: Timestamp, duration: std::time::Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| at.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

fn close(index: usize, close: Close) -> Need {
    Need::Go(Effect::Close { index, close })
}
