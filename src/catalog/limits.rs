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
    let retry_after = match workload {
        Workload::ConditionalAccess => RetryAfterHeader::Missing,
        Workload::IdentityRead
        | Workload::IdentityWrite
        | Workload::IdentityReports
        | Workload::SignInActivity
        | Workload::ServiceCommunications
        | Workload::Mailbox
        | Workload::UsageReports
        | Workload::IntuneRead
        | Workload::IntuneWrite
        | Workload::Other => RetryAfterHeader::Sent,
    };
    // Per app and mailbox; which mailbox a request goes to is not looked at, so four for all of them.
    let concurrent = (workload == Workload::Mailbox).then_some(4);
    Limit {
        windows: windows(workload),
        retry_after,
        concurrent,
    }
}

const fn per(count: u32, seconds: u64) -> Window {
    Window { count, seconds }
}

fn windows(workload: Workload) -> &'static [Window] {
    match workload {
        // 3,500 resource units per 10 s is the smallest tenant's share; larger tenants have 5,000 or 8,000.
        Workload::IdentityRead => const { &[per(3500, 10)] },
        Workload::IdentityWrite => const { &[per(3000, 150)] },
        Workload::IdentityReports => const { &[per(5, 10)] },
        Workload::SignInActivity => const { &[per(10, 60)] },
        // Shared by every app of the tenant.
        Workload::ConditionalAccess => const { &[per(1, 1)] },
        Workload::ServiceCommunications => const { &[per(240, 60), per(800, 3600)] },
        Workload::Mailbox => const { &[per(10_000, 600)] },
        Workload::UsageReports => const { &[per(14, 600)] },
        // https://learn.microsoft.com/graph/throttling-limits#intune-service-limits
        Workload::IntuneRead => const { &[per(2000, 20)] },
        Workload::IntuneWrite => const { &[per(200, 20)] },
        // 130,000 per 10 s for one app over all tenants: far above what one process sends.
        Workload::Other => const { &[per(130_000, 10)] },
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
