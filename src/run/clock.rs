//! The three clocks behind the [`Clock`] port: real time, real time at a factor, and time that jumps.
//!
//! The only file of this room that reads the machine's clock. Decides nothing: which clock a command gets is
//! the configuration's business (an accelerated one only for a sandbox).

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use crate::run::ports::{Clock, Pending};
use crate::value::Timestamp;

/// How much real time a [`JumpClock`] lets pass in a sleep, so that work under way can go on.
const YIELD: Duration = Duration::from_millis(5);

/// A clock that also says what it showed, or will show, at a moment of real time: the sandbox dates files
/// that another process wrote.
pub trait SimulatedClock: Clock {
    /// What this clock shows at the real instant.
    fn at(&self, real: SystemTime) -> Timestamp;
}

/// Real time.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock port")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl SimulatedClock for SystemClock {
    fn at(&self, real: SystemTime) -> Timestamp {
        Timestamp::try_from(real).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// Real time at a factor: `now` is `start + (real − since) × factor`. Any process that knows the three numbers
/// sees the same time.
#[derive(Clone, Copy, Debug)]
pub struct FactorClock {
    start: Timestamp,
    since: Timestamp,
    factor: f64,
}

impl FactorClock {
    /// `start` was shown at the real instant `since`; a factor that is not above 0 counts as 1.
    pub fn new(start: Timestamp, since: Timestamp, factor: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 {
            factor
        } else {
            1.0
        };
        FactorClock { start, since, factor }
    }

    /// `start` is shown now.
    pub fn starting_now(start: Timestamp, factor: f64) -> Self {
        FactorClock::new(start, SystemClock.now(), factor)
    }

    /// What was shown at [`FactorClock::since`].
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The real instant at which [`FactorClock::start`] was shown.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// How many seconds pass here in a real one.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    fn shown_at(&self, real: Timestamp) -> Timestamp {
        let seconds = real.duration_since(self.since).as_secs_f64() * self.factor;
        moved(self.start, seconds)
    }
}

impl Clock for FactorClock {
    fn now(&self) -> Timestamp {
        self.shown_at(SystemClock.now())
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        let real = Duration::try_from_secs_f64(duration.as_secs_f64() / self.factor);
        Box::pin(tokio::time::sleep(real.unwrap_or(Duration::MAX)))
    }
}

impl SimulatedClock for FactorClock {
    fn at(&self, real: SystemTime) -> Timestamp {
        self.shown_at(SystemClock.at(real))
    }
}

/// `instant` plus seconds, held within what a timestamp can say.
fn moved(instant: Timestamp, seconds: f64) -> Timestamp {
    let span = jiff::SignedDuration::try_from_secs_f64(seconds).unwrap_or(jiff::SignedDuration::MAX);
    instant.saturating_add(span).unwrap_or(instant)
}

/// Real time from a start instant, except that a sleep does not wait: it moves the clock to its end.
/// For a rehearsal in one process. Sleeps that overlap do not add up.
#[derive(Debug)]
pub struct JumpClock {
    start: Timestamp,
    began: Instant,
    began_real: SystemTime,
    /// Each jump: the real time since the beginning, and the offset from then on.
    jumps: Mutex<Vec<(Duration, Duration)>>,
}

impl JumpClock {
    /// Shows `start` now.
    pub fn new(start: Timestamp) -> Self {
        JumpClock {
            start,
            began: Instant::now(),
            began_real: SystemTime::now(),
            jumps: Mutex::new(Vec::new()),
        }
    }

    /// Moves the clock forward to `instant`; never backward.
    pub fn advance_to(&self, instant: Timestamp) {
        let mut jumps = self.jumps.lock().expect("no holder of this lock panics");
        let passed = self.began.elapsed();
        let offset = jumps.last().map_or(Duration::ZERO, |jump| jump.1);
        let missing = instant.duration_since(shown(self.start, passed + offset));
        if let Ok(missing) = Duration::try_from(missing)
            && !missing.is_zero()
        {
            jumps.push((passed, offset + missing));
        }
    }

    fn shown_after(&self, passed: Duration) -> Timestamp {
        let jumps = self.jumps.lock().expect("no holder of this lock panics");
        let offset = jumps
            .iter()
            .rev()
            .find(|jump| jump.0 <= passed)
            .map_or(Duration::ZERO, |jump| jump.1);
        shown(self.start, passed + offset)
    }
}

fn shown(start: Timestamp, passed: Duration) -> Timestamp {
    start.saturating_add(passed).unwrap_or(start)
}

impl Clock for JumpClock {
    fn now(&self) -> Timestamp {
        self.shown_after(self.began.elapsed())
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        Box::pin(async move {
            let target = shown(self.now(), duration);
            tokio::time::sleep(duration.min(YIELD)).await;
            self.advance_to(target);
        })
    }
}

impl SimulatedClock for JumpClock {
    fn at(&self, real: SystemTime) -> Timestamp {
        match real.duration_since(self.began_real) {
            Ok(passed) => self.shown_after(passed),
            Err(before) => self.start.saturating_sub(before.duration()).unwrap_or(self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn a_factor_clock_multiplies_what_has_passed_since() {
        let clock = FactorClock::new(
            instant("2026-03-24T08:00:00Z"),
            instant("2026-11-25T10:00:00Z"),
            60.0,
        );
        assert_eq!(
            clock.shown_at(instant("2026-11-25T10:01:30Z")),
            instant("2026-03-24T09:30:00Z")
        );
        assert_eq!(
            clock.shown_at(instant("2026-11-25T09:59:59Z")),
            instant("2026-03-24T07:59:00Z")
        );
    }

    #[test]
    fn two_processes_with_the_same_numbers_see_the_same_time() {
        let one = FactorClock::starting_now(instant("2026-03-24T08:00:00Z"), 60.0);
        let two = FactorClock::new(one.start(), one.since(), one.factor());
        let real = SystemTime::now();
        assert_eq!(one.at(real), two.at(real));
    }

    #[test]
    fn a_factor_of_nothing_counts_as_real_time() {
        assert!((FactorClock::starting_now(Timestamp::UNIX_EPOCH, 0.0).factor() - 1.0).abs() < f64::EPSILON);
    }

    #[tokio::test]
    async fn a_sleep_moves_a_jump_clock_at_least_to_its_end() {
        let start = instant("2026-03-24T08:00:00Z");
        let clock = JumpClock::new(start);
        clock.sleep(Duration::from_secs(15 * 60)).await;
        assert!(clock.now() >= instant("2026-03-24T08:15:00Z"));
    }

    #[tokio::test]
    async fn sleeps_that_overlap_do_not_add_up() {
        let clock = JumpClock::new(instant("2026-03-24T08:00:00Z"));
        let hour = Duration::from_secs(3600);
        tokio::join!(clock.sleep(hour), clock.sleep(hour), clock.sleep(hour));
        assert!(clock.now() >= instant("2026-03-24T09:00:00Z"));
        assert!(clock.now() < instant("2026-03-24T10:00:00Z"));
    }

    #[test]
    fn a_jump_clock_goes_forward_only_and_remembers_what_it_showed() {
        let clock = JumpClock::new(instant("2026-03-24T08:00:00Z"));
        let before = SystemTime::now();
        let shown_before = clock.at(before);
        clock.advance_to(instant("2026-03-25T08:00:00Z"));
        clock.advance_to(instant("2026-03-24T09:00:00Z"));
        assert!(clock.now() >= instant("2026-03-25T08:00:00Z"));
        assert!(clock.at(before) <= shown_before.max(instant("2026-03-24T08:01:00Z")));
    }
}
