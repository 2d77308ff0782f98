//! One run on disk: records, details, artefacts, bundles, and a disk that is full.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use redress::edge::state::{Incoming, Layout, RunFolder};
use redress::log::model::RunEvent;
use redress::log::verify::Standing;
use redress::run::journal::Journal;
use redress::value::{ActionId, StepId};
use serde_json::json;

use crate::state::{State, run_id};

#[tokio::test]
async fn a_run_from_start_to_end_is_sealed_and_its_files_are_private() {
    let state = State::new();
    state.run(&run_id("a")).await;
    let report = state.audit();
    assert_eq!(report.exit(), 0, "{report:#?}");
    assert_eq!(report.runs[0].report.standing, Standing::Sealed);
    assert_eq!(report.ledger.whole.records, 4);
    let layout = Layout::new(state.path()).run(&run_id("a"));
    let names = |folder: PathBuf| fs::read_dir(folder).unwrap().count();
    assert_eq!(names(layout.details()), 2, "equal contents, two files");
    assert_eq!(
        names(layout.checkpoints()),
        4,
        "start, first intent (nothing new), end: two checkpoints"
    );
    #[cfg(unix)]
    assert_private(&state.path());
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let found = fs::metadata(path).unwrap();
    let expected = if found.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(found.permissions().mode() & 0o777, expected, "{}", path.display());
    if found.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            assert_private(&entry.unwrap().path());
        }
    }
}

#[tokio::test]
async fn details_artefacts_and_bundles_come_back_and_odd_names_are_refused() {
    let state = State::new();
    let folder = state.begin(&run_id("a")).await;
    let content = json!({"userPrincipalName": "ada@example.com"});
    let digest = folder.keep(&content).unwrap();
    assert_eq!(folder.kept(&digest).unwrap(), content);
    let artefact = folder.write_artefact("sheet.csv", b"one").unwrap();
    folder.write_artefact("sheet.csv", b"two").unwrap();
    assert_eq!(fs::read(artefact).unwrap(), b"two");
    assert!(folder.write_artefact("../audit.jsonl", b"x").is_err());
    let action = ActionId::new("refresh/EvoSts ../x/1");
    let files = |text: &str| vec![("script.ps1".to_owned(), text.as_bytes().to_vec())];
    let first = folder.write_bundle(&action, &files("a")).unwrap();
    assert_eq!(folder.write_bundle(&action, &files("a")).unwrap(), first);
    let second = folder.write_bundle(&action, &files("b")).unwrap();
    assert_ne!(second, first);
    assert_eq!(fs::read(first.join("script.ps1")).unwrap(), b"a");
    let bundles = folder.layout().bundles();
    assert!(first.parent() == Some(&bundles) && second.parent() == Some(&bundles));
    assert!(
        folder
            .script_folder(&action, "attempt-1")
            .starts_with(folder.layout().scripts())
    );
    fs::write(folder.layout().details().join(digest.to_string()), b"{}").unwrap();
    assert!(folder.kept(&digest).unwrap_err().message.contains("edited"));
}

#[tokio::test]
async fn many_appends_at_once_keep_their_order_and_answers() {
    let state = State::new();
    let folder = Arc::new(state.begin(&run_id("a")).await);
    let mut tasks = Vec::new();
    for n in 0..250 {
        let folder = Arc::clone(&folder);
        tasks.push(tokio::spawn(async move {
            let step = StepId::new(format!("s{n}"));
            let records = folder
                .append(vec![RunEvent::StepStarted { step: step.clone() }])
                .await
                .unwrap();
            assert_eq!(records[0].event, RunEvent::StepStarted { step });
            records[0].seq
        }));
    }
    let mut seqs = Vec::new();
    for task in tasks {
        seqs.push(task.await.unwrap());
    }
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=250).collect::<Vec<u64>>());
    folder.append(vec![RunEvent::RunLeft { exit: 11 }]).await.unwrap();
    state.leave(&folder, 11, false);
    let report = state.audit();
    assert_eq!(
        (report.exit(), report.runs[0].report.standing),
        (0, Standing::NotEnded),
        "{report:#?}"
    );
}

/// `/dev/full` answers every write with ENOSPC.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_final_and_says_what_is_on_disk() {
    let state = State::new();
    let incoming = Incoming::new(&state.path()).unwrap();
    std::os::unix::fs::symlink("/dev/full", incoming.layout().log()).unwrap();
    let folder = RunFolder::create(incoming, &run_id("a"), &state.notary).unwrap();
    let step = || {
        vec![RunEvent::StepStarted {
            step: StepId::new("s"),
        }]
    };
    let first = folder.append(step()).await.unwrap_err();
    assert!(
        first
            .message
            .contains("its first 0 records (0 bytes) are on disk"),
        "{first}"
    );
    let link = folder.layout().log();
    fs::remove_file(&link).unwrap();
    fs::write(&link, b"").unwrap();
    assert_eq!(folder.append(step()).await.unwrap_err().message, first.message);
    assert_eq!(folder.keep(&json!(1)).unwrap_err().message, first.message);
    assert_eq!(folder.seal().unwrap_err().message, first.message);
    assert_eq!(fs::read(&link).unwrap(), b"");
}
