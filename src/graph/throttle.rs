//! When the next request may go out: one lane a workload, each under its documented limits.
//!
//! A pure state machine: it neither waits nor sends. In any window no lane lets through more than the catalogue's
//! limit, however late or early it is asked. What the service says narrows a lane further: a 429 closes it until
//! its `Retry-After`, and halves its share; nearness to the limit (`x-ms-throttle-limit-percentage`, see
//! <https://learn.microsoft.com/graph/throttling>) lowers the share; quiet windows raise it again.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::catalog::{Limit, Workload, limit};
use crate::graph::pause::later;
use crate::value::Timestamp;

/// Whether a request may go out now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Send it; it is counted.
    Ready,
    /// Ask again then.
    WaitUntil(Timestamp, Reason),
}

/// Why a request has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It would go beyond the documented limit, or beyond what the service bears today.
    Pace,
    /// The service asked for a pause.
    Asked,
}

impl Reason {
    /// For people, after "waiting: ".
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Pace => "Microsoft's documented limit for this kind of request",
            Reason::Asked => "the service asked for a pause",
        }
    }
}

/// What an answer says about load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Throttled or not.
    pub pressure: Pressure,
    /// `x-ms-throttle-limit-percentage`: 1.0 is where throttling begins; sent from 0.8 on.
    pub used: Option<f64>,
}

/// Whether the service pushed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// An ordinary answer.
    None,
    /// 429, or 503 with a pause.
    PushedBack(Duration),
}

/// All lanes.
#[derive(Debug, Default)]
pub struct Throttle {
    lanes: BTreeMap<Workload, Lane>,
}

impl Throttle {
    /// Asks for a turn of a request that costs `units`.
    pub fn next(&mut self, workload: Workload, units: u32, now: Timestamp) -> Turn {
        self.lane(workload).next(units, now)
    }

    /// A request that went out at `sent` has been answered or given up: the service counted it at some moment in
    /// between, so from here on it counts as sent now.
    pub fn answered(&mut self, workload: Workload, sent: Timestamp, now: Timestamp) {
        self.lane(workload).answered(sent, now);
    }

    /// Takes in what an answer says.
    pub fn seen(&mut self, workload: Workload, seen: Seen, now: Timestamp) {
        self.lane(workload).seen(seen, now);
    }

    fn lane(&mut self, workload: Workload) -> &mut Lane {
        self.lanes
            .entry(workload)
            .or_insert_with(|| Lane::new(limit(workload)))
    }
}

/// A share of the limit is never less than this.
const LEAST_SHARE: f64 = 0.05;

#[derive(Debug)]
struct Lane {
    limit: Limit,
    /// What went out, oldest first, as far back as the longest window reaches.
    sent: VecDeque<(Timestamp, u32)>,
    closed_until: Option<Timestamp>,
    /// The part of each limit that is used, in 0.05..=1.
    share: f64,
    share_changed: Option<Timestamp>,
}

impl Lane {
    fn new(limit: Limit) -> Self {
        Lane {
            limit,
            sent: VecDeque::new(),
            closed_until: None,
            share: 1.0,
            share_changed: None,
        }
    }

    fn next(&mut self, units: u32, now: Timestamp) -> Turn {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Turn::WaitUntil(until, Reason::Asked);
        }
        self.closed_until = None;
        self.recover(now);
        self.forget(now);
        let free_at = self
            .limit
            .windows
            .iter()
            .filter_map(|window| self.free_at(units, window.count, Duration::from_secs(window.seconds)))
            .max();
        match free_at {
            Some(at) if at > now => Turn::WaitUntil(at, Reason::Pace),
            Some(_) | None => {
                self.sent.push_back((now, units));
                Turn::Ready
            }
        }
    }

    /// When a window has room for `units`; `None`: it has room now.
    fn free_at(&self, units: u32, count: u32, span: Duration) -> Option<Timestamp> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a u32 is one"
        )]
        let allowed = ((f64::from(count) * self.share) as u32).max(1);
        let mut used = units.min(allowed);
        for (at, cost) in self.sent.iter().rev() {
            used = used.saturating_add(*cost);
            if used > allowed {
                return Some(later(*at, span));
            }
        }
        None
    }

    fn answered(&mut self, sent: Timestamp, now: Timestamp) {
        // Entries stay in order of time: this one becomes the newest.
        if let Some(index) = self.sent.iter().rposition(|(at, _)| *at == sent)
            && let Some((_, units)) = self.sent.remove(index)
        {
            self.sent.push_back((now.max(sent), units));
        }
    }

    fn seen(&mut self, seen: Seen, now: Timestamp) {
        if let Pressure::PushedBack(pause) = seen.pressure {
            let until = later(now, pause);
            self.closed_until = Some(self.closed_until.map_or(until, |old| old.max(until)));
            self.narrow(self.share / 2.0, now);
        } else if let Some(used) = seen.used.filter(|used| used.is_finite() && *used >= 0.8) {
            // At 0.8 nothing changes; at 1.0 a fifth is taken off, at 1.8 the lane is nearly halved.
            self.narrow(self.share.min(0.8 / used), now);
        }
    }

    fn narrow(&mut self, share: f64, now: Timestamp) {
        self.share = share.max(LEAST_SHARE);
        self.share_changed = Some(now);
    }

    /// A tenth more for each longest window without push-back.
    fn recover(&mut self, now: Timestamp) {
        let Some(since) = self.share_changed else {
            return;
        };
        let mut due = later(since, self.longest());
        while due <= now && self.share < 1.0 {
            self.share = (self.share + 0.1).min(1.0);
            self.share_changed = Some(due);
            due = later(due, self.longest());
        }
        if self.share >= 1.0 {
            self.share_changed = None;
        }
    }

    fn forget(&mut self, now: Timestamp) {
        let longest = self.longest();
        while self
            .sent
            .front()
            .is_some_and(|(at, _)| later(*at, longest) <= now)
        {
            self.sent.pop_front();
        }
    }

    fn longest(&self) -> Duration {
        let seconds = self.limit.windows.iter().map(|window| window.seconds).max();
        Duration::from_secs(seconds.unwrap_or(1).max(1))
    }
}

#[cfg(test)]
mod tests;
