//! The documented limits, counted on the sandbox's clock.
//!
//! One app and one tenant: limits over several of them are left out. Numbers from
//! <https://learn.microsoft.com/graph/throttling-limits>.

use std::collections::VecDeque;
use std::time::Duration;

use crate::value::Timestamp;

/// Which limits a call counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// Identity and access: so many resource units; a change also counts as a write.
    Identity(u32),
    /// Identity and access reports.
    Reports,
    /// Conditional Access and identity protection.
    ConditionalAccess,
    /// Service health.
    ServiceHealth,
    /// Outlook and Exchange.
    Mailbox,
}

/// Why a call has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// Seconds; `None` where the service gives no such header.
    pub retry_after: Option<u64>,
    /// `x-ms-throttle-information`
    pub information: &'static str,
}

/// All windows of the tenant.
#[derive(Debug)]
pub struct Throttle {
    units: Window,
    writes: Window,
    reports: Window,
    conditional_access: Window,
    health_minute: Window,
    health_hour: Window,
    mailbox: Window,
}

impl Throttle {
    /// Nothing used yet, for a tenant of so many users.
    pub fn new(users: usize) -> Self {
        let units = match users {
            0..50 => 3500,
            50..=500 => 5000,
            _ => 8000,
        };
        let window = |limit, seconds| Window::new(limit, Duration::from_secs(seconds));
        Throttle {
            units: window(units, 10),
            writes: window(3000, 150),
            reports: window(5, 10),
            conditional_access: window(1, 1),
            health_minute: window(240, 60),
            health_hour: window(800, 3600),
            mailbox: window(10_000, 600),
        }
    }

    /// Counts a call, with its resource units and, for a change, one write. The share of the limit that is used
    /// up comes back. Refused calls count too.
    pub fn admit(
        &mut self,
        bucket: Bucket,
        units: u32,
        writes: u32,
        now: Timestamp,
    ) -> Result<f64, Throttled> {
        let told = |information| {
            move |wait: Duration| Throttled {
                retry_after: Some(whole_seconds(wait)),
                information,
            }
        };
        match bucket {
            Bucket::Identity(_) => {
                let units = self
                    .units
                    .take(units, now)
                    .map_err(told("ResourceUnitLimitExceeded"))?;
                let writes = match writes {
                    0 => 0.0,
                    count => self.writes.take(count, now).map_err(told("WriteLimitExceeded"))?,
                };
                Ok(units.max(writes))
            }
            Bucket::Reports => self
                .reports
                .take(1, now)
                .map_err(told("ResourceUnitLimitExceeded")),
            Bucket::ConditionalAccess => self.conditional_access.take(1, now).map_err(|_| Throttled {
                retry_after: None,
                information: "ResourceUnitLimitExceeded",
            }),
            Bucket::ServiceHealth => {
                let minute = self
                    .health_minute
                    .take(1, now)
                    .map_err(told("ResourceUnitLimitExceeded"))?;
                let hour = self
                    .health_hour
                    .take(1, now)
                    .map_err(told("ResourceUnitLimitExceeded"))?;
                Ok(minute.max(hour))
            }
            Bucket::Mailbox => self
                .mailbox
                .take(1, now)
                .map_err(told("ResourceUnitLimitExceeded")),
        }
    }
}

fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// What was used within the last so many seconds.
#[derive(Debug)]
struct Window {
    limit: u32,
    span: Duration,
    uses: VecDeque<(Timestamp, u32)>,
}

impl Window {
    fn new(limit: u32, span: Duration) -> Self {
        Window {
            limit,
            span,
            uses: VecDeque::new(),
        }
    }

    fn take(&mut self, amount: u32, now: Timestamp) -> Result<f64, Duration> {
        while self.uses.front().is_some_and(|(at, _)| self.end_of(*at) <= now) {
            self.uses.pop_front();
        }
        self.uses.push_back((now, amount));
        let mut total: u32 = self.uses.iter().map(|(_, amount)| amount).sum();
        if total <= self.limit {
            return Ok(f64::from(total) / f64::from(self.limit));
        }
        let mut free = now;
        for (at, used) in &self.uses {
            free = self.end_of(*at);
            total -= used;
            if total + amount.min(self.limit) <= self.limit {
                break;
            }
        }
        Err(Duration::try_from(free.duration_since(now)).unwrap_or_default())
    }

    fn end_of(&self, at: Timestamp) -> Timestamp {
        super::live::later(at, self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_774_000_000 + seconds).expect("an instant")
    }

    #[test]
    fn reports_take_five_calls_in_ten_seconds() {
        let mut throttle = Throttle::new(10);
        for _ in 0..5 {
            assert!(throttle.admit(Bucket::Reports, 1, 0, at(0)).is_ok());
        }
        let refused = throttle.admit(Bucket::Reports, 1, 0, at(4));
        assert_eq!(refused.map_err(|t| t.retry_after), Err(Some(6)));
        assert!(throttle.admit(Bucket::Reports, 1, 0, at(10)).is_ok());
    }

    #[test]
    fn conditional_access_takes_one_call_a_second_and_does_not_say_when() {
        let mut throttle = Throttle::new(10);
        assert!(throttle.admit(Bucket::ConditionalAccess, 1, 0, at(0)).is_ok());
        let refused = throttle.admit(Bucket::ConditionalAccess, 1, 0, at(0));
        assert_eq!(refused.map_err(|t| t.retry_after), Err(None));
        assert!(throttle.admit(Bucket::ConditionalAccess, 1, 0, at(1)).is_ok());
    }

    #[test]
    fn writes_have_a_limit_of_their_own() {
        let mut throttle = Throttle::new(1000);
        for second in 0..100 {
            for _ in 0..30 {
                assert!(throttle.admit(Bucket::Identity(1), 1, 1, at(second)).is_ok());
            }
        }
        let refused = throttle
            .admit(Bucket::Identity(1), 1, 1, at(100))
            .map_err(|t| t.information);
        assert_eq!(refused, Err("WriteLimitExceeded"));
        assert!(throttle.admit(Bucket::Identity(1), 1, 0, at(100)).is_ok());
    }

    #[test]
    fn whoever_waits_as_long_as_told_is_admitted() {
        let mut throttle = Throttle::new(10);
        let mut now = 0;
        for _ in 0..200 {
            if let Err(refused) = throttle.admit(Bucket::Reports, 1, 0, at(now)) {
                now += i64::try_from(refused.retry_after.expect("seconds")).expect("few");
                assert!(throttle.admit(Bucket::Reports, 1, 0, at(now)).is_ok());
            }
        }
    }
}
