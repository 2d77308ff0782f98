//! Ctrl-C during an apply: the log is sealed, and the run can go on.

use std::time::{Duration, Instant};

use crate::bench::{Bench, records};

/// Waits until a run's log has so many records.
fn wait_for(bench: &Bench, wanted: usize) -> String {
    let started = Instant::now();
    loop {
        if let Some(run) = bench.runs().pop()
            && records(&bench.log(&run)).len() >= wanted
        {
            return run;
        }
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "the run does not come so far"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn an_interrupted_run_is_intact_to_its_checkpoint_and_goes_on() {
    // Answers come after a minute, so that something is in flight.
    let late = "faults:\n  - {on: 'POST /users/{id}/revokeSignInSessions', nth: 2, times: 5, kind: delay, delay: 60s}\n";
    let bench = Bench::with(|text| text + late, "100x");
    bench.approved("a.plan");
    let applying = bench.start(&["apply", "a.plan"]);
    let run = wait_for(&bench, 11);
    applying.interrupt();
    let said = applying.finish().expect(130);
    assert!(said.out.contains("interrupted"), "{}", said.out);
    let last = records(&bench.log(&run)).pop().unwrap();
    assert_eq!(last["type"], "run.left");
    assert_eq!(last["exit"], 130);
    let audited = bench.run(&["audit", "verify"]).expect(0);
    assert!(
        audited.out.contains("not ended, intact to its checkpoint"),
        "{}",
        audited.out
    );
    let status = bench.run(&["status"]).expect(0);
    assert!(status.out.contains("left with 130"), "{}", status.out);

    let resumed = bench.run(&["resume", &run]).expect(0);
    assert!(resumed.out.contains("verified        6"), "{}", resumed.out);
    bench.expect_each_revoked_once();
    let audited = bench.run(&["audit", "verify"]).expect(0);
    assert!(
        audited.out.contains(&format!("run {run}: sealed")),
        "{}",
        audited.out
    );
}
