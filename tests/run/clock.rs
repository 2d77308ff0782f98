//! Purely virtual time: a sleep ends at once, and the clock then shows its end. Sleeps that overlap do not add up.
//!
//! Needs a runtime of one thread, where whoever can go on does so before the earliest sleeper moves the clock.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use redress::run::ports::{Clock, Pending};
use redress::value::Timestamp;

/// So often everybody else may run before time moves.
const TURNS: usize = 12;

pub struct VirtualClock {
    inner: Mutex<Inner>,
}

struct Inner {
    now: Timestamp,
    next: u64,
    sleepers: BTreeSet<(Timestamp, u64)>,
}

impl VirtualClock {
    pub fn new(now: Timestamp) -> Self {
        VirtualClock {
            inner: Mutex::new(Inner {
                now,
                next: 0,
                sleepers: BTreeSet::new(),
            }),
        }
    }

    /// Moves the clock while nobody sleeps.
    pub fn advance_to(&self, instant: Timestamp) {
        let mut inner = self.inner.lock().unwrap();
        inner.now = inner.now.max(instant);
    }
}

/// A sleeper, gone from the list when it is dropped.
struct Sleeper<'a> {
    clock: &'a VirtualClock,
    key: (Timestamp, u64),
}

impl Sleeper<'_> {
    /// Whether its time has come; the earliest sleeper makes it come.
    fn is_over(&self, may_move: Move) -> bool {
        let mut inner = self.clock.inner.lock().unwrap();
        if may_move == Move::Yes && inner.sleepers.first() == Some(&self.key) {
            inner.now = inner.now.max(self.key.0);
        }
        inner.now >= self.key.0
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Move {
    Yes,
    No,
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.clock.inner.lock().unwrap().sleepers.remove(&self.key);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.inner.lock().unwrap().now
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        Box::pin(async move {
            let sleeper = {
                let mut inner = self.inner.lock().unwrap();
                let key = (inner.now.saturating_add(duration).unwrap(), inner.next);
                inner.next += 1;
                inner.sleepers.insert(key);
                Sleeper { clock: self, key }
            };
            loop {
                for _ in 0..TURNS {
                    if sleeper.is_over(Move::No) {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
                if sleeper.is_over(Move::Yes) {
                    return;
                }
            }
        })
    }
}

#[tokio::test]
async fn sleeps_that_overlap_end_in_order_and_do_not_add_up() {
    let start: Timestamp = "2026-03-24T08:00:00Z".parse().unwrap();
    let clock = VirtualClock::new(start);
    let seen = Mutex::new(Vec::new());
    let sleep = async |seconds| {
        clock.sleep(Duration::from_secs(seconds)).await;
        seen.lock()
            .unwrap()
            .push(clock.now().duration_since(start).as_secs());
    };
    tokio::join!(sleep(90), sleep(30), sleep(60));
    assert_eq!(*seen.lock().unwrap(), [30, 60, 90]);
}
