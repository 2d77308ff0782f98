//! Ledger, run folder, resume and audit on real files, and the recipe that needs no Redress.
//!
//! No tenant and no playbook: records are written by hand. What they mean is tested beside `log::fold`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use redress::edge::state::{AuditReport, Incoming, Layout, Ledger, Notary, RunFolder, RunReading, StateError, audit, audit_against};
use redress::log::chain::Prefix;
use redress::log::model::{LedgerEvent, Outcome, RunEvent};
use redress::log::verify::{Anchor, Kind, Standing};
use redress::run::journal::Journal;
use redress::run::ports::{Clock, Pending};
use redress::value::{ActionId, Digest, Nonce, RunId, StepId, TenantId, Timestamp};
use serde_json::json;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{PrivateKey, PublicKey};
use tempfile::TempDir;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        "2026-11-23T10:15:00Z".parse().unwrap()
    }

    fn sleep(&self, _: Duration) -> Pending<'_, ()> {
        Box::pin(async {})
    }
}

fn key() -> PrivateKey {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[9; 32])), "").unwrap()
}

fn trusted(found: &PublicKey, namespace: &str, _: Timestamp) -> bool {
    found.key_data() == key().public_key().key_data() && namespace == "checkpoint@redress"
}

fn notary() -> Notary {
    let next = AtomicU8::new(0);
    Notary {
        clock: Arc::new(Still),
        random: Arc::new(move || [next.fetch_add(1, Ordering::Relaxed); 16]),
        key: Arc::new(key()),
        trusted: Arc::new(trusted),
    }
}

/// A state folder with a ledger and an `allowed_signers` beside it.
struct State {
    folder: TempDir,
    notary: Notary,
}

impl State {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notary = notary();
        let ledger = Ledger::create(&folder.path().join("state"), &notary).unwrap();
        drop(ledger);
        let signers = format!("log namespaces=\"checkpoint@redress\" {}\n", notary.public_key());
        fs::write(folder.path().join("allowed_signers"), signers).unwrap();
        State { folder, notary }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.path(), &self.notary).unwrap()
    }

    fn audit(&self) -> AuditReport {
        audit(&self.path(), &trusted, Still.now())
    }

    /// A run that has begun: plan copied, use recorded, first record written.
    async fn begin(&self, run: &RunId) -> RunFolder {
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

    fn leave(&self, folder: &RunFolder, exit: u8, ended: bool) -> Prefix {
        let Prefix { bytes, records, sha256 } = folder.seal().unwrap();
        let event = LedgerEvent::RunLeft { exit, bytes, records, sha256, ended };
        self.ledger().left(folder.run(), event).unwrap();
        Prefix { bytes, records, sha256 }
    }

    /// A whole run with two actions.
    async fn run(&self, run: &RunId) -> Prefix {
        let folder = self.begin(run).await;
        for n in 0..2 {
            change(&folder, n).await;
        }
        folder.append(vec![end()]).await.unwrap();
        self.leave(&folder, 0, true)
    }
}

