//! The ledger's records → which plans were used, and what each run's log must look like.
//!
//! A refusal changes nothing here; it stands in the ledger to be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::log::chain::Prefix;
use crate::log::model::{LedgerEvent, Record};
use crate::value::{Digest, LedgerId, Nonce, RunId, Timestamp};

/// What the ledger says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerState {
    /// Its id; none while it is empty.
    pub id: Option<LedgerId>,
    /// The log key's public half, as its first record names it.
    pub log_key: Option<String>,
    /// What it says of each run.
    pub runs: BTreeMap<RunId, RunFacts>,
    /// Refusals so far.
    pub refusals: u64,
    plans: BTreeSet<Digest>,
    nonces: BTreeSet<String>,
}

/// What the ledger says of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFacts {
    /// The plan whose use was recorded for it.
    pub used: Option<Digest>,
    /// The plan that it was started with.
    pub started: Option<Digest>,
    /// Each time a process left it, oldest first.
    pub left: Vec<LeftFact>,
}

/// A process left a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftFact {
    /// When.
    pub at: Timestamp,
    /// With which exit code.
    pub exit: u8,
    /// The run's whole log then.
    pub log: Prefix,
    /// Whether the run was over.
    pub ended: bool,
}

/// A record that cannot follow what the ledger says so far.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("record {seq} of the ledger cannot stand there: {why}")]
pub struct LedgerError {
    /// Its `seq`.
    pub seq: u64,
    /// Lower case.
    pub why: String,
}

impl LedgerState {
    /// Whether a plan with this digest or this nonce was used before.
    pub fn is_used(&self, plan: &Digest, nonce: &Nonce) -> bool {
        self.plans.contains(plan) || self.nonces.contains(nonce.as_str())
    }

    /// Takes in the next record.
    ///
    /// # Errors
    /// It cannot stand there: a second creation, an event of a run without the run, a second use.
    pub fn apply(&mut self, record: &Record<LedgerEvent>) -> Result<(), LedgerError> {
        self.take(record).map_err(|why| LedgerError {
            seq: record.seq,
            why: why.to_owned(),
        })
    }

    fn take(&mut self, record: &Record<LedgerEvent>) -> Result<(), &'static str> {
        let creates = matches!(record.event, LedgerEvent::Created { .. });
        if creates != self.id.is_none() {
            return Err("the first record, and no other, must be `ledger.created`");
        }
        match &record.event {
            LedgerEvent::Created { ledger, log_key } => {
                self.id = Some(ledger.clone());
                self.log_key = Some(log_key.clone());
            }
            LedgerEvent::Resumed { .. } => {}
            LedgerEvent::Refused { .. } => self.refusals += 1,
            LedgerEvent::Used { plan, nonce } => {
                if self.is_used(plan, &Nonce::new(nonce.as_str())) {
                    return Err("the plan was used before");
                }
                self.plans.insert(*plan);
                self.nonces.insert(nonce.clone());
                self.run(record)?.used = Some(*plan);
            }
            LedgerEvent::RunStarted { plan } => self.run(record)?.started = Some(*plan),
            LedgerEvent::RunLeft {
                exit,
                bytes,
                records,
                sha256,
                ended,
            } => {
                let left = LeftFact {
                    at: record.at,
                    exit: *exit,
                    log: Prefix {
                        bytes: *bytes,
                        records: *records,
                        sha256: *sha256,
                    },
                    ended: *ended,
                };
                self.run(record)?.left.push(left);
            }
        }
        Ok(())
    }

    fn run(&mut self, record: &Record<LedgerEvent>) -> Result<&mut RunFacts, &'static str> {
        let run = record.run.as_ref().ok_or("it names no run")?;
        Ok(self.runs.entry(run.clone()).or_default())
    }
}

/// The state that all these records make.
///
/// # Errors
/// The first record that cannot stand where it does.
pub fn fold<'a>(
    records: impl IntoIterator<Item = &'a Record<LedgerEvent>>,
) -> Result<LedgerState, LedgerError> {
    let mut state = LedgerState::default();
    for record in records {
        state.apply(record)?;
    }
    Ok(state)
}
