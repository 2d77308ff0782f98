//! The program is killed in the middle of an apply, at any moment, and `resume` brings the run to its end.
//!
//! Answers are late here, so that many moments lie between a call's effect and its answer. What counts is the
//! sandbox's own journal: one effective revocation a user.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::bench::{Bench, USERS, records};
use crate::process::Process;

/// Five minutes of settling in three seconds.
const CLOCK: &str = "100x";
/// More processes than this, and a run does not come to its end.
const PROCESSES: usize = 60;

/// When a process is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// As soon as the run's log has so many whole lines; with 0, as soon as the run has a folder.
    Records(usize),
    /// So many milliseconds after its start.
    Milliseconds(u64),
}

/// Revocations take effect at once and are answered after half a minute.
fn with_late_answers() -> Bench {
    let late = "faults:\n  - {on: 'POST /users/{id}/revokeSignInSessions', nth: 1, times: 100, kind: delay, delay: 30s}\n";
    Bench::with(|text| text + late, CLOCK)
}

/// Lines of a run's log that end.
fn lines(log: &Path) -> usize {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.matches('\n').count()
}

/// Kills the process at its moment, unless it ends before that.
fn kill_at(bench: &Bench, mut process: Process, moment: Moment) {
    match moment {
        Moment::Milliseconds(after) => std::thread::sleep(Duration::from_millis(after)),
        Moment::Records(wanted) => loop {
            let run = bench.runs().pop();
            let reached = run.is_some_and(|run| lines(&bench.log(&run)) >= wanted);
            if reached || process.has_ended() {
                break;
            }
            std::thread::sleep(Duration::from_micros(300));
        },
    }
    process.kill();
}

/// Starts the next process: the plan is applied until a run has begun, then that run is resumed.
fn next(bench: &Bench, never_began: &mut usize) -> Process {
    match bench.runs().get(*never_began) {
        Some(run) => bench.start(&["resume", run]),
        None => bench.start(&["apply", "a.plan"]),
    }
}

/// Goes on until the run has ended; gives how many processes that took. A folder without a use in the ledger is a
/// run that never began: the plan may be applied again.
fn go_on_until_ended(bench: &Bench, mut kills: impl Iterator<Item = Moment>) -> usize {
    let mut never_began = 0;
    for process in 1..=PROCESSES {
        let started = next(bench, &mut never_began);
        if let Some(moment) = kills.next() {
            kill_at(bench, started, moment);
            continue;
        }
        let said = started.finish();
        match said.code {
            0 => return process,
            8 if said.err.contains("the run never began") => never_began += 1,
            8 if said.err.contains("has ended") => return process,
            _ => panic!("exit {}: {}{}", said.code, said.out, said.err),
        }
    }
    panic!("{PROCESSES} processes did not end the run");
}

/// Nothing is lost, nothing was done twice, and the evidence verifies.
fn expect_whole(bench: &Bench, what: &str) {
    let once: BTreeMap<String, u64> = USERS.iter().map(|user| ((*user).to_owned(), 1)).collect();
    let revoked: BTreeMap<String, u64> = serde_json::from_value(bench.revocations()).unwrap();
    assert_eq!(revoked, once, "{what}");
    let run = bench.runs().pop().unwrap();
    let end = records(&bench.log(&run)).pop().unwrap();
    assert_eq!(end["type"], "run.ended", "{what}: {end}");
    assert_eq!(
        end["outcomes"],
        serde_json::json!({"verified": 6}),
        "{what}: {end}"
    );
    let audited = bench.run(&["audit", "verify"]);
    assert_eq!(audited.code, 0, "{what}: {}{}", audited.out, audited.err);
}

