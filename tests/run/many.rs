//! Random plans and random faults, cut in random places, once and twice.
//!
//! A few seeds in every run; `cargo test --test run -- --ignored many` for the many. A failure names its seed.

use std::time::Duration;

use redress::run::ports::Door;

use crate::bench::{later, planned_at};
use crate::cuts::{Case, OnItsWay, Whole};
use crate::playbooks::{REFRESH, locate, of, revoke};
use crate::world::{Fault, State};

/// The same numbers for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }

    fn one_of<T: Clone>(&mut self, choice: &[T]) -> T {
        choice[self.below(choice.len())].clone()
    }
}

const WAVES: &[&str] = &[
    "",
    "waves: [1, 100%]",
    "waves: [1, 3, 50%, 100%]",
    "waves: [10%, 20%, 100%]",
];
const HOLDS: &[&str] = &[
    "",
    "hold: approve",
    "hold: {graph: GET /organization, until: result.calm, every: 1m, within: 20m}",
];

fn bounds(random: &mut Random, hold: &str) -> String {
    let waves = random.one_of(WAVES);
    let hold = if waves.is_empty() { "" } else { hold };
    let (borne, width) = (random.below(6), 1 + random.below(8));
    let lines = [
        waves,
        hold,
        &format!("max_failures: {borne}"),
        &format!("concurrency: {width}"),
    ]
    .map(str::to_owned);
    lines
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn case(seed: u64) -> Case {
    let mut random = Random(seed);
    let users = 1 + random.below(30);
    let mut state = State::of(users);
    state.lag = Duration::from_secs(random.below(290) as u64);
    state.latency = Duration::from_secs(2 * random.below(20) as u64);
    state.calm_from = random.one_of(&[None, Some(later(planned_at(), 900))]);
    let faults = [
        Fault::Throttled,
        Fault::Busy,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Refused,
        Fault::Forbidden,
    ];
    for user in 1..=users {
        if random.below(3) == 0 {
            state = state.fault(user, random.one_of(&faults));
        }
    }
    let hold = random.one_of(HOLDS);
    let mut steps = revoke("inputs.users", &bounds(&mut random, hold));
    if random.below(2) == 0 {
        steps.push_str(&locate(
            "locate",
            "inputs.users",
            &bounds(&mut random, "hold: approve"),
        ));
    }
    if random.below(4) == 0 {
        steps.insert_str(0, REFRESH);
    }
    Case {
        name: format!("seed {seed}"),
        playbook: of(&steps),
        users,
        state,
        door: random.one_of(&[Door::Here, Door::HandOver]),
    }
}

/// Gives the number of cuts.
async fn try_seed(seed: u64, places: usize) -> usize {
    let whole = Whole::of(case(seed)).await;
    let mut random = Random(seed ^ 0x5eed);
    let mut cuts = 0;
    for _ in 0..places {
        let records = random.below(whole.records() + 1);
        for on_its_way in [OnItsWay::Lost, OnItsWay::Arrived] {
            cuts += usize::from(whole.survives(records, on_its_way).await);
            cuts += usize::from(dies_twice(&whole, records, on_its_way, &mut random).await);
        }
    }
    cuts
}

/// The process that resumed dies too: what it could not say stays in doubt, but nothing is changed twice.
async fn dies_twice(whole: &Whole, records: usize, on_its_way: OnItsWay, random: &mut Random) -> bool {
    let Some(second) = whole.cut(records, on_its_way) else {
        return false;
    };
    second.to_end().await.unwrap();
    let (from, to) = (records, second.journal.records().len());
    if from == to {
        return false;
    }
    let cut = from + 1 + random.below(to - from);
    let snapshot = second.journal.snapshot(cut - from - 1);
    let log = second.journal.cut(cut);
    let third = crate::bench::Process::after(&whole.planned, &log, snapshot, whole.case.door);
    let hint = format!(
        "{}: cut after {records}, then after {cut} records",
        whole.case.name
    );
    let left = third
        .to_end()
        .await
        .unwrap_or_else(|error| panic!("{hint}: {error}"));
    assert!(left.ended, "{hint}: {left:?}");
    third.assert_promises(&hint);
    let (found, expected) = (third.outcomes(), whole.process.outcomes());
    assert!(
        found.keys().eq(expected.keys()),
        "{hint}: an action was lost or added"
    );
    let doubts = ["in_doubt", "not_reached"];
    for (action, outcome) in &found {
        let same = *outcome == expected[action];
        assert!(
            same || doubts.contains(&outcome.as_str()),
            "{hint}: {action} {outcome:?}"
        );
    }
    true
}

#[tokio::test]
async fn a_few_random_plans_survive_a_few_cuts() {
    for seed in 0..3 {
        assert!(try_seed(seed, 2).await > 0, "seed {seed}");
    }
}

#[tokio::test]
#[ignore = "minutes"]
async fn many_random_plans_survive_many_cuts() {
    let seeds = 200;
    let mut cuts = 0;
    for seed in 1000..1000 + seeds {
        cuts += try_seed(seed, 6).await;
        eprintln!("seed {seed}: {cuts} cuts so far");
    }
    eprintln!("{seeds} plans, {cuts} cuts");
    assert!(cuts > 2000, "{cuts}");
}
