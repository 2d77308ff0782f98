//! A state folder with a ledger, runs written by hand, and things that are done to them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use redress::approval::AllowedSigners;
use redress::edge::state::{AuditReport, Incoming, Layout, Ledger, Notary, RunFolder, RunLayout, audit};
use redress::log::chain::Prefix;
use redress::log::model::{LedgerEvent, Outcome, RunEvent};
use redress::log::verify::Kind;
use redress::run::journal::Journal;
use redress::run::ports::{Clock, Pending};
use redress::value::{ActionId, Digest, Nonce, RunId, TenantId, Timestamp};
use serde_json::json;
use ssh_key::PrivateKey;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use tempfile::TempDir;

pub struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-11-23T10:15:00Z".parse().unwrap()
    }

    fn sleep(&self, _: Duration) -> Pending<'_, ()> {
        Box::pin(async {})
    }
}

pub fn key() -> PrivateKey {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[9; 32])), "").unwrap()
}

pub fn signers_text() -> String {
    let public = key().public_key().to_openssh().unwrap();
    format!("log namespaces=\"checkpoint@redress\" {public}\n")
}

pub fn signers() -> AllowedSigners {
    AllowedSigners::parse(&signers_text()).unwrap()
}

pub fn notary() -> Notary {
    let next = AtomicU8::new(0);
    Notary {
        clock: Arc::new(Still),
        random: Arc::new(move || [next.fetch_add(1, Ordering::Relaxed); 16]),
        key: Arc::new(key()),
        signers: Arc::new(signers()),
    }
}

/// A state folder with a ledger and an `allowed_signers` beside it.
pub struct State {
    pub folder: TempDir,
    pub notary: Notary,
}

impl State {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notary = notary();
        let ledger = Ledger::create(&folder.path().join("state"), &notary).unwrap();
        drop(ledger);
        fs::write(folder.path().join("allowed_signers"), signers_text()).unwrap();
        State { folder, notary }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.path(), &self.notary).unwrap()
    }

    pub fn audit(&self) -> AuditReport {
        audit(&self.path(), &signers(), Still.now())
    }

    /// A run that has begun: plan copied, use recorded, first record written.
    pub async fn begin(&self, run: &RunId) -> RunFolder {
        let plan = self.folder.path().join("change.plan");
        fs::write(&plan, format!("plan of {run}")).unwrap();
        let incoming = Incoming::new(&self.path()).unwrap();
        let (_, plan) = incoming.plan(&plan).unwrap();
        let signers = incoming.signers(b"signers").unwrap();
        let mut ledger = self.ledger();
        let nonce = Nonce::new(run.as_str());
        assert!(!ledger.state().is_used(&plan, &nonce));
        let folder = RunFolder::create(incoming, run, &self.notary).unwrap();
        ledger.used(plan, &nonce, run).unwrap();
        let start = RunEvent::RunStarted {
            plan,
            approvals: Vec::new(),
            signers,
            ledger: ledger.id().clone(),
            ledger_head: ledger.head().last,
            tenant: TenantId::new("t"),
            rehearsal: true,
            policy_by: "operator".to_owned(),
            service_date: None,
        };
        drop(ledger);
        folder.append(vec![start]).await.unwrap();
        folder
    }

    pub fn leave(&self, folder: &RunFolder, exit: u8, ended: bool) -> Prefix {
        let Prefix {
            bytes,
            records,
            sha256,
        } = folder.seal().unwrap();
        let event = LedgerEvent::RunLeft {
            exit,
            bytes,
            records,
            sha256,
            ended,
        };
        self.ledger().left(folder.run(), event).unwrap();
        Prefix {
            bytes,
            records,
            sha256,
        }
    }

    /// A whole run with two actions.
    pub async fn run(&self, run: &RunId) -> Prefix {
        let folder = self.begin(run).await;
        for n in 0..2 {
            change(&folder, n).await;
        }
        folder.append(vec![end()]).await.unwrap();
        self.leave(&folder, 0, true)
    }
}

pub async fn change(folder: &RunFolder, n: u32) {
    let action = ActionId::new(format!("revoke/u{n}/1"));
    let details = folder.keep(&json!({"displayName": "Ada"})).unwrap();
    let intent = RunEvent::ActionIntended {
        action: action.clone(),
        attempt: 1,
        client_request_id: format!("c{n}"),
        request: Digest::of(b"request"),
    };
    folder.append(vec![intent]).await.unwrap();
    let ended = RunEvent::ActionEnded {
        action,
        outcome: Outcome::Verified,
        details: Some(details),
    };
    folder.append(vec![ended]).await.unwrap();
}

pub fn end() -> RunEvent {
    RunEvent::RunEnded {
        exit: 0,
        outcomes: [(Outcome::Verified, 2)].into(),
    }
}

pub fn run_id(name: &str) -> RunId {
    RunId::new(format!("20261123T101500Z-{name}"))
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        // A lock that is held cannot be copied on Windows.
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "lock")
        {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn cut(file: &Path, by: u64) {
    let length = fs::metadata(file).unwrap().len();
    fs::OpenOptions::new()
        .write(true)
        .open(file)
        .unwrap()
        .set_len(length - by)
        .unwrap();
}

pub fn kinds(report: &AuditReport) -> Vec<Kind> {
    report.all_problems().map(|problem| problem.kind).collect()
}

pub fn run_a(state: &Path) -> RunLayout {
    Layout::new(state).run(&run_id("a"))
}

pub fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from));
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// Log and checkpoints back to the first checkpoint, which fit each other.
pub fn roll_back(state: &Path) {
    let run = run_a(state);
    for extension in ["txt", "sig"] {
        fs::remove_file(run.checkpoints().join("0002").with_extension(extension)).unwrap();
    }
    cut_to_checkpoint(&run.log(), &run.checkpoints().join("0001.txt"));
}

pub fn cut_ledger_to_its_first_checkpoint(state: &Path) {
    let layout = Layout::new(state);
    for entry in fs::read_dir(layout.ledger_checkpoints()).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("0001") {
            fs::remove_file(path).unwrap();
        }
    }
    cut_to_checkpoint(&layout.ledger(), &layout.ledger_checkpoints().join("0001.txt"));
}

pub fn cut_to_checkpoint(log: &Path, checkpoint: &Path) {
    let text = fs::read_to_string(checkpoint).unwrap();
    let bytes = text.lines().find_map(|line| line.strip_prefix("bytes ")).unwrap();
    let length = fs::metadata(log).unwrap().len();
    cut(log, length - bytes.parse::<u64>().unwrap());
}

pub fn edit_details(state: &Path) {
    let first = fs::read_dir(run_a(state).details())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    edit(&first, "Ada", "Bob");
}
