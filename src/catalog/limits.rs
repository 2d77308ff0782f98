//! The documented limits, one table. Source of all numbers unless said:
//! <https://learn.microsoft.com/graph/throttling-limits> (as of 2026-02-06).
//!
//! Counts nothing: [`crate::graph::throttle`] does.

use std::time::Duration;

use crate::catalog::Workload;

/// The limit of one workload for one app in one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// All of them hold at once.
    pub windows: &'static [Window],
    /// Whether a 429 says how long to wait.
    pub retry_after: RetryAfterHeader,
    /// Requests in flight at once at most, where documented.
    pub concurrent: Option<usize>,
}

/// At most so many in any span of so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Requests, or resource units for directory reads.
    pub count: u32,
    /// The span.
    pub seconds: u64,
}

/// Whether a 429 carries `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfterHeader {
    /// Documented to be there.
    Sent,
    /// Documented to be missing: only backing off helps.
    Missing,
}

impl Limit {
    /// The least time that `requests` requests take at the documented rate.
    pub fn shortest(&self, requests: usize) -> Duration {
        let seconds = self
            .windows
            .iter()
            .map(|window| (requests as u64 * window.seconds).div_ceil(u64::from(window.count)))
            .max();
        Duration::from_secs(seconds.unwrap_or(0))
    }
}

/// The documented limit of a workload.
pub fn limit(workload: Workload) -> Limit {
    let (windows, retry_after): (&'static [Window], RetryAfterHeader) = match workload {
        // 3,500 resource units per 10 s is the smallest tenant's share; larger tenants have 5,000 or 8,000.
        Workload::IdentityRead => (
            &[Window {
                count: 3500,
                seconds: 10,
            }],
            RetryAfterHeader::Sent,
        ),
        Workload::IdentityWrite => (
            &[Window {
                count: 3000,
                seconds: 150,
            }],
            RetryAfterHeader::Sent,
        ),
        Workload::IdentityReports => (
            &[Window {
                count: 5,
                seconds: 10,
            }],
            RetryAfterHeader::Sent,
        ),
        Workload::SignInActivity => (
            &[Window {
                count: 10,
                seconds: 60,
            }],
            RetryAfterHeader::Sent,
        ),
        // Shared by every app of the tenant.
        Workload::ConditionalAccess => (&[Window { count: 1, seconds: 1 }], RetryAfterHeader::Missing),
        Workload::ServiceCommunications => (
            &[
                Window {
                    count: 240,
                    seconds: 60,
                },
                Window {
                    count: 800,
                    seconds: 3600,
                },
            ],
            RetryAfterHeader::Sent,
        ),
        Workload::Mailbox => (
            &[Window {
                count: 10_000,
                seconds: 600,
            }],
            RetryAfterHeader::Sent,
        ),
        Workload::UsageReports => (
            &[Window {
                count: 14,
                seconds: 600,
            }],
            RetryAfterHeader::Sent,
        ),
        // https://learn.microsoft.com/graph/throttling-limits#intune-service-limits
        Workload::IntuneRead => (
            &[Window {
                count: 2000,
                seconds: 20,
            }],
            RetryAfterHeader::Sent,
        ),
        Workload::IntuneWrite => (
            &[Window {
                count: 200,
                seconds: 20,
            }],
            RetryAfterHeader::Sent,
        ),
        // 130,000 per 10 s for one app over all tenants: far above what one process sends.
        Workload::Other => (
            &[Window {
                count: 130_000,
                seconds: 10,
            }],
            RetryAfterHeader::Sent,
        ),
    };
    let concurrent = match workload {
        // Per app and mailbox; which mailbox a request goes to is not looked at, so four for all of them.
        Workload::Mailbox => Some(4),
        Workload::IdentityRead
        | Workload::IdentityWrite
        | Workload::IdentityReports
        | Workload::SignInActivity
        | Workload::ConditionalAccess
        | Workload::ServiceCommunications
        | Workload::UsageReports
        | Workload::IntuneRead
        | Workload::IntuneWrite
        | Workload::Other => None,
    };
    Limit {
        windows,
        retry_after,
        concurrent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_revocations_take_at_least_five_hundred_seconds() {
        assert_eq!(
            limit(Workload::IdentityWrite).shortest(10_000),
            Duration::from_secs(500)
        );
    }

    #[test]
    fn the_tighter_of_two_windows_counts() {
        // 1,600 calls are two hours' worth of 800 an hour, though 240 a minute would allow seven minutes.
        assert_eq!(
            limit(Workload::ServiceCommunications).shortest(1600),
            Duration::from_secs(7200)
        );
    }

    #[test]
    fn nothing_takes_no_time() {
        assert_eq!(limit(Workload::IdentityReports).shortest(0), Duration::ZERO);
    }
}
