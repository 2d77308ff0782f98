//! The records: ids, codes, digests and times only. What people or the tenant wrote lies in `details/`.
//!
//! These types are the format on disk, version 1 (`docs/log-format.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::log::outcome::Outcome;
use crate::value::{ActionId, Digest, LedgerId, RunId, StepId, TenantId, Timestamp};

/// The version of the format.
pub const VERSION: u32 = 1;

/// One line of a log: RFC 8785 bytes and LF.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record<E> {
    /// [`VERSION`].
    pub v: u32,
    /// From 0, without gaps.
    pub seq: u64,
    /// SHA-256 of the previous line without its LF; 64 zeros in the first record.
    pub prev: Digest,
    /// Local time of writing.
    pub at: Timestamp,
    /// The run; in the ledger only where the event is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// What happened; its `type` and fields stand beside the others.
    #[serde(flatten)]
    pub event: E,
}

/// What a run's log (`audit.jsonl`) says. It is also the run's journal: its fold is the run's state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "snake_case")]
pub enum RunEvent {
    /// First record.
    #[serde(rename = "run.started")]
    RunStarted {
        /// Digest of the plan file.
        plan: Digest,
        /// Digests of the approval statements that count.
        approvals: Vec<Digest>,
        /// Digest of the `allowed_signers` in force.
        signers: Digest,
        /// The ledger that recorded the use.
        ledger: LedgerId,
        /// SHA-256 of the ledger's last line when this run began.
        ledger_head: Digest,
        /// The tenant.
        tenant: TenantId,
        /// True for everything that comes from a sandbox.
        rehearsal: bool,
        /// Whose policy it is: `operator` or `machine`.
        policy_by: String,
        /// The service's `Date` at the start, as read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_date: Option<Timestamp>,
    },
    /// A later process took the run over.
    #[serde(rename = "run.resumed")]
    RunResumed {
        /// Bytes after the last line end that were cut off and kept in `torn/`: length and SHA-256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        torn: Option<Torn>,
    },
    /// The interpreter came to this step.
    #[serde(rename = "step.started")]
    StepStarted {
        /// Which.
        step: StepId,
    },
    /// A deferred read was answered.
    #[serde(rename = "read.answered")]
    ReadAnswered {
        /// Step id and turn: `signins/4f6c…/1`.
        read: ActionId,
        /// HTTP status.
        status: u16,
        /// The service's `request-id`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// The answer.
        details: Digest,
    },
    /// A deferred read failed and the step goes on without it, or the run stops for it.
    #[serde(rename = "read.failed")]
    ReadFailed {
        /// Step id and turn.
        read: ActionId,
        /// What was said.
        details: Digest,
    },
    /// A target was read again right before its change.
    #[serde(rename = "action.checked")]
    ActionChecked {
        /// Which.
        action: ActionId,
        /// What follows.
        verdict: CheckVerdict,
        /// The fields read: `before` and the differences.
        details: Digest,
    },
    /// Durable before the change is sent.
    #[serde(rename = "action.intended")]
    ActionIntended {
        /// Which.
        action: ActionId,
        /// From 1.
        attempt: u32,
        /// Goes on the wire with it.
        client_request_id: String,
        /// Digest of the canonical request.
        request: Digest,
    },
    /// A definite answer came.
    #[serde(rename = "action.answered")]
    ActionAnswered {
        /// Which.
        action: ActionId,
        /// Of the intent.
        attempt: u32,
        /// HTTP status.
        status: u16,
        /// The error's `code`, if it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The service's `request-id`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// The response's `Date`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_date: Option<Timestamp>,
        /// The body.
        details: Digest,
    },
    /// No definite answer came: in doubt until looked up.
    #[serde(rename = "action.unanswered")]
    ActionUnanswered {
        /// Which.
        action: ActionId,
        /// Of the intent.
        attempt: u32,
        /// HTTP status, if one came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// What was said.
        details: Digest,
    },
    /// After the settle time the tenant was asked whether the change took effect.
    #[serde(rename = "action.looked_up")]
    ActionLookedUp {
        /// Which.
        action: ActionId,
        /// Of the intent.
        attempt: u32,
        /// Whether the effect was seen.
        found: bool,
        /// What was read.
        details: Digest,
    },
    /// The action has its outcome.
    #[serde(rename = "action.ended")]
    ActionEnded {
        /// Which.
        action: ActionId,
        /// Which one.
        outcome: Outcome,
        /// Why, or what was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Digest>,
    },
    /// All targets of a wave have their outcome.
    #[serde(rename = "wave.ended")]
    WaveEnded {
        /// Which step.
        step: StepId,
        /// From 1.
        wave: usize,
    },
    /// A hold or gate waits for a watch or a signature.
    #[serde(rename = "hold.opened")]
    HoldOpened {
        /// Which step.
        step: StepId,
    },
    /// It goes on.
    #[serde(rename = "hold.released")]
    HoldReleased {
        /// Which step.
        step: StepId,
        /// Digest of the signed go-ahead; without one the watch's condition came true.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        go_ahead: Option<Digest>,
    },
    /// A wait began.
    #[serde(rename = "wait.started")]
    WaitStarted {
        /// Which step.
        step: StepId,
        /// Over at the latest then.
        until: Timestamp,
    },
    /// A wait is over.
    #[serde(rename = "wait.ended")]
    WaitEnded {
        /// Which step.
        step: StepId,
        /// False when a watch's time ran out; true otherwise.
        reached: bool,
        /// What the watch read last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Digest>,
    },
    /// An artefact was written.
    #[serde(rename = "output.written")]
    OutputWritten {
        /// Which step.
        step: StepId,
        /// SHA-256 of the file.
        sha256: Digest,
        /// Its length in bytes.
        bytes: u64,
        /// Its name.
        details: Digest,
    },
    /// A script process was started.
    #[serde(rename = "script.started")]
    ScriptStarted {
        /// Which step, read or action.
        action: ActionId,
        /// SHA-256 of the script.
        script: Digest,
        /// SHA-256 of the parameter file.
        parameters: Digest,
    },
    /// A bundle was written to be run elsewhere.
    #[serde(rename = "bundle.written")]
    BundleWritten {
        /// Which read or action.
        action: ActionId,
        /// SHA-256 of its `manifest.json`.
        manifest: Digest,
    },
    /// Its result was taken in, attested.
    #[serde(rename = "bundle.imported")]
    BundleImported {
        /// Which read or action.
        action: ActionId,
        /// SHA-256 of the result file.
        result: Digest,
        /// SHA-256 of the signed statement.
        statement: Digest,
        /// What it said.
        details: Digest,
    },
    /// The run goes no further without a person.
    #[serde(rename = "run.stopped")]
    RunStopped {
        /// Why: `threshold`, `drifted`, `refused`, `mismatch`, `expired`, `permission`, `failed`.
        reason: String,
        /// What to say.
        details: Digest,
    },
    /// A stopped run goes on after a fresh approval over the log's head.
    #[serde(rename = "run.continued")]
    RunContinued {
        /// Digest of the signed go-ahead.
        go_ahead: Digest,
    },
    /// The process leaves the run; a later one may go on.
    #[serde(rename = "run.left")]
    RunLeft {
        /// The process's exit code.
        exit: u8,
    },
    /// Last record.
    #[serde(rename = "run.ended")]
    RunEnded {
        /// The exit code.
        exit: u8,
        /// How many actions had which outcome.
        outcomes: BTreeMap<Outcome, u64>,
    },
}

