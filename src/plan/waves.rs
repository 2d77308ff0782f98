//! Portions of targets → cumulative wave ends; the failure threshold as a number.
//!
//! Decides nothing about who is in which wave: that is list order.

use crate::playbook::model::Portion;

/// Cumulative ends of the waves over `targets`; percent rounded up; the last wave always takes the rest.
///
/// Empty portions and waves without a target of their own disappear, so that every wave does something.
pub fn ends(portions: &[Portion], targets: usize) -> Vec<usize> {
    let mut ends: Vec<usize> = Vec::with_capacity(portions.len() + 1);
    for portion in portions {
        let end = match portion {
            Portion::Count(count) => *count,
            Portion::Percent(percent) => (targets * *percent as usize).div_ceil(100),
        };
        push(&mut ends, end.min(targets));
    }
    push(&mut ends, targets);
    ends
}

fn push(ends: &mut Vec<usize>, end: usize) {
    if end > ends.last().copied().unwrap_or(0) {
        ends.push(end);
    }
}

/// The wave, from 1, that the target at `position` (from 0) is in.
pub fn wave_of(ends: &[usize], position: usize) -> usize {
    ends.iter()
        .position(|end| position < *end)
        .map_or(ends.len().max(1), |wave| wave + 1)
}

/// How many failures over `targets` are borne; percent rounded down.
pub fn threshold(portion: Portion, targets: usize) -> usize {
    match portion {
        Portion::Count(count) => count,
        Portion::Percent(percent) => targets * percent as usize / 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Portion::{Count, Percent};

    #[test]
    fn waves_are_cumulative_and_percent_is_rounded_up() {
        let portions = [Count(1), Count(10), Percent(50), Percent(100)];
        assert_eq!(ends(&portions, 25), [1, 10, 13, 25]);
        assert_eq!(ends(&portions, 4), [1, 4]);
        assert_eq!(ends(&portions, 1), [1]);
        assert_eq!(ends(&portions, 0), Vec::<usize>::new());
        assert_eq!(ends(&[], 7), [7]);
        assert_eq!(ends(&[Count(2)], 7), [2, 7]);
        assert_eq!(ends(&[Percent(1)], 7), [1, 7]);
    }

    #[test]
    fn a_position_falls_into_the_first_wave_that_reaches_it() {
        let ends = [1, 4, 9];
        assert_eq!(
            (0..9).map(|p| wave_of(&ends, p)).collect::<Vec<_>>(),
            [1, 2, 2, 2, 3, 3, 3, 3, 3]
        );
    }

    #[test]
    fn a_threshold_in_percent_is_rounded_down() {
        assert_eq!(threshold(Percent(2), 49), 0);
        assert_eq!(threshold(Percent(2), 50), 1);
        assert_eq!(threshold(Count(3), 1), 3);
    }
}
