//! A checked playbook: what is wrong in the text cannot be said here.
//!
//! Made by [`crate::playbook::check`] only. Every part keeps the place it came from.

use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{SourceFile, Span};
use crate::playbook::expression::Expression;
use crate::playbook::text::{Message, Text};
use crate::value::{Json, StepId};

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

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// A Microsoft Graph call.
    Graph(GraphCall),
    /// A call to a named, allow-listed host that is not Graph.
    Rest(RestCall),
    /// A PowerShell template.
    PowerShell(PowerShellCall),
    /// Named expressions in order, each seeing those before it; or one unnamed expression.
    Compute(Compute),
    /// Goes on only if true.
    Assert(Assert),
    /// Waits for a time, or until a read says so.
    Wait(Wait),
    /// Writes an artefact into the run's folder.
    Output(Output),
    /// A gate: a person looks, then signs.
    Approve(Message),
}

/// A Graph call, unrendered.
#[derive(Clone, Debug)]
pub struct GraphCall {
    /// `GET`, `POST`, `PATCH`, `PUT`, `DELETE`.
    pub method: Method,
    /// v1.0 unless the path began with `/beta/`.
    pub version: ApiVersion,
    /// Without version and query; begins with `/`.
    pub path: Text,
    /// In the order written.
    pub query: Vec<(String, Text)>,
    /// In the order written.
    pub headers: Vec<(String, Text)>,
    /// JSON with holes.
    pub body: Option<Body>,
    /// How many pages to read.
    pub pages: Pages,
    /// Status codes that are answers; by default every 2xx.
    pub expect: Vec<u16>,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Patch,
    Put,
    Delete,
}

impl Method {
    /// In capitals, as on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        }
    }
}

/// The version of the Graph API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiVersion {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
}

impl ApiVersion {
    /// The first path segment, with its slash.
    pub fn prefix(self) -> &'static str {
        match self {
            ApiVersion::V1 => "/v1.0",
            ApiVersion::Beta => "/beta",
        }
    }
}

/// `pages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pages {
    /// The answer is one body.
    One,
    /// Follow `@odata.nextLink`; the answer is the list of all items, at most so many pages.
    All {
        /// Cap; beyond it the read fails rather than being cut.
        limit: usize,
    },
}

/// JSON with holes.
#[derive(Clone, Debug)]
pub enum Body {
    /// No hole in it.
    Literal(Json),
    /// A text with holes.
    Text(Text),
    /// A list.
    List(Vec<Body>),
    /// A mapping, in the order written.
    Map(Vec<(String, Body)>),
}

/// A call to a named host of the configuration; a read (GET) in this version.
#[derive(Clone, Debug)]
pub struct RestCall {
    /// The whole URL: a hole for a URL that a read returned, or a literal. Its origin must be one of the
    /// configuration's named hosts.
    pub url: Text,
    /// How the answer is read.
    pub accept: RestFormat,
    /// Status codes that are answers; by default every 2xx.
    pub expect: Vec<u16>,
}

/// The format of a `rest` answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestFormat {
    /// JSON.
    Json,
    /// XML, bound as `{name, attributes: {…}, text, children: […]}`, names without namespace prefix.
    Xml,
    /// Text.
    Text,
}

/// A PowerShell template with its parameters.
#[derive(Clone, Debug)]
pub struct PowerShellCall {
    /// The template's name; its text is in [`Playbook::templates`].
    pub template: String,
    /// The host of the configuration it runs on (`on:`, default `exchange`).
    pub host: String,
    /// Parameter name → value with holes, in the order written.
    pub with: Vec<(String, Body)>,
    /// What the template itself declares; see [`crate::powershell::template`].
    pub effect: Effect,
}

/// The effect of a step; nothing else exists, and unknown counts as change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Only reads.
    Read,
    /// May change something.
    Change,
}

/// `compute`.
#[derive(Clone, Debug)]
pub enum Compute {
    /// One expression; its value is the step's.
    One(Expression),
    /// Named expressions; the step's value is the map of them.
    Named(Vec<(String, Expression)>),
}

/// `assert`.
#[derive(Clone, Debug)]
pub struct Assert {
    /// Must be true to go on.
    pub condition: Expression,
    /// `else: done` ends well, `else: fail` refuses (13).
    pub otherwise: Otherwise,
    /// Said when it is false.
    pub message: Message,
}

