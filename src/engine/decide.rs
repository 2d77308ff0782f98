//! All actions of a step: where each is → what to start now, within wave, concurrency and threshold.
//!
//! Time is an argument. A function of its arguments alone: the same log decides the same.

use std::collections::BTreeSet;

use crate::engine::action::{Need, need};
use crate::engine::model::{Bad, Close, Decision, Effect, Holds, PlanTime, Progress, Shape};
use crate::value::Timestamp;

/// What is true of the step as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepProgress {
    /// Waves whose end is recorded.
    pub waves_ended: usize,
    /// The hold after the first wave was released.
    pub released: bool,
    /// Whether the plan's time still allows beginning; the clock says it, not the log.
    pub time: PlanTime,
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
            .map(|(index, progress)| need(shape, step.time, index, progress, now))
    };
    // What was begun is always brought to its end, also when the step stops.
    let mut start: Vec<Effect> = needs().filter_map(go).collect();
    let bad = (bad(actions) + start.iter().filter(|e| ends_badly(e)).count()).saturating_sub(shape.forgiven);
    let stopped = bad > shape.max_failures;
    if !stopped {
        let waiting = needs().filter_map(later).count();
        let room = room(shape, bad + waiting, in_flight, &start);
        start.extend(beginnings(shape, step, needs()).take(room));
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
    if step.time == PlanTime::Over && needs().any(|need| need != Need::Over) {
        return Decision::Expired;
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

fn begin(need: Need) -> Option<Effect> {
    match need {
        Need::Begin(effect) => Some(effect),
        Need::Over | Need::Go(_) | Need::Later(_) => None,
    }
}

/// How many more may be begun: never more under way than the threshold could still bear plus one. `spent` are
/// those that went wrong, and those of which nobody can say yet.
fn room(shape: &Shape, spent: usize, in_flight: &BTreeSet<usize>, starting: &[Effect]) -> usize {
    let bearable = (shape.max_failures + 1).saturating_sub(spent);
    let busy = in_flight.len()
        + starting
            .iter()
            .filter(|e| !matches!(e, Effect::Close { .. }))
            .count();
    shape.concurrency.min(bearable).saturating_sub(busy)
}

/// First steps of further actions of the wave that is open.
fn beginnings(
    shape: &Shape,
    step: StepProgress,
    needs: impl Iterator<Item = Need>,
) -> impl Iterator<Item = Effect> {
    let end = open_wave_end(shape, step).unwrap_or(0);
    needs.filter_map(begin).filter(move |effect| place(effect) < end)
}

fn place(effect: &Effect) -> usize {
    match effect {
        Effect::Check(index)
        | Effect::Send { index, .. }
        | Effect::LookUp { index, .. }
        | Effect::Verify { index, .. }
        | Effect::Close { index, .. } => *index,
    }
}

/// Where the wave ends that may run now; none while a hold stands or after the plan's time.
fn open_wave_end(shape: &Shape, step: StepProgress) -> Option<usize> {
    if held(shape, step) || step.time == PlanTime::Over {
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

/// An outcome that counts against the threshold, about to be recorded.
fn ends_badly(effect: &Effect) -> bool {
    match effect {
        Effect::Close { close, .. } => match close {
            Close::Failed | Close::InDoubt => true,
            Close::Changed | Close::Verified | Close::Skipped | Close::Drifted => false,
        },
        Effect::Check(_) | Effect::Send { .. } | Effect::LookUp { .. } | Effect::Verify { .. } => false,
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
                actions[..*end]
                    .iter()
                    .all(|p| matches!(p, Progress::Ended { .. })),
                "nothing to start, nothing to wait for: the wave is over"
            );
            Decision::EndWave(step.waves_ended + 1)
        }
    }
}

#[cfg(test)]
mod tests;
