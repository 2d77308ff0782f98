//! The dry run: walks the program with reads only and writes the plan.
//!
//! Has no port that could change anything. What is read here is not read again at apply.

mod ahead;
mod directory;
mod waits;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog;
use crate::plan::action::{self, TurnLine};
use crate::plan::limits::{self, LimitExceeded};
use crate::plan::model::Line;
use crate::plan::model::{Header, LeftOutLine, Observation, Preview, StepTotals, Totals};
use crate::plan::waves;
use crate::plan::writer::{PlanWriter, WriteError};
use crate::playbook::Playbook;
use crate::playbook::expression::Scope;
use crate::playbook::model::{StepKind, Undo};
use crate::program::change::{Certainty, ChangeStep, Disposition};
use crate::program::model::{Ask, Deferred, DeferredKind, End, ProgramError, ReadAnswer, Request, StepReads};
use crate::program::{Interpreter, Start, TurnOutcome};
use crate::run::parallel::read_all;
use crate::run::ports::{CallError, Door};
use crate::run::world::{ReadWorld, read_answer};
use crate::value::{Digest, Json, Value, canonical};

pub use directory::{DirectoryError, Unresolved};

/// What planning begins with; the rest of the header is found out.
#[derive(Debug)]
pub struct Planning {
    /// The checked playbook.
    pub playbook: Arc<Playbook>,
    /// Header with inputs as given and nobody protected yet.
    pub header: Header,
    /// Where scripts that only read may work.
    pub scratch: PathBuf,
}

/// A finished plan.
#[derive(Debug)]
pub struct Observed {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its first line.
    pub header: Header,
    /// Its last line.
    pub totals: Totals,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Inputs or protected groups that the directory does not know.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The program cannot go on; with the call that failed, where one did.
    #[error("{error}")]
    Program {
        /// What the interpreter says.
        error: Box<ProgramError>,
        /// The failed read behind it.
        call: Option<Box<CallError>>,
    },
    /// A limit is exceeded.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// An `assert` refused.
    #[error("{message}")]
    Refused {
        /// What it says.
        message: String,
    },
    /// The plan cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<ProgramError> for ObserveError {
    fn from(error: ProgramError) -> Self {
        ObserveError::Program {
            error: Box::new(error),
            call: None,
        }
    }
}

type Out<'a> = &'a mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send);

/// Reads the tenant and writes the plan's lines to `out`.
///
/// # Errors
/// See [`ObserveError`]; what was written so far is no plan.
pub async fn observe(planning: Planning, world: &ReadWorld, out: Out<'_>) -> Result<Observed, ObserveError> {
    let Planning {
        playbook,
        mut header,
        scratch,
    } = planning;
    directory::resolve_inputs(&playbook, &mut header.inputs, world).await?;
    header.protected = directory::protected(&playbook, world).await?;
    let members = directory::members(&playbook, world).await?;
    let mut walk = Walk {
        interpreter: Interpreter::new(start(&playbook, &header, world)),
        playbook: Arc::clone(&playbook),
        writer: PlanWriter::begin(&header, out)?,
        world,
        scratch,
        shortest_seconds: 0,
        last_failure: None,
    };
    walk.writer.totals.tenant_members = members;
    while walk.step(out).await? {}
    walk.writer.totals.shortest_seconds += walk.shortest_seconds;
    let (digest, totals) = walk.writer.finish(out)?;
    limits::check(&playbook.limits, &totals)?;
    Ok(Observed {
        digest,
        header,
        totals,
    })
}

/// What a program starts with, from the header of its plan: the same at plan and at apply.
pub fn start(playbook: &Arc<Playbook>, header: &Header, world: &ReadWorld) -> Start {
    let mut scope = Scope::new(header.planned_at);
    for input in &playbook.inputs {
        let value = header
            .inputs
            .get(&input.name)
            .map_or(Value::Absent, |json| Value::Known(json.clone()));
        scope.bind_field("inputs", &input.name, value);
    }
    let tenant = serde_json::json!({"id": header.tenant.id, "name": header.tenant.name});
    scope.bind("tenant", Value::Known(tenant));
    Start {
        playbook: Arc::clone(playbook),
        scripts: Arc::clone(&world.texts),
        scope,
        protected: Arc::new(header.protected.clone()),
    }
}