/// What was cut off a log's end before going on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Torn {
    /// Length in bytes.
    pub bytes: u64,
    /// Their digest.
    pub sha256: Digest,
}

/// What a read right before a change means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckVerdict {
    /// Go.
    Go,
    /// `skip_if` was true.
    Skip,
    /// A field that the change rests on differs.
    Drifted,
}

/// What the installation's ledger (`ledger.jsonl`) says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all_fields = "snake_case")]
pub enum LedgerEvent {
    /// First record.
    #[serde(rename = "ledger.created")]
    Created {
        /// Its id.
        ledger: LedgerId,
        /// The log key's public half, `ssh-ed25519 AAAA…`.
        log_key: String,
    },
    /// Bytes after the last line end, torn by a crash, were cut off and kept in `ledger/torn/`.
    #[serde(rename = "ledger.resumed")]
    Resumed {
        /// Their length and SHA-256.
        torn: Torn,
    },
    /// An apply or import was refused; there is no run folder.
    #[serde(rename = "plan.refused")]
    Refused {
        /// Digest of the plan file, if it could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plan: Option<Digest>,
        /// The exit code, and with it the kind.
        exit: u8,
        /// Short code: `no_approval`, `unknown_signer`, `changed`, `expired`, `used`, `wrong_ledger` …
        reason: String,
    },
    /// Durable before the first effect: a plan is used once.
    #[serde(rename = "plan.used")]
    Used {
        /// Digest of the plan file.
        plan: Digest,
        /// Its nonce.
        nonce: String,
    },
    /// A run began.
    #[serde(rename = "run.started")]
    RunStarted {
        /// Digest of the plan file.
        plan: Digest,
    },
    /// A process left a run, ended or not.
    #[serde(rename = "run.left")]
    RunLeft {
        /// Exit code.
        exit: u8,
        /// Length of its log in bytes.
        bytes: u64,
        /// Number of records.
        records: u64,
        /// SHA-256 of the whole log file.
        sha256: Digest,
        /// True when the run's last record is `run.ended`.
        ended: bool,
    },
}

/// Where a record came from, with all it needs to go into a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Records so far.
    pub records: u64,
    /// Bytes so far.
    pub bytes: u64,
    /// SHA-256 of the last line without LF; zeros when empty.
    pub last: Digest,
}
