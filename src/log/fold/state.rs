//! What a run's log says, by action, step and read. Only values; [`super::RunState::apply`] fills them.
//!
//! Holds digests where the log does: what they stand for lies in `details/`.

use std::collections::{BTreeMap, BTreeSet};

use crate::log::model::{CheckVerdict, Outcome, RunEvent};
use crate::value::{ActionId, Digest, LedgerId, StepId, TenantId, Timestamp};

/// A run, as its log tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunState {
    /// What the first record says; none while the log is empty.
    pub started: Option<Started>,
    /// How often a later process took the run over.
    pub resumed: u32,
    /// Changes, and reads that were not reached.
    pub actions: BTreeMap<ActionId, ActionState>,
    /// Steps that were come to.
    pub steps: BTreeMap<StepId, StepState>,
    /// Deferred reads.
    pub reads: BTreeMap<ActionId, ReadState>,
    /// Bundles written for another machine, and what came back.
    pub bundles: BTreeMap<ActionId, BundleState>,
    /// Script processes started, oldest first.
    pub scripts: BTreeMap<ActionId, Vec<Script>>,
    /// The run goes no further without a person; none again after a signed continuation.
    pub stopped: Option<Stopped>,
    /// Signed go-aheads that were taken, oldest first: one may not serve twice.
    pub go_aheads: Vec<Digest>,
    /// The exit code with which the last process left; none while one is in the run, or when one was killed.
    pub left: Option<u8>,
    /// The exit code of the whole run, once it is over.
    pub ended: Option<u8>,
    /// Records folded.
    pub records: u64,
    /// Time of the last one.
    pub last_at: Option<Timestamp>,
    pub(super) forgiven: BTreeSet<ActionId>,
}

impl RunState {
    pub(super) fn bad_outcomes(&self) -> BTreeSet<ActionId> {
        let ended = self.actions.iter().filter(|(_, action)| {
            action
                .ended
                .as_ref()
                .is_some_and(|end| end.outcome.counts_as_bad())
        });
        ended.map(|(id, _)| id.clone()).collect()
    }
}

/// What a run was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// When.
    pub at: Timestamp,
    /// Digest of the plan file.
    pub plan: Digest,
    /// Digests of the approval statements that count.
    pub approvals: Vec<Digest>,
    /// Digest of the `allowed_signers` in force.
    pub signers: Digest,
    /// The ledger that recorded the use.
    pub ledger: LedgerId,
    /// SHA-256 of the ledger's last line then.
    pub ledger_head: Digest,
    /// The tenant.
    pub tenant: TenantId,
    /// True for everything that comes from a sandbox.
    pub rehearsal: bool,
    /// Whose policy it is.
    pub policy_by: String,
    /// The service's `Date` at the start.
    pub service_date: Option<Timestamp>,
}

impl Started {
    pub(super) fn of(event: &RunEvent, at: Timestamp) -> Self {
        let RunEvent::RunStarted {
            plan,
            approvals,
            signers,
            ledger,
            ledger_head,
            tenant,
            rehearsal,
            policy_by,
            service_date,
        } = event
        else {
            unreachable!("`{event:?}` starts no run");
        };
        Started {
            at,
            plan: *plan,
            approvals: approvals.clone(),
            signers: *signers,
            ledger: ledger.clone(),
            ledger_head: *ledger_head,
            tenant: tenant.clone(),
            rehearsal: *rehearsal,
            policy_by: policy_by.clone(),
            service_date: *service_date,
        }
    }
}

/// One action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionState {
    /// The last read right before the change.
    pub checked: Option<Checked>,
    /// Attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// Its outcome.
    pub ended: Option<Ended>,
}

/// A read right before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What follows.
    pub verdict: CheckVerdict,
    /// The fields read.
    pub details: Digest,
}

/// One time that a change was, or may have been, sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When the intent was written down.
    pub intended_at: Timestamp,
    /// Goes on the wire with it.
    pub client_request_id: String,
    /// Digest of the canonical request.
    pub request: Digest,
    /// What came back.
    pub result: AttemptResult,
    /// What a look-up said.
    pub looked_up: Option<LookedUp>,
}

/// What came back from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// The intent stands, and nothing else.
    Pending,
    /// A definite answer.
    Answered {
        /// HTTP status.
        status: u16,
        /// The error's `code`.
        code: Option<String>,
        /// The service's `request-id`.
        request_id: Option<String>,
        /// The response's `Date`.
        service_date: Option<Timestamp>,
        /// The body.
        details: Digest,
        /// When it was written down.
        at: Timestamp,
    },
    /// No definite answer.
    Unanswered {
        /// HTTP status, if one came.
        status: Option<u16>,
        /// What was said.
        details: Digest,
        /// When it was written down.
        at: Timestamp,
    },
}

/// What the tenant said when asked whether an attempt took effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedUp {
    /// Whether the effect was seen.
    pub found: bool,
    /// What was read.
    pub details: Digest,
}

/// An outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub outcome: Outcome,
    /// Why.
    pub details: Option<Digest>,
    /// When.
    pub at: Timestamp,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepState {
    /// When it was come to first.
    pub started_at: Option<Timestamp>,
    /// Waves whose end is recorded.
    pub waves_ended: usize,
    /// Its hold or gate.
    pub hold: HoldState,
    /// Its wait.
    pub wait: Option<Wait>,
    /// Its artefact.
    pub output: Option<Output>,
}

/// A hold or gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HoldState {
    /// Not come to.
    #[default]
    None,
    /// Waits for a watch or a signature.
    Opened {
        /// Since when.
        at: Timestamp,
    },
    /// Goes on.
    Released {
        /// Digest of the signed go-ahead; none when a watch came true.
        go_ahead: Option<Digest>,
    },
}

/// A wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Over at the latest then.
    pub until: Timestamp,
    /// How it ended.
    pub ended: Option<WaitEnd>,
}

/// How a wait ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitEnd {
    /// False when a watch's time ran out.
    pub reached: bool,
    /// What the watch read last.
    pub details: Option<Digest>,
}

/// An artefact that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its length.
    pub bytes: u64,
    /// Its name.
    pub details: Digest,
}

/// A deferred read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadState {
    /// Answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// The service's `request-id`.
        request_id: Option<String>,
        /// The answer.
        details: Digest,
    },
    /// Failed, and the step goes on without it.
    Failed {
        /// What was said.
        details: Digest,
    },
}

/// A bundle for another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BundleState {
    /// SHA-256 of each `manifest.json` that was handed over, oldest first.
    pub written: Vec<Digest>,
    /// What came back.
    pub imported: Option<Imported>,
}

/// A result that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// SHA-256 of the result file.
    pub result: Digest,
    /// SHA-256 of the signed statement.
    pub statement: Digest,
    /// What it said.
    pub details: Digest,
}

/// A script process that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// SHA-256 of the script.
    pub script: Digest,
    /// SHA-256 of the parameter file.
    pub parameters: Digest,
    /// When.
    pub at: Timestamp,
}

/// Why a run goes no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// `threshold`, `drifted`, `refused`, `mismatch`, `expired`, `permission`, `failed`.
    pub reason: String,
    /// What to say.
    pub details: Digest,
}