struct Walk<'a> {
    interpreter: Interpreter,
    playbook: Arc<Playbook>,
    writer: PlanWriter,
    world: &'a ReadWorld,
    scratch: PathBuf,
    shortest_seconds: u64,
    last_failure: Option<CallError>,
}

impl Walk<'_> {
    /// One ask; false at the end.
    async fn step(&mut self, out: Out<'_>) -> Result<bool, ObserveError> {
        match self.interpreter.advance()? {
            Ask::Reads(reads) => self.reads(&reads, out).await?,
            Ask::Change(step) => self.change(&step, out).await?,
            Ask::Deferred(deferred) => {
                self.writer.totals.waits_seconds += self.waits_of(&deferred);
                self.writer.deferred(deferred, out)?;
            }
            Ask::Wait(wait) => {
                let line = ahead::wait(&wait);
                self.writer.totals.waits_seconds += line.seconds.unwrap_or(0);
                self.writer.line(&Line::Ahead(line), out)?;
                self.interpreter.wait_over(None);
            }
            Ask::Output(output) => {
                self.writer.line(&Line::Ahead(ahead::output(&output)), out)?;
                self.interpreter.output_written(&output.file, &output.content);
            }
            Ask::Gate(gate) => {
                self.writer.line(&Line::Ahead(ahead::gate(&gate)), out)?;
                self.interpreter.gate_passed();
            }
            Ask::End(End::Finished) => return Ok(false),
            Ask::End(End::Done { message, .. }) => {
                self.writer.totals.ended = Some(message);
                return Ok(false);
            }
            Ask::End(End::Refused { message, .. }) => return Err(ObserveError::Refused { message }),
        }
        Ok(true)
    }

    async fn reads(&mut self, reads: &StepReads, out: Out<'_>) -> Result<(), ObserveError> {
        if reads.reads.iter().any(|ask| self.world.elsewhere(&ask.request)) {
            self.writer.deferred(
                Deferred {
                    step: reads.step.clone(),
                    what: DeferredKind::Read,
                    because: "its script is not run on this machine".to_owned(),
                    bound: None,
                },
                out,
            )?;
            let later: Vec<_> = reads.reads.iter().map(|_| ReadAnswer::Later).collect();
            return Ok(self.interpreter.answer_reads(&later)?);
        }
        let scratch = self.scratch.clone();
        let folder = move |ask: &crate::program::model::ReadAsk| {
            scratch.join(Digest::of(ask.key.as_str().as_bytes()).short())
        };
        let results = read_all(self.world, &reads.reads, Arc::new(folder)).await;
        let mut answers = Vec::with_capacity(results.len());
        for (ask, result) in reads.reads.iter().zip(results) {
            if let Err(error) = &result {
                self.last_failure = Some(error.clone());
            }
            let answer = read_answer(result);
            self.writer
                .observation(observation(ask.key.clone(), &ask.request, &answer), out)?;
            answers.push(answer);
        }
        self.interpreter
            .answer_reads(&answers)
            .map_err(|error| ObserveError::Program {
                error: Box::new(error),
                call: self.last_failure.take().map(Box::new),
            })
    }

    async fn change(&mut self, step: &ChangeStep, out: Out<'_>) -> Result<(), ObserveError> {
        let (mut acting, mut conditional) = (0, false);
        for candidate in step.candidates() {
            let candidate = candidate?;
            if matches!(candidate.disposition, Disposition::Act(_)) {
                acting += 1;
                conditional |= candidate.certainty == Certainty::Conditional;
            }
        }
        let ends = waves::ends(&step.change().waves, acting);
        let (mut position, mut left_out) = (0, Vec::new());
        for candidate in step.candidates() {
            let candidate = candidate?;
            let wave = if conditional {
                0
            } else {
                waves::wave_of(&ends, position)
            };
            match action::line(step, &candidate, wave)? {
                TurnLine::LeftOut(line) => {
                    left_out.push(outcome(&line, candidate.raw_id()));
                    self.writer.left_out(line, out)?;
                }
                TurnLine::Action(line) => {
                    position += 1;
                    let preview = self.preview(&line.id, line.request.as_ref()).await;
                    self.writer.action(*line, out)?;
                    if let Some(preview) = preview {
                        self.writer.line(&Line::Preview(preview), out)?;
                    }
                }
            }
        }
        self.step_totals(step, acting, ends, conditional);
        if acting == 0 {
            self.interpreter.change_done(&left_out);
        } else {
            self.interpreter.change_planned();
        }
        Ok(())
    }

    async fn preview(&self, id: &crate::value::ActionId, request: Option<&Request>) -> Option<Preview> {
        let request = request?;
        let Request::PowerShell(script) = request else {
            return None;
        };
        if self.world.scripts.door(&script.host) != Door::Here {
            return None;
        }
        let folder = self
            .scratch
            .join(format!("whatif-{}", Digest::of(id.as_str().as_bytes()).short()));
        let job = self.world.job(request, id, folder);
        let lines = match self.world.scripts.preview(&job).await {
            Ok(answer) => what_if_lines(&answer.body),
            Err(error) => vec![format!("no preview: {error}")],
        };
        Some(Preview {
            action: id.clone(),
            lines,
        })
    }

    /// A deferred step may still wait: its pause, or what its change holds and verifies at most.
    fn waits_of(&self, deferred: &Deferred) -> u64 {
        let Some(step) = self.playbook.steps.iter().find(|step| step.id == deferred.step) else {
            return 0;
        };
        match (&step.change, &deferred.bound) {
            (Some(change), Some(bound)) => waits::of_change(change, bound.targets),
            (Some(_), None) | (None, _) => waits::of_pause(step),
        }
    }

    fn step_totals(&mut self, step: &ChangeStep, acting: usize, waves: Vec<usize>, conditional: bool) {
        let change = step.change();
        if let StepKind::Graph(call) = &step.step().kind
            && let Some(known) = catalog::find(call.method.as_str(), &call.path.pattern())
        {
            self.shortest_seconds += catalog::limit(known.workload).shortest(acting).as_secs();
        }
        self.writer.totals.waits_seconds += waits::of_change(change, acting);
        self.writer.step_done(StepTotals {
            step: step.id().clone(),
            actions: acting as u64,
            hold: change.hold.is_some() && waves.len() > 1,
            waves,
            max_failures: waves::threshold(change.max_failures, acting),
            irreversible: change.undo == Undo::Irreversible,
            conditional,
        });
    }
}

fn observation(read: crate::value::ActionId, request: &Request, answer: &ReadAnswer) -> Observation {
    let (answer, failure) = match answer {
        ReadAnswer::Answered(answer) => (Some(answer.clone()), None),
        ReadAnswer::Failed(failure) => (None, Some(failure.clone())),
        ReadAnswer::Later | ReadAnswer::NotReached => (None, None),
    };
    Observation {
        read,
        request: request.clone(),
        digest: answer
            .as_ref()
            .and_then(|answer| canonical::digest(&answer.body).ok()),
        answer,
        failure,
    }
}

fn outcome(line: &LeftOutLine, raw: Option<String>) -> TurnOutcome {
    TurnOutcome {
        target: raw.unwrap_or_else(|| line.target.to_string()),
        outcome: line.outcome.clone(),
        status: None,
        code: None,
        request_id: None,
    }
}

fn what_if_lines(body: &Json) -> Vec<String> {
    body.get("what_if")
        .and_then(Json::as_array)
        .map(|lines| lines.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        .unwrap_or_default()
}

/// Inputs by name; the type of a header's inputs.
pub type Inputs = BTreeMap<String, Json>;
