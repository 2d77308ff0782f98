//! All actions of a step: where each is → what to start now, within wave, concurrency and threshold.
//!
//! Time is an argument. A function of its arguments alone: the same log decides the same.

use std::collections::BTreeSet;

use crate::engine::action::{Need, need};
use crate::engine::model::{Bad, Decision, Effect, Holds, Progress, Shape};
use crate::value::Timestamp;

/// What the log says of the step as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepProgress {
    /// Waves whose end is recorded.
    pub waves_ended: usize,
    /// The hold after the first wave was released.
    pub released: bool,
}

/// What comes next. `in_flight` are the actions (places in the list) whose effect is under way.
pub fn decide(
    shape: &Shape,
    step: StepProgress,
    actions: &[Progress],
    in_flight: &BTreeSet<usize>,
    now: Timestamp,
) -> Decision {
    let needs = || {
        actions
            .iter()
            .enumerate()
            .filter(|(index, _)| !in_flight.contains(index))
            .map(|(index, progress)| need(shape, index, progress, now))
    };
    // What was begun is always brought to its end, also when the step stops.
    let mut start: Vec<Effect> = needs().filter_map(go).collect();
    let bad = bad(actions).saturating_sub(shape.forgiven);
    let stopped = bad > shape.max_failures;
    if !stopped {
        start.extend(beginnings(shape, step, actions, in_flight, &start, bad, now));
    }
    if !start.is_empty() {
        return Decision::Start(start);
    }
    if let Some(due) = needs().filter_map(later).min() {
        return Decision::WaitUntil(due);
    }
    if !in_flight.is_empty() {
        return Decision::WaitForFlight;
    }
    if stopped {
        return Decision::Stop;
    }
    between_waves(shape, step, actions)
}

fn go(need: Need) -> Option<Effect> {
    match need {
        Need::Go(effect) => Some(effect),
        Need::Over | Need::Begin(_) | Need::Later(_) => None,
    }
}

fn later(need: Need) -> Option<Timestamp> {
    match need {
        Need::Later(due) => Some(due),
        Need::Over | Need::Begin(_) | Need::Go(_) => None,
    }
}

/// First steps of further actions of the wave, never more in flight than the threshold could still bear plus one.
fn beginnings(
    shape: &Shape,
    step: StepProgress,
    actions: &[Progress],
    in_flight: &BTreeSet<usize>,
    starting: &[Effect],
    bad: usize,
    now: Timestamp,
) -> Vec<Effect> {
    let Some(end) = open_wave_end(shape, step) else {
        return Vec::new();
    };
    let open = actions.iter().filter(|p| in_doubt(p)).count();
    let bearable = (shape.max_failures + 1).saturating_sub(bad + open);
    let busy = in_flight.len() + starting.iter().filter(|e| !matches!(e, Effect::Close { .. })).count();
    let room = shape.concurrency.min(bearable).saturating_sub(busy);
    actions[..end.min(actions.len())]
        .iter()
        .enumerate()
        .filter(|(index, _)| !in_flight.contains(index))
        .filter_map(|(index, progress)| match need(shape, index, progress, now) {
            Need::Begin(effect) => Some(effect),
            Need::Over | Need::Go(_) | Need::Later(_) => None,
        })
        .take(room)
        .collect()
}

/// Where the wave ends that may run now; none while a hold stands.
fn open_wave_end(shape: &Shape, step: StepProgress) -> Option<usize> {
    if held(shape, step) {
        return None;
    }
    shape.waves.get(step.waves_ended).copied()
}

fn held(shape: &Shape, step: StepProgress) -> bool {
    match shape.hold {
        Holds::Never => false,
        Holds::AfterCanary => step.waves_ended == 1 && shape.waves.len() > 1 && !step.released,
    }
}

/// Sent, and nobody can say yet: not bad, but nothing new may be begun on top of it.
fn in_doubt(progress: &Progress) -> bool {
    match progress {
        Progress::Unanswered { .. } | Progress::LookedUp { .. } => true,
        Progress::Pending
        | Progress::Checked { .. }
        | Progress::Intended { .. }
        | Progress::Answered { .. }
        | Progress::Ended { .. } => false,
    }
}

fn bad(actions: &[Progress]) -> usize {
    actions
        .iter()
        .filter(|p| matches!(p, Progress::Ended { bad: Bad::Yes }))
        .count()
}

fn between_waves(shape: &Shape, step: StepProgress, actions: &[Progress]) -> Decision {
    match shape.waves.get(step.waves_ended) {
        None => Decision::Done,
        Some(_) if held(shape, step) => Decision::Hold,
        Some(end) => {
            debug_assert!(
                actions[..*end].iter().all(|p| matches!(p, Progress::Ended { .. })),
                "nothing to start, nothing to wait for: the wave is over"
            );
            Decision::EndWave(step.waves_ended + 1)
        }
    }
}

#[cfg(test)]
mod tests;
