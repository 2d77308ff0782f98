//! The ledger on disk: single use, refusals, a torn end.

use std::fs;

use redress::edge::state::{Incoming, Layout, Ledger};
use redress::log::model::LedgerEvent;
use redress::log::verify::Standing;
use redress::value::{Digest, Nonce};

use crate::state::{State, run_id};

#[tokio::test]
async fn the_ledger_knows_a_used_plan_by_digest_and_by_nonce() {
    let state = State::new();
    state.run(&run_id("a")).await;
    let ledger = state.ledger();
    let plan = Digest::of(format!("plan of {}", run_id("a")).as_bytes());
    let nonce = Nonce::new(run_id("a").as_str());
    assert!(ledger.state().is_used(&plan, &Nonce::new("other")));
    assert!(ledger.state().is_used(&Digest::of(b"other"), &nonce));
    assert!(
        !ledger
            .state()
            .is_used(&Digest::of(b"other"), &Nonce::new("other"))
    );
    drop(ledger);
    let before = fs::read(Layout::new(state.path()).ledger()).unwrap();
    assert_eq!(
        state
            .ledger()
            .used(plan, &nonce, &run_id("b"))
            .unwrap_err()
            .exit(),
        15
    );
    assert_eq!(
        fs::read(Layout::new(state.path()).ledger()).unwrap(),
        before,
        "what cannot follow is never written"
    );
}

#[test]
fn a_refusal_leaves_a_sealed_ledger_and_no_run_folder() {
    let state = State::new();
    let incoming = Incoming::new(&state.path()).unwrap();
    state.ledger().refused(None, 7, "changed").unwrap();
    drop(incoming);
    let report = state.audit();
    assert_eq!(
        (report.exit(), report.ledger.standing, report.runs.len()),
        (0, Standing::Sealed, 0)
    );
    assert_eq!(fs::read_dir(Layout::new(state.path()).runs()).unwrap().count(), 0);
    assert!(
        Ledger::create(&state.path(), &state.notary).is_err(),
        "there is one already"
    );
}

#[test]
fn a_torn_ledger_is_mended_and_says_so() {
    let state = State::new();
    let path = Layout::new(state.path()).ledger();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"half");
    fs::write(&path, bytes).unwrap();
    assert_eq!(state.audit().exit(), 15);
    drop(state.ledger());
    assert_eq!(state.audit().exit(), 0);
    let (_, records) = Ledger::read(&state.path()).unwrap();
    assert!(matches!(&records[1].event, LedgerEvent::Resumed { torn } if torn.bytes == 6));
}
