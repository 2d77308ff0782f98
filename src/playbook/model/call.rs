//! What a step does: the kinds, and the calls that they make, unrendered.
//!
//! What a change may have besides is in `change.rs`.

use std::time::Duration;

use crate::playbook::expression::Expression;
use crate::playbook::text::{Message, Text};
use crate::value::Json;

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
    /// The template's name; its text is in [`crate::playbook::Playbook::templates`].
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
    /// Whether people read it in the plan and at the end of the run.
    pub show: Show,
}

/// `show`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Text that is printed with the plan and after the run.
    Yes,
    /// Only a file.
    No,
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
