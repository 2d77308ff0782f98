//! The lanes against a simulated clock.
//!
//! No test here waits: instants are computed.

use proptest::prelude::*;

use super::*;

const QUIET: Seen = Seen {
    pressure: Pressure::None,
    used: None,
};

fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn pushed(seconds: u64) -> Seen {
    Seen {
        pressure: Pressure::PushedBack(Duration::from_secs(seconds)),
        used: None,
    }
}

/// Sends `n` requests as early as allowed; the instants at which they went out.
fn send(throttle: &mut Throttle, workload: Workload, n: usize, mut now: Timestamp) -> Vec<Timestamp> {
    let mut sent = Vec::new();
    while sent.len() < n {
        match throttle.next(workload, 1, now) {
            Turn::Ready => sent.push(now),
            Turn::WaitUntil(at, _) => {
                assert!(at > now, "a wait must lie ahead");
                now = at;
            }
        }
    }
    sent
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

#[test]
fn sign_in_logs_get_five_requests_in_ten_seconds() {
    let sent = send(&mut Throttle::default(), Workload::IdentityReports, 11, start());
    let at: Vec<f64> = sent.iter().map(|t| seconds(start(), *t)).collect();
    assert_eq!(at, [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 10.0, 10.0, 10.0, 10.0, 20.0]);
}

#[test]
fn a_request_counts_from_its_answer_because_nobody_knows_when_it_arrived() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        assert_eq!(throttle.next(Workload::IdentityReports, 1, start()), Turn::Ready);
    }
    let answered = later(start(), Duration::from_secs(2));
    for _ in 0..4 {
        throttle.answered(Workload::IdentityReports, start(), answered);
    }
    let sent = send(&mut throttle, Workload::IdentityReports, 2, answered);
    let at: Vec<f64> = sent.iter().map(|t| seconds(start(), *t)).collect();
    assert_eq!(at, [10.0, 12.0]);
}

#[test]
fn both_windows_of_service_health_hold() {
    let sent = send(
        &mut Throttle::default(),
        Workload::ServiceCommunications,
        801,
        start(),
    );
    assert!((seconds(start(), sent[240]) - 60.0).abs() < f64::EPSILON);
    assert!((seconds(start(), sent[800]) - 3600.0).abs() < f64::EPSILON);
}

#[test]
fn a_push_back_closes_the_lane_for_everybody_and_no_other_lane() {
    let mut throttle = Throttle::default();
    assert_eq!(throttle.next(Workload::IdentityRead, 1, start()), Turn::Ready);
    throttle.seen(Workload::IdentityRead, pushed(30), start());
    throttle.seen(Workload::IdentityRead, pushed(10), start());
    let until = later(start(), Duration::from_secs(30));
    let waits = Turn::WaitUntil(until, Reason::Asked);
    assert_eq!(throttle.next(Workload::IdentityRead, 1, start()), waits);
    assert_eq!(throttle.next(Workload::IdentityReports, 1, start()), Turn::Ready);
    assert_eq!(throttle.next(Workload::IdentityRead, 1, until), Turn::Ready);
}

#[test]
fn a_push_back_halves_the_pace_and_quiet_windows_bring_it_back() {
    let mut throttle = Throttle::default();
    throttle.seen(Workload::IdentityReports, pushed(1), start());
    let narrowed = later(start(), Duration::from_secs(1));
    let sent = send(&mut throttle, Workload::IdentityReports, 3, narrowed);
    assert!(seconds(narrowed, sent[2]) >= 9.0, "two instead of five at first");
    let recovered = later(start(), Duration::from_secs(600));
    throttle.seen(Workload::IdentityReports, QUIET, recovered);
    let sent = send(&mut throttle, Workload::IdentityReports, 5, recovered);
    assert_eq!(sent[4], recovered);
}

#[test]
fn nearness_to_the_limit_lowers_the_pace_before_anything_is_refused() {
    let mut throttle = Throttle::default();
    let near = Seen {
        pressure: Pressure::None,
        used: Some(1.2),
    };
    throttle.seen(Workload::IdentityReports, near, start());
    let sent = send(&mut throttle, Workload::IdentityReports, 4, start());
    assert!(sent[3] > start(), "three instead of five");
}

#[test]
fn a_request_dearer_than_a_whole_window_still_goes_out() {
    let mut throttle = Throttle::default();
    assert_eq!(
        throttle.next(Workload::ConditionalAccess, 5, start()),
        Turn::Ready
    );
    assert!(matches!(
        throttle.next(Workload::ConditionalAccess, 5, start()),
        Turn::WaitUntil(..)
    ));
}

const WORKLOADS: [Workload; 5] = [
    Workload::IdentityReports,
    Workload::ConditionalAccess,
    Workload::ServiceCommunications,
    Workload::SignInActivity,
    Workload::UsageReports,
];

proptest! {
    #[test]
    fn no_window_ever_holds_more_than_its_limit(
        lane in 0usize..WORKLOADS.len(),
        steps in proptest::collection::vec((0u64..3000, 0u8..8), 1..200),
    ) {
        let workload = WORKLOADS[lane];
        let mut throttle = Throttle::default();
        let (mut now, mut sent) = (start(), Vec::new());
        for (milliseconds, what) in steps {
            now = later(now, Duration::from_millis(milliseconds));
            match what {
                0 => throttle.seen(workload, pushed(milliseconds / 200), now),
                1 => throttle.seen(workload, Seen { pressure: Pressure::None, used: Some(1.1) }, now),
                _ => if throttle.next(workload, 1, now) == Turn::Ready {
                    sent.push(now);
                }
            }
        }
        for window in limit(workload).windows {
            for (index, first) in sent.iter().enumerate() {
                let end = later(*first, Duration::from_secs(window.seconds));
                let within = sent[index..].iter().filter(|at| **at < end).count();
                prop_assert!(within <= window.count as usize);
            }
        }
    }
}
