//! A run that a process left or was killed in, taken over by the next one.

use std::fs;

use redress::edge::state::{Layout, Ledger, RunFolder, RunReading, StateError, audit};
use redress::log::model::RunEvent;
use redress::log::verify::Standing;
use redress::run::journal::Journal;
use redress::run::ports::Clock;
use tempfile::TempDir;

use crate::state::{State, Still, change, copy, cut, run_id, signers};

#[tokio::test]
async fn only_one_process_is_in_a_run() {
    let state = State::new();
    let folder = state.begin(&run_id("a")).await;
    let again = RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary);
    assert!(matches!(again, Err(StateError::Locked { .. })));
    let reading = RunReading::open(&state.path(), &run_id("a")).unwrap();
    assert_eq!(reading.records.len(), 1, "reading needs no lock");
    drop(folder);
    RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
}

/// A run killed after its first change: its folder as it was, one checkpoint behind.
async fn killed() -> (State, TempDir) {
    let state = State::new();
    let folder = state.begin(&run_id("a")).await;
    change(&folder, 0).await;
    let image = tempfile::tempdir().unwrap();
    copy(&state.path(), image.path());
    (state, image)
}

#[tokio::test]
async fn a_log_cut_after_its_checkpoint_is_resumed_and_what_was_torn_is_kept() {
    let (state, image) = killed().await;
    let log = fs::read(Layout::new(image.path()).run(&run_id("a")).log()).unwrap();
    let first = log.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let is_edge =
        |length: usize| log[length - 1] == b'\n' || log.get(length).is_none_or(|byte| *byte == b'\n');
    for length in (first..=log.len()).filter(|length| is_edge(*length) || length % 9 == 0) {
        let copied = tempfile::tempdir().unwrap();
        copy(image.path(), copied.path());
        let layout = Layout::new(copied.path()).run(&run_id("a"));
        cut(&layout.log(), (log.len() - length) as u64);
        let ledger = Ledger::open(copied.path(), &state.notary).unwrap();
        let opened =
            RunFolder::open_for_writing(copied.path(), &run_id("a"), &ledger, &state.notary).unwrap();
        drop(ledger);
        let whole = log[..length].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let records = log[..whole].split(|byte| *byte == b'\n').count() as u64 - 1;
        assert_eq!((opened.state.records, opened.state.resumed), (records + 1, 1));
        assert_eq!(opened.signable.last().map(|head| head.bytes), Some(whole as u64));
        opened
            .folder
            .append(vec![RunEvent::RunLeft { exit: 11 }])
            .await
            .unwrap();
        drop(opened);
        let report = audit(copied.path(), &signers(), Still.now());
        assert_eq!(
            (report.exit(), report.runs[0].report.standing),
            (0, Standing::NotEnded),
            "cut at {length}: {report:#?}"
        );
        let torn: Vec<_> = fs::read_dir(layout.torn())
            .unwrap()
            .map(|e| fs::read(e.unwrap().path()).unwrap())
            .collect();
        let expected: Vec<Vec<u8>> = if whole == length {
            vec![]
        } else {
            vec![log[whole..length].to_vec()]
        };
        assert_eq!(torn, expected);
    }
}

#[tokio::test]
async fn a_log_cut_before_its_checkpoint_is_not_resumed() {
    let (state, image) = killed().await;
    let layout = Layout::new(image.path()).run(&run_id("a"));
    let log = fs::read(layout.log()).unwrap();
    let first = log.iter().position(|byte| *byte == b'\n').unwrap() as u64 + 1;
    cut(&layout.log(), log.len() as u64 - first + 1);
    let ledger = Ledger::open(image.path(), &state.notary).unwrap();
    let error = RunFolder::open_for_writing(image.path(), &run_id("a"), &ledger, &state.notary)
        .err()
        .unwrap();
    assert_eq!(error.exit(), 15);
    assert!(error.to_string().contains("audit.jsonl"), "{error}");
    assert_eq!(
        fs::metadata(layout.log()).unwrap().len(),
        first - 1,
        "nothing was changed"
    );
}

#[tokio::test]
async fn a_killed_run_does_not_verify_until_it_is_resumed() {
    let (_state, image) = killed().await;
    let report = audit(image.path(), &signers(), Still.now());
    assert_eq!(
        (report.exit(), report.runs[0].report.standing),
        (15, Standing::Unsealed),
        "{report:#?}"
    );
}

#[tokio::test]
async fn a_signed_head_still_counts_after_processes_that_only_came_and_went() {
    let state = State::new();
    let folder = state.begin(&run_id("a")).await;
    folder.append(vec![RunEvent::RunLeft { exit: 11 }]).await.unwrap();
    drop(folder);
    let signed = RunReading::open(&state.path(), &run_id("a")).unwrap().head;
    for _ in 0..2 {
        let opened =
            RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
        assert!(opened.signable.contains(&signed));
    }
    let opened =
        RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
    change(&opened.folder, 0).await;
    drop(opened);
    let opened =
        RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
    assert!(!opened.signable.contains(&signed), "a change came after it");
}

#[tokio::test]
async fn a_run_that_has_ended_is_opened_unchanged() {
    let state = State::new();
    let sealed = state.run(&run_id("a")).await;
    let opened =
        RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
    assert_eq!((opened.state.ended, opened.state.resumed), (Some(0), 0));
    drop(opened);
    let reading = RunReading::open(&state.path(), &run_id("a")).unwrap();
    assert_eq!(reading.whole, sealed);
}