async fn change(folder: &RunFolder, n: u32) {
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

fn end() -> RunEvent {
    RunEvent::RunEnded {
        exit: 0,
        outcomes: [(Outcome::Verified, 2)].into(),
    }
}

fn run_id(name: &str) -> RunId {
    RunId::new(format!("20261123T101500Z-{name}"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn cut(file: &Path, by: u64) {
    let length = fs::metadata(file).unwrap().len();
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(length - by).unwrap();
}

fn kinds(report: &AuditReport) -> Vec<Kind> {
    report.all_problems().map(|problem| problem.kind).collect()
}

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
    assert_eq!(names(layout.checkpoints()), 4, "start, first intent (nothing new), end: two checkpoints");
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
    assert!(folder.script_folder(&action, "attempt-1").starts_with(folder.layout().scripts()));
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
            let records = folder.append(vec![RunEvent::StepStarted { step: step.clone() }]).await.unwrap();
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
    assert_eq!((report.exit(), report.runs[0].report.standing), (0, Standing::NotEnded), "{report:#?}");
}

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
    let is_edge = |length: usize| log[length - 1] == b'\n' || log.get(length).is_none_or(|byte| *byte == b'\n');
    for length in (first..=log.len()).filter(|length| is_edge(*length) || length % 9 == 0) {
        let copied = tempfile::tempdir().unwrap();
        copy(image.path(), copied.path());
        let layout = Layout::new(copied.path()).run(&run_id("a"));
        cut(&layout.log(), (log.len() - length) as u64);
        let ledger = Ledger::open(copied.path(), &state.notary).unwrap();
        let opened = RunFolder::open_for_writing(copied.path(), &run_id("a"), &ledger, &state.notary).unwrap();
        drop(ledger);
        let whole = log[..length].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let records = log[..whole].iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!((opened.state.records, opened.state.resumed), (records + 1, 1));
        assert_eq!(opened.signable.last().map(|head| head.bytes), Some(whole as u64));
        opened.folder.append(vec![RunEvent::RunLeft { exit: 11 }]).await.unwrap();
        drop(opened);
        let report = audit(copied.path(), &trusted, Still.now());
        assert_eq!((report.exit(), report.runs[0].report.standing), (0, Standing::NotEnded), "cut at {length}: {report:#?}");
        let torn: Vec<_> = fs::read_dir(layout.torn()).unwrap().map(|e| fs::read(e.unwrap().path()).unwrap()).collect();
        let expected: Vec<Vec<u8>> = if whole == length { vec![] } else { vec![log[whole..length].to_vec()] };
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
    let error = RunFolder::open_for_writing(image.path(), &run_id("a"), &ledger, &state.notary).err().unwrap();
    assert_eq!(error.exit(), 15);
    assert!(error.to_string().contains("audit.jsonl"), "{error}");
    assert_eq!(fs::metadata(layout.log()).unwrap().len(), first - 1, "nothing was changed");
}

#[tokio::test]
async fn a_killed_run_does_not_verify_until_it_is_resumed() {
    let (_state, image) = killed().await;
    let report = audit(image.path(), &trusted, Still.now());
    assert_eq!((report.exit(), report.runs[0].report.standing), (15, Standing::Unsealed), "{report:#?}");
}

#[tokio::test]
async fn a_signed_head_still_counts_after_processes_that_only_came_and_went() {
    let state = State::new();
    let folder = state.begin(&run_id("a")).await;
    folder.append(vec![RunEvent::RunLeft { exit: 11 }]).await.unwrap();
    drop(folder);
    let signed = RunReading::open(&state.path(), &run_id("a")).unwrap().head;
    for _ in 0..2 {
        let opened = RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
        assert!(opened.signable.contains(&signed));
    }
    let opened = RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
    change(&opened.folder, 0).await;
    drop(opened);
    let opened = RunFolder::open_for_writing(&state.path(), &run_id("a"), &state.ledger(), &state.notary).unwrap();
    assert!(!opened.signable.contains(&signed), "a change came after it");
}

/// `/dev/full` answers every write with ENOSPC.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_final_and_says_what_is_on_disk() {
    let state = State::new();
    let incoming = Incoming::new(&state.path()).unwrap();
    std::os::unix::fs::symlink("/dev/full", incoming.layout().log()).unwrap();
    let folder = RunFolder::create(incoming, &run_id("a"), &state.notary).unwrap();
    let step = || vec![RunEvent::StepStarted { step: StepId::new("s") }];
    let first = folder.append(step()).await.unwrap_err();
    assert!(first.message.contains("its first 0 records (0 bytes) are on disk"), "{first}");
    let link = folder.layout().log();
    fs::remove_file(&link).unwrap();
    fs::write(&link, b"").unwrap();
    assert_eq!(folder.append(step()).await.unwrap_err().message, first.message);
    assert_eq!(folder.keep(&json!(1)).unwrap_err().message, first.message);
    assert_eq!(folder.seal().unwrap_err().message, first.message);
    assert_eq!(fs::read(&link).unwrap(), b"");
}

#[tokio::test]
async fn the_ledger_knows_a_used_plan_by_digest_and_by_nonce() {
    let state = State::new();
    state.run(&run_id("a")).await;
    let ledger = state.ledger();
    let plan = Digest::of(format!("plan of {}", run_id("a")).as_bytes());
    let nonce = Nonce::new(run_id("a").as_str());
    assert!(ledger.state().is_used(&plan, &Nonce::new("other")));
    assert!(ledger.state().is_used(&Digest::of(b"other"), &nonce));
    assert!(!ledger.state().is_used(&Digest::of(b"other"), &Nonce::new("other")));
    drop(ledger);
    let before = fs::read(Layout::new(state.path()).ledger()).unwrap();
    assert_eq!(state.ledger().used(plan, &nonce, &run_id("b")).unwrap_err().exit(), 15);
    assert_eq!(fs::read(Layout::new(state.path()).ledger()).unwrap(), before, "what cannot follow is never written");
}

#[test]
fn a_refusal_leaves_a_sealed_ledger_and_no_run_folder() {
    let state = State::new();
    let incoming = Incoming::new(&state.path()).unwrap();
    state.ledger().refused(None, 7, "changed").unwrap();
    drop(incoming);
    let report = state.audit();
    assert_eq!((report.exit(), report.ledger.standing, report.runs.len()), (0, Standing::Sealed, 0));
    assert_eq!(fs::read_dir(Layout::new(state.path()).runs()).unwrap().count(), 0);
    assert!(Ledger::create(&state.path(), &state.notary).is_err(), "there is one already");
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

#[tokio::test]
async fn whatever_is_done_to_the_folder_is_named() {
    let state = State::new();
    let receipt = state.run(&run_id("a")).await;
    state.run(&run_id("b")).await;
    let run = "runs/20261123T101500Z-a";
    type Deed = (&'static str, fn(&Path), Kind, &'static str);
    let deeds: [Deed; 9] = [
        ("cut tail", |s| cut(&run_a(s).log(), 1), Kind::CutTail, "audit.jsonl"),
        ("edited line", |s| edit(&run_a(s).log(), "revoke/u0", "revoke/u9"), Kind::Edited, "audit.jsonl"),
        ("deleted run", |s| fs::remove_dir_all(run_a(s).root()).unwrap(), Kind::Missing, ""),
        ("deleted log", |s| fs::remove_file(run_a(s).log()).unwrap(), Kind::Missing, "audit.jsonl"),
        ("edited plan", |s| fs::write(run_a(s).plan(), "x").unwrap(), Kind::Edited, "plan"),
        ("rolled back", roll_back, Kind::RolledBack, "audit.jsonl"),
        ("lost checkpoint", |s| fs::remove_file(run_a(s).checkpoints().join("0001.txt")).unwrap(), Kind::Missing, "checkpoints/0001.txt"),
        ("edited details", edit_details, Kind::Edited, "details/"),
        ("copied run", |s| copy(run_a(s).root(), &s.join("runs").join("c")), Kind::Foreign, ""),
    ];
    for (name, deed, kind, file) in deeds {
        let copied = tempfile::tempdir().unwrap();
        copy(&state.path(), copied.path());
        deed(copied.path());
        let report = audit(copied.path(), &trusted, Still.now());
        let expected = if name == "copied run" { "runs/c".to_owned() } else { format!("{run}{}{file}", if file.is_empty() { "" } else { "/" }) };
        let named = report.all_problems().any(|p| p.kind == kind && p.file.starts_with(&expected));
        assert!(named, "{name}: {report:#?}");
        assert_eq!(report.exit(), 15, "{name}");
    }
    let all = tempfile::tempdir().unwrap();
    copy(&state.path(), all.path());
    assert!(kinds(&audit(all.path(), &|_, _, _| false, Still.now())).contains(&Kind::UnknownKey));
    let anchor = Anchor {
        file: format!("{run}/audit.jsonl"),
        bytes: receipt.bytes,
        sha256: receipt.sha256,
    };
    assert_eq!(audit_against(all.path(), &trusted, Still.now(), std::slice::from_ref(&anchor)).exit(), 0);
    fs::remove_dir_all(all.path().join("runs")).unwrap();
    cut_ledger_to_its_first_checkpoint(all.path());
    assert_eq!(audit(all.path(), &trusted, Still.now()).exit(), 0, "nothing kept elsewhere: cannot be seen");
    let report = audit_against(all.path(), &trusted, Still.now(), &[anchor]);
    assert_eq!((report.exit(), kinds(&report)), (15, vec![Kind::Missing]));
}

fn run_a(state: &Path) -> redress::edge::state::RunLayout {
    Layout::new(state).run(&run_id("a"))
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from));
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// Log and checkpoints back to the first checkpoint, which fit each other.
fn roll_back(state: &Path) {
    let run = run_a(state);
    for extension in ["txt", "sig"] {
        fs::remove_file(run.checkpoints().join("0002").with_extension(extension)).unwrap();
    }
    cut_to_checkpoint(&run.log(), &run.checkpoints().join("0001.txt"));
}

fn cut_ledger_to_its_first_checkpoint(state: &Path) {
    let layout = Layout::new(state);
    for entry in fs::read_dir(layout.ledger_checkpoints()).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("0001") {
            fs::remove_file(path).unwrap();
        }
    }
    cut_to_checkpoint(&layout.ledger(), &layout.ledger_checkpoints().join("0001.txt"));
}

fn cut_to_checkpoint(log: &Path, checkpoint: &Path) {
    let text = fs::read_to_string(checkpoint).unwrap();
    let bytes = text.lines().find_map(|line| line.strip_prefix("bytes ")).unwrap();
    let length = fs::metadata(log).unwrap().len();
    cut(log, length - bytes.parse::<u64>().unwrap());
}

fn edit_details(state: &Path) {
    let first = fs::read_dir(run_a(state).details()).unwrap().next().unwrap().unwrap().path();
    edit(&first, "Ada", "Bob");
}

/// Runs `docs/verify.sh`; `None` when a tool is missing and this is no CI.
fn recipe(folder: &Path) -> Option<(i32, String)> {
    for tool in ["sh", "sha256sum", "jq", "ssh-keygen"] {
        if which::which(tool).is_err() {
            assert!(std::env::var_os("CI").is_none(), "`{tool}` is not on the PATH, and CI is set");
            eprintln!("SKIPPED: `{tool}` is not on the PATH, so the recipe for third parties was not run");
            return None;
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join("verify.sh");
    let output = Command::new("sh")
        .arg(script)
        .arg(folder.join("state"))
        .arg(folder.join("allowed_signers"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    Some((output.status.code().unwrap(), text))
}

#[tokio::test]
async fn the_recipe_without_redress_agrees_and_names_a_cut_tail() {
    let state = State::new();
    state.run(&run_id("a")).await;
    state.run(&run_id("b")).await;
    let Some(intact) = recipe(state.folder.path()) else {
        return;
    };
    assert_eq!(intact, (0, String::new()));
    type Deed = (fn(&Path), &'static str);
    let deeds: [Deed; 7] = [
        (|s| cut(&run_a(s).log(), 1), "a/audit.jsonl: tail cut off"),
        (|s| edit(&run_a(s).log(), "revoke/u0", "revoke/u9"), "a/audit.jsonl: edited before byte"),
        (|s| fs::remove_dir_all(run_a(s).root()).unwrap(), "the log is gone"),
        (|s| fs::remove_file(run_a(s).checkpoints().join("0001.txt")).unwrap(), "checkpoint 1 is gone"),
        (|s| edit(&run_a(s).checkpoints().join("0001.txt"), "at 2026", "at 2027"), "0001.txt: no trusted signature"),
        (roll_back, "that the ledger saw"),
        (|s| cut(&Layout::new(s).ledger(), 1), "ledger.jsonl: tail cut off"),
    ];
    for (deed, expected) in deeds {
        let copied = tempfile::tempdir().unwrap();
        copy(state.folder.path(), copied.path());
        deed(&copied.path().join("state"));
        let (exit, text) = recipe(copied.path()).unwrap();
        assert_eq!(exit, 15, "{expected}: {text}");
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn the_recipe_has_at_most_40_lines() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join("verify.sh");
    assert!(fs::read_to_string(script).unwrap().lines().count() <= 40);
}
