//! A run in memory, whole; what is done to it is in `damage` and `folder`.

mod damage;
mod folder;

use std::collections::BTreeMap;
use std::fmt::Write as _;

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
    events.push(RunEvent::StepStarted {
        step: StepId::new("revoke"),
    });
    for n in 0..actions {
        let action = ActionId::new(format!("revoke/u{n}/1"));
        events.push(RunEvent::ActionIntended {
            action: action.clone(),
            attempt: 1,
            client_request_id: format!("c{n}"),
            request: Digest::of(b"request"),
        });
        events.push(RunEvent::ActionEnded {
            action,
            outcome: Outcome::Verified,
            details: Some(Digest::of(b"details")),
        });
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
    let left = vec![LeftFact {
        at: at(),
        exit: 0,
        log: chain.prefix(),
        ended: true,
    }];
    let files = [
        ("plan", "plan"),
        ("approvals/plan.1.approval", "approval"),
        ("allowed_signers", "signers"),
    ];
    let mut files: BTreeMap<String, Digest> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Digest::of(text.as_bytes())))
        .collect();
    files.insert(
        format!("details/{}", Digest::of(b"details")),
        Digest::of(b"details"),
    );
    Sample {
        run,
        log,
        texts,
        files,
        facts: RunFacts {
            used: plan,
            started: plan,
            left,
        },
    }
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
        self.log
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
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
    report
        .problems
        .iter()
        .any(|problem| problem.file.ends_with("audit.jsonl") && problem.lines.is_some_and(within))
}

#[test]
fn an_untouched_run_is_sealed() {
    let report = whole().report();
    assert_eq!(
        (report.standing, report.standing.exit()),
        (Standing::Sealed, 0),
        "{}",
        shown(&report)
    );
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
    assert_eq!(
        (report.standing, report.standing.exit()),
        (Standing::NotEnded, 0),
        "{}",
        shown(&report)
    );
}

#[test]
fn records_after_the_last_checkpoint_are_not_sealed() {
    let mut killed = whole().without_ledger();
    killed.texts.pop();
    let report = killed.report();
    assert_eq!(
        (report.standing, report.standing.exit()),
        (Standing::Unsealed, 15),
        "{}",
        shown(&report)
    );
    killed.log.extend_from_slice(b"{\"half");
    let report = killed.report();
    assert_eq!(report.standing, Standing::Unsealed);
    assert!(
        report.notes[0].contains("6 bytes after the last line end"),
        "{:?}",
        report.notes
    );
}
