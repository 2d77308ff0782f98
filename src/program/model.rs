//! What the interpreter asks for, and what it is told.
//!
//! These are values: nothing here reads, changes or waits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Span;
use crate::graph::model::{GraphRequest, RestRequest};
use crate::playbook::expression::EvaluationError;
use crate::playbook::model::{OnError, Show};
use crate::powershell::model::ScriptRequest;
use crate::program::change::ChangeStep;
use crate::program::watch::WaitAsk;
use crate::value::{ActionId, Answer, StepId};

/// One exact request or script: what a plan lists and what is performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// To Microsoft Graph.
    Graph(GraphRequest),
    /// To a named host.
    Rest(RestRequest),
    /// A script.
    PowerShell(ScriptRequest),
}

impl Request {
    /// One line for people: `POST /v1.0/users/4f6c…/revokeSignInSessions`, `exchange/get-auth-server on exchange`.
    pub fn headline(&self) -> String {
        match self {
            Request::Graph(graph) => format!("{} {}", graph.method, graph.url),
            Request::Rest(rest) => format!("GET {}", rest.url),
            Request::PowerShell(script) => format!("{} on {}", script.template, script.host),
        }
    }
}

/// What comes next. The caller answers with the method of [`crate::program::Interpreter`] that each names.
#[derive(Debug)]
pub enum Ask {
    /// Reads of one step, one a turn; answer with `answer_reads`.
    Reads(StepReads),
    /// A change; answer with `change_planned` (dry run) or `change_done`.
    Change(Box<ChangeStep>),
    /// A pause; answer with `wait_over`.
    Wait(WaitAsk),
    /// An artefact; answer with `output_written`.
    Output(OutputAsk),
    /// A person must look and sign; answer with `gate_passed`.
    Gate(GateAsk),
    /// Cannot be known now. Nothing to answer: the interpreter has bound its result as unknown.
    Deferred(Deferred),
    /// The program is over.
    End(End),
}

/// The reads of one step.
#[derive(Debug)]
pub struct StepReads {
    /// Whose.
    pub step: StepId,
    /// What a failure means.
    pub on_error: OnError,
    /// In the order of `for_each`; turns whose `when` is false are not here.
    pub reads: Vec<ReadAsk>,
}

/// One read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAsk {
    /// Step, target, ordinal.
    pub key: ActionId,
    /// What to send.
    pub request: Request,
}

/// What became of a read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadAnswer {
    /// A status that the step expects.
    Answered(Answer),
    /// Anything else.
    Failed(ReadFailure),
    /// Nobody can be asked now (a script that is run elsewhere): unknown.
    Later,
    /// A rehearsal goes on without it.
    NotReached,
}

/// Why a read gave nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadFailure {
    /// Lower case, for people.
    pub message: String,
    /// HTTP status, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's `request-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// An artefact to write.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputAsk {
    /// Whose.
    pub step: StepId,
    /// One plain file name.
    pub file: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Whether people read it in the plan.
    pub show: Show,
}

/// A gate.
#[derive(Clone, Debug, PartialEq)]
pub struct GateAsk {
    /// Whose.
    pub step: StepId,
    /// What the person is told.
    pub message: String,
}

/// A step that is known only at apply, with its upper bound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferred {
    /// Which.
    pub step: StepId,
    /// Read, change, or something else that a step does.
    pub what: DeferredKind,
    /// Why it is not known: lower case, for people.
    pub because: String,
    /// For a change: the most that may be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

/// What a deferred step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the step kinds'")]
pub enum DeferredKind {
    Read,
    Change,
    Wait,
    Output,
    Assert,
    Gate,
}

/// The upper bound of a change that is not known exactly: this is what gets approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// At most so many targets.
    pub targets: usize,
    /// Method and path with `{}` for what is not known, or template, script digest and host.
    pub pattern: String,
}

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All steps were walked.
    Finished,
    /// An `assert` with `else: done` was false: nothing to do.
    Done {
        /// Which step.
        step: StepId,
        /// What it says.
        message: String,
    },
    /// An `assert` with `else: fail` was false.
    Refused {
        /// Which step.
        step: StepId,
        /// What it says.
        message: String,
    },
}

/// The step program cannot go on; nothing was done by the step that it names.
#[derive(Clone, Debug, thiserror::Error)]
#[error("step `{step}`: {message}")]
pub struct ProgramError {
    /// Which step.
    pub step: StepId,
    /// Lower case, names the thing in backticks.
    pub message: String,
    /// Where in the playbook.
    pub span: Span,
}

impl ProgramError {
    pub(crate) fn of(step: &StepId, error: EvaluationError) -> Self {
        ProgramError {
            step: step.clone(),
            message: error.message,
            span: error.span,
        }
    }
}

/// How long a pause is.
#[derive(Clone, Debug)]
pub enum Pause {
    /// So long.
    For(Duration),
    /// Until something is seen.
    Until(Box<crate::program::watch::WatchRun>),
}
