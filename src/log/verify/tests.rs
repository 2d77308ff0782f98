use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{PrivateKey, PublicKey};

use super::*;
use crate::log::chain::{Chain, nothing};
use crate::log::checkpoint::{Checkpoint, Subject, sign};
use crate::log::ledger::{LeftFact, RunFacts};
use crate::log::model::{Outcome, RunEvent};
use crate::value::{ActionId, Digest, LedgerId, RunId, StepId, TenantId, Timestamp};

fn key(seed: u8) -> PrivateKey {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
}

fn ours(found: &PublicKey, namespace: &str, _: Timestamp) -> bool {
    found.key_data() == key(1).public_key().key_data() && namespace == "checkpoint@redress"
}

fn at() -> Timestamp {
    "2026-11-23T10:15:00Z".parse().unwrap()
}

/// A run's folder and the ledger's facts, made in memory.
#[derive(Clone)]
struct Sample {
    run: RunId,
    log: Vec<u8>,
    texts: Vec<SignedText>,
    files: BTreeMap<String, Digest>,
    facts: RunFacts,
}

fn head() -> Digest {
    Digest::of(b"ledger head")
}

fn events(actions: usize) -> Vec<RunEvent> {
    let mut events = vec![RunEvent::RunStarted {
        plan: Digest::of(b"plan"),
        approvals: vec![Digest::of(b"approval")],
        signers: Digest::of(b"signers"),
        ledger: LedgerId::new("ledger"),
        ledger_head: head(),
        tenant: TenantId::new("tenant"),
        rehearsal: true,
        policy_by: "operator".to_owned(),
        service_date: None,
    }];
    events.push(RunEvent::StepStarted { step: StepId::new("revoke") });
    for n in 0..actions {
        let action = ActionId::new(format!("revoke/u{n}/1"));
        events.push(RunEvent::ActionIntended {
            action: action.clone(),
            attempt: 1,
            client_request_id: format!("c{n}"),
            request: Digest::of(b"request"),
        });
        events.push(RunEvent::ActionEnded { action, outcome: Outcome::Verified, details: Some(Digest::of(b"details")) });
    }
    events.push(RunEvent::RunEnded {
        exit: 0,
        outcomes: [(Outcome::Verified, actions as u64)].into(),
    });
    events
}

/// Checkpoints after the records at `seals` and after the last one.
fn sample(run: &str, events: Vec<RunEvent>, seals: &[usize], signed_by: u8) -> Sample {
    let run = RunId::new(run);
    let mut chain = Chain::default();
    let (mut log, mut texts, mut previous) = (Vec::new(), Vec::<SignedText>::new(), nothing());
    let last = events.len();
    for (count, event) in (1..).zip(events) {
        log.extend(chain.next(event, at(), Some(run.clone())).1);
        if seals.contains(&count) || count == last {
            let text = Checkpoint {
                subject: Subject::Run(run.clone()),
                prefix: chain.prefix(),
                previous,
                at: at(),
            }
            .to_text();
            previous = Digest::of(text.as_bytes());
            let number = texts.len() as u64 + 1;
            texts.push(SignedText {
                number,
                file: format!("runs/{run}/checkpoints/{number:04}"),
                signature: Some(sign(&text, &key(signed_by)).unwrap().into_bytes()),
                text: Some(text.into_bytes()),
            });
        }
    }
    let plan = Some(Digest::of(b"plan"));
    let left = vec![LeftFact { at: at(), exit: 0, log: chain.prefix(), ended: true }];
    let files = [
        ("plan", "plan"),
        ("approvals/plan.1.approval", "approval"),
        ("allowed_signers", "signers"),
    ];
    let mut files: BTreeMap<String, Digest> =
        files.iter().map(|(name, text)| ((*name).to_owned(), Digest::of(text.as_bytes()))).collect();
    files.insert(format!("details/{}", Digest::of(b"details")), Digest::of(b"details"));
    Sample { run, log, texts, files, facts: RunFacts { used: plan, started: plan, left } }
}

fn whole() -> Sample {
    sample("run-a", events(3), &[1, 4], 1)
}

impl Sample {
    fn report(&self) -> LogReport {
        let folder = format!("runs/{}", self.run);
        run(
            RunInput {
                run: &self.run,
                folder: &folder,
                log: Some(&self.log),
                checkpoints: &self.texts,
                files: &self.files,
                facts: Some(&self.facts),
                ledger_lines: &[head()],
                now: at(),
            },
            &ours,
        )
    }

