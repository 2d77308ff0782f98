//! Files of format version 1, as they were written once: every later Redress must read them, or refuse them in
//! words. They came from a rehearsal; nothing in them is real.

use std::fs;
use std::path::{Path, PathBuf};

use redress::approval::{AllowedSigners, PlanFacts, SignedStatement, approve};
use redress::log::chain;
use redress::log::fold::fold;
use redress::log::ledger;
use redress::log::model::{LedgerEvent, Outcome, RunEvent};
use redress::plan::model::Line;
use redress::plan::reader::{ReadError, index, walk};
use redress::plan::writer::encode;
use redress::value::Digest;

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/golden")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(golden(name)).unwrap()
}

fn text(name: &str) -> String {
    fs::read_to_string(golden(name)).unwrap()
}

#[test]
fn a_plan_of_version_1_is_read_and_written_byte_for_byte() {
    let plan = bytes("v1.plan");
    let mut again = Vec::new();
    let digest = walk(plan.as_slice(), |line: Line, _| {
        again.extend(encode(&line).unwrap());
    })
    .unwrap();
    assert_eq!(again, plan);
    assert_eq!(digest, Digest::of(&plan));
    let index = index(plan.as_slice()).unwrap();
    assert_eq!(
        (index.header.v, index.header.rehearsal, index.actions.len()),
        (1, true, 6)
    );
}

#[test]
fn a_plan_of_another_version_is_refused_in_words() {
    let other = text("v1.plan").replacen("\"v\":1", "\"v\":2", 1);
    let error = index(other.as_bytes()).unwrap_err();
    assert!(matches!(error, ReadError::Version { found: 2 }));
    assert_eq!(
        error.to_string(),
        "the plan has format version 2, this Redress reads version 1"
    );
}

#[test]
fn an_approval_of_version_1_counts_for_its_plan_and_for_no_other() {
    let index = index(bytes("v1.plan").as_slice()).unwrap();
    let header = &index.header;
    let mut facts = PlanFacts {
        digest: index.digest,
        nonce: header.nonce.clone(),
        tenant: header.tenant.id.clone(),
        policy: header.policy,
        ledger: header.ledger.clone(),
        approvals: header.approvals,
        planned_at: header.planned_at,
        valid_until: header.valid_until,
    };
    let statement = SignedStatement {
        name: "v1.approval".to_owned(),
        bytes: bytes("v1.approval"),
        armor: text("v1.approval.sig"),
    };
    let signers = AllowedSigners::parse(&text("v1.allowed_signers")).unwrap();
    let approved = approve(
        &facts,
        std::slice::from_ref(&statement),
        &signers,
        header.valid_until,
    )
    .unwrap();
    assert_eq!(approved.principals(), ["rehearsal-operator"]);
    facts.digest = Digest::of(b"another plan");
    assert!(approve(&facts, &[statement], &signers, header.valid_until).is_err());
}

#[test]
fn logs_of_version_1_are_read_written_and_folded() {
    let log = bytes("v1.audit.jsonl");
    let read = chain::read::<RunEvent>(&log).unwrap();
    let again: Vec<u8> = read.records.iter().flat_map(chain::encode).collect();
    assert_eq!(again, log);
    let state = fold(&read.records).unwrap();
    let outcomes: Vec<Outcome> = state
        .actions
        .values()
        .map(|a| a.ended.as_ref().unwrap().outcome)
        .collect();
    assert_eq!((outcomes, state.ended), (vec![Outcome::Verified; 6], Some(0)));

    let log = bytes("v1.ledger.jsonl");
    let read = chain::read::<LedgerEvent>(&log).unwrap();
    let again: Vec<u8> = read.records.iter().flat_map(chain::encode).collect();
    assert_eq!(again, log);
    let state = ledger::fold(&read.records).unwrap();
    let plan = index(bytes("v1.plan").as_slice()).unwrap();
    assert!(state.is_used(&plan.digest, &plan.header.nonce));
    assert_eq!(state.id, Some(plan.header.ledger));
}
