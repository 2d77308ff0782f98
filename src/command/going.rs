//! What `apply` and `resume` share: run until the end or until somebody is needed, seal, record, report.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use crate::approval::ApprovedPlan;
use crate::command::approve::waiting;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::{playbook, show, world};
use crate::edge::signals;
use crate::edge::state::{Ledger, Notary, RunFolder, RunReading, files};
use crate::log::fold::RunState;
use crate::log::model::RunEvent;
use crate::plan::model::Header;
use crate::plan::reader::PlanIndex;
use crate::playbook::Playbook;
use crate::playbook::model::{Output, Show, StepKind};
use crate::report::{self, Labels, RunReport};
use crate::run::apply::{Entry, Left, Options, RunError, WithoutPowerShell, apply, ledger_left};
use crate::run::journal::Journal;
use crate::run::world::Notice;
use crate::value::{Digest, Json, RunId, StepId};

/// Told each notice with the labels of the plan's actions.
pub type Tell = Arc<dyn Fn(&Notice<'_>, &Labels) + Send + Sync>;

/// A run that is about to go on.
pub struct Going {
    /// Which.
    pub run: RunId,
    /// Its folder, locked.
    pub folder: RunFolder,
    /// Its plan.
    pub index: PlanIndex,
    /// That it may.
    pub approved: ApprovedPlan,
    /// The tenant.
    pub connection: world::Connection,
    /// What its log says.
    pub state: RunState,
    /// Its first record, where there is none yet.
    pub begin: Option<RunEvent>,
    /// Signed go-aheads by step.
    pub go_aheads: BTreeMap<StepId, Digest>,
    /// What a missing PowerShell means.
    pub without_powershell: WithoutPowerShell,
    /// Whether an earlier process began it.
    pub entry: Entry,
    /// Told what happens.
    pub tell: Tell,
}

/// A run that this process has left.
#[derive(Debug)]
pub struct Finished {
    /// Which.
    pub run: RunId,
    /// The exit code.
    pub exit: ExitCode,
    /// Whether it is over.
    pub ended: bool,
    /// The report as text.
    pub report: String,
    /// Where it is not over: what brings it on, one command a line.
    pub next: Vec<String>,
}

impl Finished {
    /// The report, and below it what to do next.
    pub fn print(&self) {
        print!("{}", self.report);
        if !self.next.is_empty() {
            println!();
        }
        for line in &self.next {
            println!("Next: {line}");
        }
    }
}

/// What brings a run on that is not over.
fn next(run: &RunId, state: &RunState) -> Vec<String> {
    let person = "--key FILE --as PRINCIPAL";
    let open = state.bundles.values().any(|bundle| bundle.imported.is_none());
    let import = open.then(|| format!("redress import {run} RESULT {person}"));
    let approve = waiting(state).map(|_| format!("redress approve {run} {person}"));
    import
        .into_iter()
        .chain(approve)
        .chain([format!("redress resume {run}")])
        .collect()
}

/// A run's first record. `resume` writes it where a crash came between the ledger's record and this one.
pub fn first_record(
    context: &Context,
    index: &PlanIndex,
    approved: &ApprovedPlan,
    connection: &world::Connection,
    ledger_head: Digest,
) -> RunEvent {
    let header = &index.header;
    RunEvent::RunStarted {
        plan: index.digest,
        approvals: approved.statements().to_vec(),
        signers: approved.signers(),
        ledger: header.ledger.clone(),
        ledger_head,
        tenant: header.tenant.id.clone(),
        rehearsal: header.rehearsal,
        policy_by: context.policy_by().to_owned(),
        service_date: connection.reads.service_date().map(|(service, _)| service),
    }
}

/// Runs, seals the log, tells the ledger, and writes the report.
///
/// # Errors
/// The log cannot be written, or does not belong to the plan.
pub async fn go_on(context: &Context, notary: &Notary, going: Going) -> Result<Finished, Failure> {
    let header = going.index.header.clone();
    let playbook = Arc::new(program(&header)?);
    let plan = going.folder.layout().plan();
    let labels = Arc::new(labels(&plan)?);
    let principals = going.approved.principals().to_vec();
    let run = going.run.clone();
    let folder = Arc::new(going.folder);
    let texts = Arc::new(world::scripts(&playbook)?);
    let read = going.connection.read_world(context, texts, run.as_str());
    let start = crate::run::start(&playbook, &header, &read);
    let (tell, told) = (Arc::clone(&going.tell), Arc::clone(&labels));
    let journal: Arc<dyn Journal> = Arc::clone(&folder) as Arc<dyn Journal>;
    let tell: Arc<dyn Fn(&Notice<'_>) + Send + Sync> = Arc::new(move |notice| tell(notice, &told));
    let world = going.connection.world(read, journal, tell);
    let options = Options {
        go_aheads: going.go_aheads,
        without_powershell: going.without_powershell,
        entry: going.entry,
    };
    let running = apply(
        &going.approved,
        &going.index,
        start,
        going.state,
        going.begin,
        options,
        &world,
    );
    let result = tokio::select! {
        result = running => result,
        () = signals::interrupted() => interrupted(folder.as_ref()).await,
    };
    let left = match result {
        Ok(left) => left,
        Err(error) => return Err(broken(&error)),
    };
    record(context, notary, &folder, &left)?;
    let shape = Reported {
        header: &header,
        playbook: &playbook,
        labels: &labels,
        principals: &principals,
    };
    finished(context, run, &shape, &left)
}

/// Closes the books of a run whose process was killed after its last record: checkpoint, ledger, report.
///
/// # Errors
/// Something cannot be written.
pub fn close(
    context: &Context,
    notary: &Notary,
    folder: &RunFolder,
    header: &Header,
    principals: &[String],
    exit: u8,
) -> Result<Finished, Failure> {
    let left = Left {
        exit,
        ended: true,
        message: None,
    };
    record(context, notary, folder, &left)?;
    let (playbook, labels) = (program(header)?, labels(&folder.layout().plan())?);
    let shape = Reported {
        header,
        playbook: &playbook,
        labels: &labels,
        principals,
    };
    finished(context, folder.run().clone(), &shape, &left)
}

fn finished(context: &Context, run: RunId, of: &Reported<'_>, left: &Left) -> Result<Finished, Failure> {
    let reading = RunReading::open(&context.state, &run).map_err(|error| state_failure(&error))?;
    let report = write_report(&reading, &run, of, left.message.as_deref())?;
    let next = if left.ended {
        Vec::new()
    } else {
        next(&run, &reading.state)
    };
    Ok(Finished {
        run,
        exit: ExitCode::of(left.exit),
        ended: left.ended,
        report,
        next,
    })
}

/// The step program that the plan carries.
///
/// # Errors
/// This Redress does not take it.
pub fn program(header: &Header) -> Result<Playbook, Failure> {
    let templates = header
        .templates
        .iter()
        .map(|source| (source.name.clone(), source.text.clone()));
    playbook::carried(&header.playbook.name, &header.playbook.text, templates.collect())
}

fn labels(plan: &Path) -> Result<Labels, Failure> {
    let file = std::fs::File::open(plan).map_err(|error| Failure::reading(plan, &error))?;
    report::labels(BufReader::new(file)).map_err(|error| show::no_plan(&error))
}

/// What was in flight is in doubt; `resume` looks it up.
async fn interrupted(folder: &RunFolder) -> Result<Left, RunError> {
    folder.append(vec![RunEvent::RunLeft { exit: 130 }]).await?;
    Ok(Left {
        exit: 130,
        ended: false,
        message: Some("interrupted; what was in flight is looked up by `redress resume`".to_owned()),
    })
}

fn broken(error: &RunError) -> Failure {
    match error {
        RunError::Journal(_) => Failure::new(ExitCode::Log, error.to_string())
            .hint("nothing further was sent; free some space or repair the disk, then `redress resume RUN`"),
        RunError::Mismatch(_) => Failure::new(ExitCode::Evidence, error.to_string())
            .hint("`redress audit verify` says what is wrong with the log"),
    }
}

/// The last checkpoint, and the ledger's record of how long the log is now.
fn record(context: &Context, notary: &Notary, folder: &RunFolder, left: &Left) -> Result<(), Failure> {
    let sealed = folder
        .seal()
        .map_err(|error| Failure::new(ExitCode::Log, error.to_string()))?;
    let mut ledger = Ledger::open(&context.state, notary).map_err(|error| state_failure(&error))?;
    let event = ledger_left(left, sealed.bytes, sealed.records, sealed.sha256);
    ledger
        .left(folder.run(), event)
        .map_err(|error| state_failure(&error))
}

/// What a report needs besides the run.
pub struct Reported<'a> {
    /// The plan's first line.
    pub header: &'a Header,
    /// Its step program.
    pub playbook: &'a Playbook,
    /// Labels of its actions.
    pub labels: &'a Labels,
    /// Who approved.
    pub principals: &'a [String],
}

/// Renders the report and keeps it in the run's folder.
fn write_report(
    reading: &RunReading,
    run: &RunId,
    of: &Reported<'_>,
    message: Option<&str>,
) -> Result<String, Failure> {
    let known = in_plan(reading)?;
    let (in_plan, shown): (Vec<_>, Vec<_>) = shown(reading, of.playbook)
        .into_iter()
        .partition(|(name, text)| known.get(name) == Some(text));
    let in_plan: Vec<String> = in_plan.into_iter().map(|(name, _)| name).collect();
    let file = reading.layout.root().join("report.md");
    let places = places(reading, &file);
    let named: Vec<(String, &Path)> = places
        .iter()
        .map(|(name, path)| (name.clone(), path.as_path()))
        .collect();
    let text = report::report(&RunReport {
        run,
        header: of.header,
        state: &reading.state,
        labels: of.labels,
        shown: &shown,
        in_plan: &in_plan,
        principals: of.principals,
        message,
        places: &named,
    });
    files::write(&file, text.as_bytes()).map_err(|error| Failure::writing(&file, &error))?;
    Ok(text)
}

/// Texts that the plan has shown, by file name.
fn in_plan(reading: &RunReading) -> Result<BTreeMap<String, String>, Failure> {
    let plan = reading.layout.plan();
    let file = std::fs::File::open(&plan).map_err(|error| Failure::reading(&plan, &error))?;
    report::texts(BufReader::new(file)).map_err(|error| show::no_plan(&error))
}

/// Texts that the playbook wants read after the run.
fn shown(reading: &RunReading, playbook: &Playbook) -> Vec<(String, String)> {
    let wants = |kind: &StepKind| matches!(kind, StepKind::Output(Output { show: Show::Yes, .. }));
    let steps = playbook.steps.iter().filter(|step| wants(&step.kind));
    steps
        .filter_map(|step| {
            let name = artefact(reading, &step.id)?;
            let text = std::fs::read_to_string(reading.layout.artefacts().join(&name)).ok()?;
            Some((name, text))
        })
        .collect()
}

/// The name of the file that a step wrote.
fn artefact(reading: &RunReading, step: &StepId) -> Option<String> {
    let output = reading.state.steps.get(step)?.output.as_ref()?;
    let details = reading.kept(&output.details).ok()?;
    details.get("file").and_then(Json::as_str).map(str::to_owned)
}

fn places(reading: &RunReading, report: &Path) -> Vec<(String, std::path::PathBuf)> {
    let mut places = vec![
        ("plan".to_owned(), reading.layout.plan()),
        ("log".to_owned(), reading.layout.log()),
        ("report".to_owned(), report.to_owned()),
    ];
    for step in reading.state.steps.keys() {
        if let Some(name) = artefact(reading, step) {
            places.push(("file".to_owned(), reading.layout.artefacts().join(name)));
        }
    }
    places
}