    fn without_ledger(mut self) -> Self {
        self.facts.left.clear();
        self
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        self.log.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
    }

    fn with_lines(mut self, lines: &[Vec<u8>]) -> Self {
        self.log = lines.concat();
        self
    }
}

fn kinds(report: &LogReport) -> Vec<Kind> {
    report.problems.iter().map(|problem| problem.kind).collect()
}

fn shown(report: &LogReport) -> String {
    let mut text = format!("{:?}", report.standing);
    for problem in &report.problems {
        write!(text, "\n{problem}").unwrap();
    }
    text
}

fn names_line(report: &LogReport, line: u64) -> bool {
    let within = |(first, last): (u64, u64)| first <= line && line <= last;
    report.problems.iter().any(|problem| problem.file.ends_with("audit.jsonl") && problem.lines.is_some_and(within))
}

#[test]
fn an_untouched_run_is_sealed() {
    let report = whole().report();
    assert_eq!((report.standing, report.standing.exit()), (Standing::Sealed, 0), "{}", shown(&report));
    assert_eq!(report.sealed, Some(report.whole.clone()));
    assert_eq!(report.notes, Vec::<String>::new());
}

#[test]
fn a_run_that_was_left_is_not_ended_and_intact() {
    let mut events = events(2);
    *events.last_mut().unwrap() = RunEvent::RunLeft { exit: 11 };
    let mut left = sample("run-a", events, &[1], 1);
    left.facts.left[0].ended = false;
    let report = left.report();
    assert_eq!((report.standing, report.standing.exit()), (Standing::NotEnded, 0), "{}", shown(&report));
}

#[test]
fn records_after_the_last_checkpoint_are_not_sealed() {
    let mut killed = whole().without_ledger();
    killed.texts.pop();
    let report = killed.report();
    assert_eq!((report.standing, report.standing.exit()), (Standing::Unsealed, 15), "{}", shown(&report));
    killed.log.extend_from_slice(b"{\"half");
    let report = killed.report();
    assert_eq!(report.standing, Standing::Unsealed);
    assert!(report.notes[0].contains("6 bytes after the last line end"), "{:?}", report.notes);
}

/// Flips a bit and gives the report.
fn flipped(sample: &Sample, bit: usize) -> LogReport {
    let mut edited = sample.clone();
    edited.log[bit / 8] ^= 1 << (bit % 8);
    edited.report()
}

fn line_of(log: &[u8], byte: usize) -> u64 {
    log[..byte].iter().filter(|b| **b == b'\n').count() as u64 + 1
}

fn assert_every_bit_of_the_log_is_named(sample: &Sample) {
    for bit in 0..sample.log.len() * 8 {
        let report = flipped(sample, bit);
        assert_eq!(report.standing, Standing::Broken, "bit {bit}");
        let line = line_of(&sample.log, bit / 8);
        assert!(names_line(&report, line), "bit {bit} of line {line}: {}", shown(&report));
    }
}

#[test]
fn every_flipped_bit_of_the_log_is_named_with_its_line() {
    assert_every_bit_of_the_log_is_named(&sample("run-a", events(1), &[1], 1));
}

#[test]
#[ignore = "160 000 and more verifications; run it with `cargo test -- --ignored`"]
fn every_flipped_bit_of_a_log_of_20_kilobytes_is_named_with_its_line() {
    let large = sample("run-a", events(32), &[1, 10, 30], 1);
    assert!(large.log.len() >= 20_000, "{} bytes", large.log.len());
    assert_every_bit_of_the_log_is_named(&large);
}

#[test]
fn every_flipped_bit_of_a_checkpoint_or_its_signature_is_named() {
    let whole = whole();
    let middle = whole.texts[1].clone();
    for (pick, length) in [(0, middle.text.as_ref().unwrap().len()), (1, middle.signature.as_ref().unwrap().len())] {
        for bit in 0..length * 8 {
            let mut edited = whole.clone();
            let file = &mut edited.texts[1];
            let bytes = if pick == 0 { &mut file.text } else { &mut file.signature };
            bytes.as_mut().unwrap()[bit / 8] ^= 1 << (bit % 8);
            let report = edited.report();
            assert_eq!(report.standing, Standing::Broken, "file {pick}, bit {bit}");
            let named = report.problems.iter().any(|p| p.file.contains("/checkpoints/0002"));
            assert!(named, "file {pick}, bit {bit}: {}", shown(&report));
        }
    }
}

