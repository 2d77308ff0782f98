//! A checked playbook: what is wrong in the text cannot be said here.
//!
//! Made by [`crate::playbook::check`] only. Every part keeps the place it came from.

mod call;
mod change;

use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{SourceFile, Span};
use crate::playbook::expression::Expression;
use crate::value::{Json, StepId};

pub use call::{
    ApiVersion, Assert, Body, Compute, Effect, GraphCall, Method, Otherwise, Output, OutputFormat, Pages,
    PowerShellCall, Read, RestCall, RestFormat, Show, StepKind, Wait, Watch,
};
pub use change::{Change, Hold, LeaveOut, LeftOut, Portion, Precheck, RestsOn, Undo};

/// A whole playbook.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// The text it was checked from; goes into the plan as the step program.
    pub source: Arc<SourceFile>,
    /// `id`: lower-case words joined by `-`.
    pub id: String,
    /// One line.
    pub title: String,
    /// A few sentences, or nothing.
    pub description: String,
    /// In the order written.
    pub inputs: Vec<Input>,
    /// Upper bounds on what a plan may touch.
    pub limits: Limits,
    /// Who is never a target.
    pub protect: Protect,
    /// How its plans are approved.
    pub change: ChangePolicy,
    /// Constant data, bound as `tables`.
    pub tables: Json,
    /// In the order they run.
    pub steps: Vec<Step>,
    /// PowerShell templates that its steps name, each once, sorted by name.
    pub templates: Vec<ScriptTemplate>,
}

/// A PowerShell template's constant text, as the plan carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptTemplate {
    /// `exchange/get-auth-server`, `./mine`.
    pub name: String,
    /// The script as written by its author: ASCII, LF; [`crate::powershell`] makes the file that runs.
    pub text: String,
}

/// One input.
#[derive(Clone, Debug)]
pub struct Input {
    /// Bound as `inputs.NAME`.
    pub name: String,
    /// What it may be.
    pub kind: InputKind,
    /// Taken when nothing is given; without one the input must be given.
    pub default: Option<Json>,
    /// For people.
    pub description: String,
    /// Where it is declared.
    pub span: Span,
}

/// The type of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `24h`, `90m`, `1h30m`; kept as text, checked.
    Duration,
    /// RFC 3339, kept as text, checked.
    Timestamp,
    /// One of the listed texts.
    Enum(Vec<String>),
    /// A user as UPN, mail or object id; resolved to `{id, userPrincipalName, …}` at plan time.
    User,
    /// A group, likewise.
    Group,
    /// A list; a list of users may be given as a CSV file with a `userPrincipalName` column.
    List(Box<InputKind>),
    /// Any mapping.
    Map,
    /// A CSV file: a list of maps by column name.
    Csv,
    /// A JSON file.
    JsonFile,
}

/// Upper bounds; a playbook may only tighten what the policy allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many targets of changes in one plan.
    pub targets: usize,
    /// At most this share of the enabled, licensed members, rounded up; percent.
    pub tenant_percent: Option<u32>,
    /// Where it is written, if it is.
    pub span: Option<Span>,
}

/// Accounts that are never a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protect {
    /// Object ids of groups; missing or unreadable ones refuse the plan.
    pub groups: Vec<String>,
    /// Object ids of users.
    pub users: Vec<String>,
    /// Where it is written, if it is.
    pub span: Option<Span>,
}

/// How plans of this playbook are approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePolicy {
    /// Persons that must sign.
    pub approvals: usize,
    /// How long after planning time the first change may be made.
    pub valid_for: Duration,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What later steps call its result.
    pub id: StepId,
    /// For people.
    pub title: Option<String>,
    /// The step's `id` value in the text.
    pub span: Span,
    /// What it does.
    pub kind: StepKind,
    /// Only if true; evaluated once a turn.
    pub when: Option<Expression>,
    /// One turn per element.
    pub for_each: Option<ForEach>,
    /// What a failure does to the rest.
    pub on_error: OnError,
    /// Labels.
    pub tags: Vec<String>,
    /// Present exactly where the step is a change.
    pub change: Option<Change>,
}

/// `for_each` and `as`.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// A list, or what gives one.
    pub over: ListSource,
    /// The name that each element is bound to.
    pub name: String,
}

/// What a `for_each` walks over.
#[derive(Clone, Debug)]
pub enum ListSource {
    /// Written in the playbook.
    Literal(Vec<Json>),
    /// Evaluated.
    Expression(Expression),
}

/// `on_error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnError {
    /// The run stops (a change's target stops; others go on within `max_failures`).
    Stop,
    /// The failure is bound to the id, typed, and the next step goes on.
    Continue,
}
