//! What reading and folding a run's log costs per record, and whether that stays the same for ten times as many.
//!
//! Prints microseconds per record and the ratio of the two sizes in this one run; flat is 1.0.

use std::time::Instant;

use redress::log::chain::{Chain, read};
use redress::log::fold::fold;
use redress::log::model::{CheckVerdict, Outcome, RunEvent};
use redress::value::{ActionId, Digest, LedgerId, RunId, StepId, TargetId, TenantId, Timestamp};

/// The log of a run with so many actions: four records each.
fn log(actions: usize) -> Vec<u8> {
    let mut chain = Chain::default();
    let mut bytes = Vec::new();
    let run = RunId::new("20261123T101500Z-3f9a1c");
    let at: Timestamp = "2026-11-23T10:15:00Z".parse().expect("an instant");
    let digest = Digest::of(b"details");
    let mut append = |event: RunEvent| {
        let (_, line) = chain.next(event, at, Some(run.clone()));
        bytes.extend_from_slice(&line);
    };
    append(RunEvent::RunStarted {
        plan: digest,
        approvals: vec![digest],
        signers: digest,
        ledger: LedgerId::new("0".repeat(32)),
        ledger_head: digest,
        tenant: TenantId::new("5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10"),
        rehearsal: true,
        policy_by: "operator".to_owned(),
        service_date: None,
    });
    for number in 1..=actions {
        let target = TargetId::new(format!("4f6cbe4e-58d2-4d6e-9d0e-{number:012}"));
        let action = ActionId::of(&StepId::new("revoke"), &target, number);
        append(RunEvent::ActionChecked {
            action: action.clone(),
            verdict: CheckVerdict::Go,
            details: digest,
        });
        append(RunEvent::ActionIntended {
            action: action.clone(),
            attempt: 1,
            client_request_id: "0f8fad5b-d9cb-469f-a165-70867728950e".to_owned(),
            request: digest,
        });
        append(RunEvent::ActionAnswered {
            action: action.clone(),
            attempt: 1,
            status: 200,
            code: None,
            request_id: None,
            service_date: None,
            details: digest,
        });
        append(RunEvent::ActionEnded {
            action,
            outcome: Outcome::Verified,
            details: None,
        });
    }
    bytes
}

/// Microseconds per record; the best of five.
fn cost(bytes: &[u8]) -> f64 {
    let times = (0..5).map(|_| {
        let began = Instant::now();
        let log = read::<RunEvent>(bytes).expect("the chain is whole");
        let state = fold(&log.records).expect("the records can stand there");
        assert_eq!(state.records, log.records.len() as u64);
        let records = u32::try_from(log.records.len()).expect("a bench's log is short");
        began.elapsed().as_secs_f64() * 1e6 / f64::from(records)
    });
    times.fold(f64::INFINITY, f64::min)
}

fn main() {
    let (small, large) = (cost(&log(1_000)), cost(&log(10_000)));
    println!("read and fold,  4,001 records {small:>8.2} us each");
    println!("read and fold, 40,001 records {large:>8.2} us each");
    println!("ratio                         {:>8.2}", large / small);
}