#[test]
fn a_removed_line_is_named_wherever_it_stood() {
    let whole = whole();
    let lines = whole.lines();
    for gone in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(gone);
        let report = whole.clone().with_lines(&rest).report();
        assert!(names_line(&report, gone as u64 + 1), "line {}: {}", gone + 1, shown(&report));
        let expected = if gone + 1 == lines.len() { Kind::CutTail } else { Kind::Removed };
        assert_eq!(kinds(&report)[0], expected, "line {}: {}", gone + 1, shown(&report));
    }
}

#[test]
fn a_doubled_line_is_named_wherever_it_stands() {
    let whole = whole();
    let lines = whole.lines();
    for from in 0..lines.len() {
        for to in 0..=lines.len() {
            let mut more = lines.clone();
            more.insert(to, lines[from].clone());
            let report = whole.clone().with_lines(&more).report();
            let text = format!("line {} again before line {}: {}", from + 1, to + 1, shown(&report));
            assert_eq!(report.standing, Standing::Broken, "{text}");
            assert!(kinds(&report).iter().any(|k| matches!(k, Kind::Duplicated | Kind::Reordered)), "{text}");
        }
    }
}

#[test]
fn two_swapped_lines_are_named() {
    let whole = whole();
    let lines = whole.lines();
    for a in 0..lines.len() {
        for b in a + 1..lines.len() {
            let mut other = lines.clone();
            other.swap(a, b);
            let report = whole.clone().with_lines(&other).report();
            let text = format!("lines {} and {}: {}", a + 1, b + 1, shown(&report));
            assert!(names_line(&report, a as u64 + 1), "{text}");
            assert!(kinds(&report).contains(&Kind::Reordered), "{text}");
        }
    }
}

#[test]
fn records_of_another_run_are_named() {
    let whole = whole();
    let other = sample("run-b", events(3), &[1, 4], 1);
    for place in 0..whole.lines().len() {
        let mut spliced = whole.lines();
        spliced[place] = other.lines()[place].clone();
        let report = whole.clone().with_lines(&spliced).report();
        assert!(names_line(&report, place as u64 + 1), "{}", shown(&report));
        assert!(kinds(&report).contains(&Kind::Foreign), "{}", shown(&report));
    }
    let mut all = whole.clone();
    (all.log, all.texts) = (other.log, other.texts);
    let report = all.report();
    assert_eq!(report.standing, Standing::Broken);
    assert!(kinds(&report).iter().all(|kind| matches!(kind, Kind::Foreign | Kind::Edited)), "{}", shown(&report));
}

#[test]
fn a_cut_at_any_byte_is_seen_by_the_checkpoint() {
    let whole = whole().without_ledger();
    for cut in 0..whole.log.len() {
        let mut short = whole.clone();
        short.log.truncate(cut);
        let report = short.report();
        assert_eq!(kinds(&report), [Kind::CutTail], "cut at {cut}: {}", shown(&report));
        assert!(names_line(&report, line_of(&whole.log, cut)), "cut at {cut}: {}", shown(&report));
    }
}

#[test]
fn a_log_rolled_back_together_with_its_checkpoints_is_seen_by_the_ledger_or_an_anchor() {
    let whole = whole();
    let mut back = whole.clone();
    back.texts.truncate(2);
    let sealed = Checkpoint::parse(back.texts[1].text.as_ref().unwrap()).unwrap().prefix;
    back.log.truncate(usize::try_from(sealed.bytes).unwrap());
    let report = back.report();
    assert_eq!(kinds(&report), [Kind::RolledBack], "{}", shown(&report));
    let without = back.clone().without_ledger().report();
    assert_eq!(without.standing, Standing::NotEnded, "nothing kept elsewhere: cannot be seen");
    let anchor = Anchor {
        file: "runs/run-a/audit.jsonl".to_owned(),
        bytes: whole.log.len() as u64,
        sha256: Digest::of(&whole.log),
    };
    assert_eq!(anchored(&anchor, Some(&whole.log)), None);
    assert_eq!(anchored(&anchor, Some(&back.log)).map(|p| p.kind), Some(Kind::RolledBack));
    let mut edited = whole.log.clone();
    edited[5] ^= 1;
    assert_eq!(anchored(&anchor, Some(&edited)).map(|p| p.kind), Some(Kind::Edited));
}

