//! The lines of a plan file, version 1 (`docs/plan-format.md`): header, observations, actions, totals last.
//!
//! Each line is RFC 8785 and LF; the plan's digest is that of the file's bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::program::model::{Deferred, ReadFailure, Request};
use crate::value::{ActionId, Answer, Digest, Json, LedgerId, Nonce, StepId, TargetId, TenantId, Timestamp};

/// The version of the format.
pub const VERSION: u32 = 1;

/// One line.
#[expect(
    clippy::large_enum_variant,
    reason = "a line is read, used and dropped: none is ever kept in a list"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Line {
    /// The first.
    Header(Box<Header>),
    /// What a read returned.
    Observation(Observation),
    /// One request or script for one target.
    Action(Box<Action>),
    /// A target that is not changed, and why.
    LeftOut(LeftOutLine),
    /// A step that is known only at apply.
    Deferred(Deferred),
    /// A pause, an artefact or a gate that the run will come to.
    Ahead(Ahead),
    /// What a script says that it would do.
    Preview(Preview),
    /// The last.
    Totals(Totals),
}

/// What the plan is of, for whom, and until when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`VERSION`].
    pub v: u32,
    /// The version of Redress that made it.
    pub redress: String,
    /// The step program, whole.
    pub playbook: Source,
    /// The scripts of its templates.
    pub templates: Vec<Source>,
    /// Inputs as they are bound, users resolved.
    pub inputs: BTreeMap<String, Json>,
    /// The tenant it was read from and is for.
    pub tenant: Tenant,
    /// True: everything in it comes from a sandbox.
    pub rehearsal: bool,
    /// What `now` and `ago` mean; whole seconds, UTC.
    pub planned_at: Timestamp,
    /// The first change may be made until then.
    pub valid_until: Timestamp,
    /// Makes two plans of the same content two plans.
    pub nonce: Nonce,
    /// The only ledger that may record its use.
    pub ledger: LedgerId,
    /// Digest of the policy in force.
    pub policy: Digest,
    /// Whose policy it is: `operator` or `machine`.
    pub policy_by: String,
    /// Persons that must sign.
    pub approvals: usize,
    /// Accounts that are never a target: object id → why.
    pub protected: BTreeMap<String, String>,
}

/// A text that the plan carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The playbook's file or the template's name.
    pub name: String,
    /// The text.
    pub text: String,
    /// Of a template: its declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<String>,
}

/// The tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Directory id.
    pub id: TenantId,
    /// What the configuration calls it.
    pub name: String,
    /// Graph's origin.
    pub graph: String,
}

/// What a read returned while planning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Step, target, ordinal.
    pub read: ActionId,
    /// What was asked.
    pub request: Request,
    /// What was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ReadFailure>,
    /// SHA-256 of the answer's canonical body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// One concrete request or script, for one target. An assertion: apply yields exactly this, or stops.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Step, target, ordinal.
    pub id: ActionId,
    /// Its step.
    pub step: StepId,
    /// Whom it is about.
    pub target: TargetId,
    /// The same for people.
    pub label: String,
    /// Its wave, from 1; 0 where the waves are known only at apply.
    pub wave: usize,
    /// It comes only if what is known at apply says so; nothing else may come.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conditional: bool,
    /// The request; none: known after apply, within `pattern`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// Method and path with `{}` for holes, where the request is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What it means for whom it touches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
    /// The fields that it rests on, as observed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rests_on: BTreeMap<String, Json>,
}

/// A target without an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutLine {
    /// Its step.
    pub step: StepId,
    /// Whom it is about.
    pub target: TargetId,
    /// The same for people.
    pub label: String,
    /// `protected`, `no_effect`, `skipped`.
    pub outcome: String,
    /// In plain words.
    pub because: String,
}

/// What the run will come to besides changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ahead {
    /// Its step.
    pub step: StepId,
    /// `wait`, `watch`, `output`, `gate`.
    pub what: String,
    /// Duration, file name or message.
    pub text: String,
    /// At most so long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Of a text that the playbook wants shown: what it will say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// What a script says that it would do, run with `-WhatIf`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// Its action.
    pub action: ActionId,
    /// Its lines, or why there are none.
    pub lines: Vec<String>,
}

/// The sums, last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Reads made while planning.
    pub reads: u64,
    /// Actions listed.
    pub actions: u64,
    /// Different targets of actions.
    pub targets: u64,
    /// Targets of deferred changes at most.
    pub deferred_targets: u64,
    /// Per step: actions and wave sizes.
    pub steps: Vec<StepTotals>,
    /// Left out, by outcome.
    pub left_out: BTreeMap<String, u64>,
    /// Enabled, licensed members of the tenant, where a limit needs them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_members: Option<u64>,
    /// Shortest duration by the documented limits and the waits ahead, in seconds.
    pub shortest_seconds: u64,
    /// Longest of the waits and watches ahead, in seconds.
    pub waits_seconds: u64,
    /// An `assert` ended the program: what it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// The actions of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepTotals {
    /// Which.
    pub step: StepId,
    /// How many actions.
    pub actions: u64,
    /// Cumulative ends of its waves.
    pub waves: Vec<usize>,
    /// A hold after the first wave.
    pub hold: bool,
    /// How many failed, in doubt and unverified are borne.
    pub max_failures: usize,
    /// Nothing brings it back.
    pub irreversible: bool,
    /// Which of the actions come is known only at apply.
    #[serde(default, skip_serializing_if = "is_false")]
    pub conditional: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
