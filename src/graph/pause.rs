//! How long to wait before a read is sent again, and when to give up.
//!
//! Sleeps nowhere and rolls no dice: the present and the jitter are arguments. Changes never come here.

use std::time::Duration;

use jiff::SignedDuration;

use crate::value::Timestamp;

/// What the service said about waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// So long from now; seconds may have decimals (`2.128` is seen in
    /// <https://learn.microsoft.com/graph/throttling>).
    For(Duration),
    /// Until an instant of the service's clock.
    Until(Timestamp),
}

/// Longer waits than this are not believed and not waited for.
const LONGEST: Duration = Duration::from_secs(86_400);

impl RetryAfter {
    /// Reads the header: seconds, or an HTTP date (RFC 9110, section 10.2.3).
    pub fn parse(header: &str) -> Option<Self> {
        let header = header.trim();
        if header.starts_with(|c: char| c.is_ascii_digit()) && !header.contains(['e', 'E']) {
            let seconds: f64 = header.parse().ok()?;
            return Some(RetryAfter::For(
                Duration::try_from_secs_f64(seconds).ok()?.min(LONGEST),
            ));
        }
        http_date(header).map(RetryAfter::Until)
    }

    /// The wait from now on. `service` is the answer's own `Date`, so that a date is compared with the clock it
    /// was written by; without one it is compared with `now`.
    pub fn wait(self, service: Option<Timestamp>, now: Timestamp) -> Duration {
        match self {
            RetryAfter::For(wait) => wait,
            RetryAfter::Until(at) => Duration::try_from(at.duration_since(service.unwrap_or(now)))
                .unwrap_or_default()
                .min(LONGEST),
        }
    }
}

/// An HTTP date, as `Date` and `Retry-After` have it.
pub fn http_date(text: &str) -> Option<Timestamp> {
    let at = httpdate::parse_http_date(text.trim()).ok()?;
    Timestamp::try_from(at).ok()
}

/// Bounds of trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Tries in all, the first included.
    pub tries: u32,
    /// The first pause of the exponential back-off.
    pub first: Duration,
    /// No back-off is longer.
    pub longest: Duration,
    /// All pauses of one call together.
    pub budget: Duration,
}

impl Default for Patience {
    /// 3 s doubled up to 180 s, as Microsoft's own SDK does; the budget is ours.
    fn default() -> Self {
        Patience {
            tries: 8,
            first: Duration::from_secs(3),
            longest: Duration::from_secs(180),
            budget: Duration::from_secs(900),
        }
    }
}

/// The tries of one call.
#[derive(Clone, Debug)]
pub struct Tries {
    patience: Patience,
    made: u32,
    waited: Duration,
}

/// What comes after a try that gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again after this long.
    Again(Duration),
    /// The tries or the budget are used up.
    GiveUp {
        /// Tries made.
        tries: u32,
    },
}

impl Tries {
    /// A call that has not been tried.
    pub fn new(patience: Patience) -> Self {
        Tries {
            patience,
            made: 0,
            waited: Duration::ZERO,
        }
    }

    /// After a try without an answer. `asked` is what `Retry-After` asks for; `jitter` lies in 0..1 and shortens a
    /// back-off by up to half, but never what the service asked for.
    pub fn after_failure(&mut self, asked: Option<Duration>, jitter: f64) -> Next {
        self.made += 1;
        let pause = asked.unwrap_or_else(|| self.back_off(jitter));
        let waited = self.waited.saturating_add(pause);
        if self.made >= self.patience.tries || waited > self.patience.budget {
            return Next::GiveUp { tries: self.made };
        }
        self.waited = waited;
        Next::Again(pause)
    }

    fn back_off(&self, jitter: f64) -> Duration {
        let doublings = self.made.saturating_sub(1).min(16);
        let whole = self
            .patience
            .first
            .saturating_mul(1 << doublings)
            .min(self.patience.longest);
        whole.mul_f64(1.0 - 0.5 * jitter.clamp(0.0, 1.0))
    }
}

/// `at` later by `duration`.
pub fn later(at: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| at.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let date = RetryAfter::Until(at("2026-11-23T10:15:30Z"));
        let table = [
            ("10", Some(RetryAfter::For(Duration::from_secs(10)))),
            (" 2.128 ", Some(RetryAfter::For(Duration::from_millis(2128)))),
            ("0", Some(RetryAfter::For(Duration::ZERO))),
            ("999999999999", Some(RetryAfter::For(LONGEST))),
            ("Mon, 23 Nov 2026 10:15:30 GMT", Some(date)),
            ("Monday, 23-Nov-26 10:15:30 GMT", Some(date)),
            ("Mon Nov 23 10:15:30 2026", Some(date)),
            ("-3", None),
            ("1e300", None),
            ("soon", None),
            ("", None),
            ("NaN", None),
            ("inf", None),
        ];
        for (header, expected) in table {
            assert_eq!(RetryAfter::parse(header), expected, "`{header}`");
        }
    }

    #[test]
    fn a_date_is_compared_with_the_clock_that_wrote_it() {
        let header = RetryAfter::Until(at("2026-11-23T10:00:30Z"));
        let (service, wrong_local) = (at("2026-11-23T10:00:00Z"), at("2026-11-23T12:00:00Z"));
        assert_eq!(header.wait(Some(service), wrong_local), Duration::from_secs(30));
        assert_eq!(header.wait(None, wrong_local), Duration::ZERO);
    }

    #[test]
    fn back_off_doubles_up_to_its_cap_until_the_tries_are_used_up() {
        let patience = Patience {
            tries: 7,
            first: Duration::from_secs(3),
            longest: Duration::from_secs(20),
            budget: Duration::from_secs(1000),
        };
        let mut tries = Tries::new(patience);
        let pauses: Vec<Next> = (0..7).map(|_| tries.after_failure(None, 0.0)).collect();
        let again = |seconds| Next::Again(Duration::from_secs(seconds));
        let expected = [
            again(3),
            again(6),
            again(12),
            again(20),
            again(20),
            again(20),
            Next::GiveUp { tries: 7 },
        ];
        assert_eq!(pauses, expected);
    }

    #[test]
    fn a_wait_beyond_the_budget_is_not_begun() {
        let mut tries = Tries::new(Patience::default());
        assert_eq!(
            tries.after_failure(Some(Duration::from_secs(901)), 0.5),
            Next::GiveUp { tries: 1 }
        );
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_asked_and_all_waits_stay_within_the_budget(
            asked in proptest::collection::vec(proptest::option::of(0u64..400), 1..20),
            jitter in 0.0f64..1.0,
        ) {
            let patience = Patience::default();
            let mut tries = Tries::new(patience);
            let mut total = Duration::ZERO;
            for (made, seconds) in asked.into_iter().enumerate() {
                let asked = seconds.map(Duration::from_secs);
                match tries.after_failure(asked, jitter) {
                    Next::Again(pause) => {
                        prop_assert!(asked.is_none_or(|asked| pause >= asked));
                        prop_assert!(made + 1 < patience.tries as usize);
                        total += pause;
                    }
                    Next::GiveUp { .. } => break,
                }
            }
            prop_assert!(total <= patience.budget);
        }
    }
}