#[test]
fn a_log_written_anew_by_another_key_is_seen() {
    let mut forged = sample("run-a", events(2), &[1], 2);
    forged.facts = whole().facts;
    let report = forged.report();
    assert!(kinds(&report).contains(&Kind::UnknownKey), "{}", shown(&report));
    let mut mixed = whole().without_ledger();
    mixed.log = forged.log;
    let report = mixed.report();
    assert_eq!(report.standing, Standing::Broken);
    assert!(kinds(&report).contains(&Kind::Edited) || kinds(&report).contains(&Kind::CutTail), "{}", shown(&report));
}

#[test]
fn a_missing_or_moved_checkpoint_is_named() {
    let mut gone = whole();
    gone.texts.remove(1);
    assert_eq!(kinds(&gone.report())[0], Kind::Removed);
    let mut unsigned = whole();
    unsigned.texts[2].signature = None;
    assert_eq!(kinds(&unsigned.report()), [Kind::Missing]);
    let mut swapped = whole();
    let (a, b) = (swapped.texts[0].clone(), swapped.texts[1].clone());
    (swapped.texts[0].text, swapped.texts[0].signature) = (b.text, b.signature);
    (swapped.texts[1].text, swapped.texts[1].signature) = (a.text, a.signature);
    assert!(kinds(&swapped.report()).contains(&Kind::Edited));
}

#[test]
fn a_checkpoint_that_was_never_finished_is_a_note() {
    let mut torn = whole();
    torn.texts.push(SignedText {
        number: 4,
        file: "runs/run-a/checkpoints/0004".to_owned(),
        text: None,
        signature: Some(Vec::new()),
    });
    let report = torn.report();
    assert_eq!((report.standing, report.notes.len()), (Standing::Sealed, 1));
}

#[test]
fn erased_details_are_a_note_and_edited_ones_a_problem() {
    let name = format!("details/{}", Digest::of(b"details"));
    let mut erased = whole();
    erased.files.remove(&name);
    let report = erased.report();
    assert_eq!(report.standing, Standing::Sealed);
    assert!(report.notes[0].contains("1 of 1 files were erased"), "{:?}", report.notes);
    let mut edited = whole();
    edited.files.insert(name.clone(), Digest::of(b"other"));
    let report = edited.report();
    assert_eq!(kinds(&report), [Kind::Edited]);
    assert!(report.problems[0].file.ends_with(&name));
}

#[test]
fn plan_approval_and_ledger_head_must_be_those_of_the_start() {
    let digest = Digest::of(b"other");
    for (name, kind) in [
        ("plan", Kind::Edited),
        ("allowed_signers", Kind::Edited),
        ("approvals/plan.1.approval", Kind::Missing),
    ] {
        let mut edited = whole();
        edited.files.insert(name.to_owned(), digest);
        assert_eq!(kinds(&edited.report()), [kind], "{name}");
    }
    let mut other_plan = whole();
    other_plan.facts.used = Some(digest);
    assert_eq!(kinds(&other_plan.report()), [Kind::Foreign]);
}

#[test]
fn a_run_that_the_ledger_does_not_know_is_foreign() {
    let sample = whole();
    let mut input = RunInput {
        run: &sample.run,
        folder: "runs/run-a",
        log: Some(&sample.log),
        checkpoints: &sample.texts,
        files: &sample.files,
        facts: None,
        ledger_lines: &[head()],
        now: at(),
    };
    assert_eq!(kinds(&run(input, &ours)), [Kind::Foreign]);
    (input.facts, input.ledger_lines) = (Some(&sample.facts), &[]);
    assert_eq!(kinds(&run(input, &ours)), [Kind::RolledBack]);
}

proptest! {
    #[test]
    fn any_replaced_piece_of_the_log_is_noticed(
        start in 0..1_000usize,
        length in 0..50usize,
        with in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut edited = whole();
        let start = start % edited.log.len();
        let end = (start + length).min(edited.log.len());
        prop_assume!(edited.log[start..end] != with[..]);
        edited.log.splice(start..end, with);
        prop_assert_eq!(edited.report().standing, Standing::Broken);
    }
}