/// Kills, each in a tenant of its own, some at a time; gives how many processes each run took.
fn each(moments: &[Vec<Moment>], at_a_time: usize) -> Vec<usize> {
    let place = AtomicUsize::new(0);
    let mut taken: Vec<(usize, usize)> = Vec::new();
    std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            loop {
                let at = place.fetch_add(1, Ordering::Relaxed);
                let Some(kills) = moments.get(at) else { return mine };
                let bench = with_late_answers();
                bench.approved("a.plan");
                let processes = go_on_until_ended(&bench, kills.iter().copied());
                expect_whole(&bench, &format!("{kills:?}"));
                mine.push((at, processes));
            }
        };
        let workers: Vec<_> = (0..at_a_time).map(|_| scope.spawn(work)).collect();
        taken.extend(workers.into_iter().flat_map(|worker| worker.join().unwrap()));
    });
    taken.sort_unstable();
    taken.into_iter().map(|(_, processes)| processes).collect()
}

/// Pseudo-random numbers below `limit`, the same in each run of the tests.
fn numbers(seed: u64, limit: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        // The constants of Knuth's MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    })
}

#[test]
fn killed_after_its_folder_its_first_record_its_first_intent_and_amid_a_wave() {
    let moments: Vec<Vec<Moment>> = [0, 1, 4, 11, 22]
        .map(|records| vec![Moment::Records(records)])
        .to_vec();
    let processes = each(&moments, 5);
    assert!(processes.iter().all(|count| *count >= 2), "{processes:?}");
}

#[test]
fn killed_again_and_again_at_random_moments() {
    let kills: Vec<Moment> = numbers(7, 900).take(3).map(Moment::Milliseconds).collect();
    each(&[kills], 1);
}

/// Takes the last checkpoint of a folder away.
fn take_last_checkpoint(folder: &Path) {
    let mut texts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    texts.sort();
    let last = texts.pop().unwrap();
    std::fs::remove_file(last.with_extension("sig")).unwrap();
    std::fs::remove_file(last).unwrap();
}

#[test]
fn killed_between_its_last_record_and_the_books() {
    let bench = Bench::new();
    bench.approved("a.plan");
    bench.run(&["apply", "a.plan"]).expect(0);
    let run = bench.only_run();
    let (ledger, seals) = (
        bench.state().join("ledger.jsonl"),
        bench.state().join("ledger/checkpoints"),
    );

    // Before the ledger's checkpoint: whoever opens it next writes it.
    take_last_checkpoint(&seals);
    bench.run(&["audit", "verify"]).expect(15);
    bench.run(&["resume", &run]).expect(8);
    bench.run(&["audit", "verify"]).expect(0);

    // Before the run's checkpoint, with nothing in the ledger of its end.
    take_last_checkpoint(&seals);
    take_last_checkpoint(&bench.log(&run).with_file_name("checkpoints"));
    let text = std::fs::read_to_string(&ledger).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    std::fs::write(&ledger, lines[..lines.len() - 1].concat()).unwrap();
    bench.run(&["audit", "verify"]).expect(15);
    let resumed = bench.run(&["resume", &run]).expect(0);
    assert!(resumed.out.contains("verified        6"), "{}", resumed.out);
    bench.run(&["audit", "verify"]).expect(0);
    let status = bench.run(&["status"]).expect(0);
    assert!(status.out.contains("ended with 0"), "{}", status.out);
    bench.run(&["resume", &run]).expect(8);
    bench.expect_each_revoked_once();
}

#[test]
#[ignore = "takes minutes: every record of the log, and a hundred random moments"]
fn killed_after_every_record_and_at_a_hundred_random_moments() {
    let mut moments: Vec<Vec<Moment>> = (0..=31).map(|records| vec![Moment::Records(records)]).collect();
    let random: Vec<Moment> = numbers(42, 2500).take(100).map(Moment::Milliseconds).collect();
    moments.extend(random.chunks(2).map(<[Moment]>::to_vec));
    let processes = each(&moments, 6);
    let resumed = processes.iter().filter(|count| **count >= 2).count();
    println!(
        "{} runs, {resumed} resumed, {} processes",
        processes.len(),
        processes.iter().sum::<usize>()
    );
    assert!(resumed > 40);
}