/// What a false `assert` means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Ends well: nothing to do.
    Done,
    /// Refused.
    Fail,
}

/// `wait`.
#[derive(Clone, Debug)]
pub enum Wait {
    /// `wait: 15m`.
    For(Duration),
    /// A read until a condition holds, or the time is over (which is an answer: `reached: false`).
    Until(Watch),
}

/// A bounded watch: a read, repeated until a condition on its `result` holds.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The read.
    pub read: Read,
    /// Sees `result`.
    pub until: Expression,
    /// Time between reads.
    pub every: Duration,
    /// Gives up after this long.
    pub within: Duration,
}

/// A read inside another construct: `precheck`, `verify`, `hold`, `wait`.
#[derive(Clone, Debug)]
pub enum Read {
    /// GET to Graph.
    Graph(GraphCall),
    /// GET to a named host.
    Rest(RestCall),
    /// A template that declares that it reads.
    PowerShell(PowerShellCall),
}

/// `output`.
#[derive(Clone, Debug)]
pub struct Output {
    /// One plain file name.
    pub file: Text,
    /// How it is written.
    pub format: OutputFormat,
}

/// The content of an artefact.
#[derive(Clone, Debug)]
pub enum OutputFormat {
    /// Any value, pretty-printed.
    Json(Expression),
    /// A list of maps; columns in the order given.
    Csv {
        /// Gives the rows.
        rows: Expression,
        /// Column names, keys of each row.
        columns: Vec<String>,
    },
    /// Text or Markdown.
    Text(Message),
}

/// What a change may have besides.
#[derive(Clone, Debug)]
pub struct Change {
    /// Cumulative; empty means one wave with all targets.
    pub waves: Vec<Portion>,
    /// What happens after the first wave.
    pub hold: Option<Hold>,
    /// How many failed, in doubt and unverified are borne; beyond it the run stops.
    pub max_failures: Portion,
    /// In flight at once at most.
    pub concurrency: usize,
    /// `user.accountEnabled` → root `user`, field `accountEnabled`.
    pub rests_on: Vec<RestsOn>,
    /// A read just before.
    pub precheck: Option<Precheck>,
    /// A read just after, until a condition holds.
    pub verify: Option<Watch>,
    /// Targets that are named but never changed, and why.
    pub leave_out: Vec<LeaveOut>,
    /// How it is undone.
    pub undo: Undo,
    /// What it means for the person or server touched, in plain words.
    pub consequence: Option<Message>,
    /// The upper bound of targets where they are not known at plan time.
    pub at_most: Option<usize>,
    /// A list known at plan time: the most that a `for_each` known only later may yield. The plan then lists an
    /// action for each element of it, marked conditional.
    pub among: Option<Expression>,
}

/// A number of targets, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// So many.
    Count(usize),
    /// Percent of the step's targets; thousandths of a percent are not needed.
    Percent(u32),
}

/// A field that a change rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestsOn {
    /// The `as` name.
    pub root: String,
    /// Field path below it, at least one name.
    pub path: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

/// `precheck`.
#[derive(Clone, Debug)]
pub struct Precheck {
    /// Bound to `before`.
    pub read: Read,
    /// More reads, each bound to its name, in the order written.
    pub also: Vec<(String, Read)>,
    /// True: the target is skipped. Sees `before` and the names of `also`.
    pub skip_if: Option<Expression>,
    /// Said of a skipped target.
    pub because: Option<Message>,
}

/// `hold`: after the first wave.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Goes on by itself when this comes true within its time; sees `result` and `wave` (the targets done).
    pub watch: Option<Watch>,
    /// Told to the person who looks.
    pub message: Option<Message>,
}

/// `leave_out`.
#[derive(Clone, Debug)]
pub struct LeaveOut {
    /// True: this target is not changed.
    pub condition: Expression,
    /// Which outcome it gets.
    pub outcome: LeftOut,
    /// Why, in plain words.
    pub because: Message,
}

/// The outcome of a target that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Never a target.
    Protected,
    /// It would change nothing.
    NoEffect,
}

/// `undo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Nothing brings it back.
    Irreversible,
    /// Said in words what a person would do.
    ByHand(String),
    /// Not said; `check` warns.
    NotSaid,
}
