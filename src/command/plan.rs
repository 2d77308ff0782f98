//! `redress plan`: reads the tenant, writes nothing to it, and lists every change in one file.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::command::args::PlanArgs;
use crate::command::context::Context;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::{playbook, show, world};
use crate::edge::playbooks::Found;
use crate::edge::state::{Layout, files};
use crate::plan::model::{Header, Source, Tenant, VERSION};
use crate::playbook::Playbook;
use crate::report::Lines;
use crate::run::{DirectoryError, ObserveError, Observed, Planning, observe};
use crate::value::{Json, LedgerId, Nonce, whole_seconds};

/// A plan that was made.
#[derive(Debug)]
pub struct Made {
    /// Where it lies.
    pub path: PathBuf,
    /// What is in it.
    pub observed: Observed,
}

/// Makes a plan and shows it.
///
/// # Errors
/// There is no plan.
pub async fn run(context: &Context, args: &PlanArgs) -> Result<ExitCode, Failure> {
    let found = playbook::find(&args.playbook)?;
    let (playbook, warnings) = playbook::checked(&found)?;
    if !warnings.is_empty() {
        eprint!("{}", crate::report::diagnostics(&warnings));
    }
    let inputs = playbook::bind(&playbook, &args.inputs, None)?;
    let ledger = match &args.ledger {
        Some(id) => LedgerId::new(id.clone()),
        None => context.ledger_id()?,
    };
    let made = make(context, &found, playbook, inputs, ledger, args.out.as_deref()).await?;
    print!("{}", show::text(&made.path, Lines::Folded)?);
    println!("Plan written to {}", made.path.display());
    let changes = made.observed.totals.actions + made.observed.totals.deferred_targets > 0;
    if changes {
        println!(
            "Next: redress approve {} --key FILE --as PRINCIPAL",
            made.path.display()
        );
    }
    Ok(if args.detailed_exitcode && changes {
        ExitCode::HasChanges
    } else {
        ExitCode::Done
    })
}

/// Makes a plan; the file appears only when it is whole.
///
/// # Errors
/// There is no plan.
pub async fn make(
    context: &Context,
    found: &Found,
    playbook: Playbook,
    inputs: BTreeMap<String, Json>,
    ledger: LedgerId,
    out: Option<&Path>,
) -> Result<Made, Failure> {
    let playbook = Arc::new(playbook);
    let nonce = Nonce::new(hex::encode(crate::command::random::bits128()));
    let texts = Arc::new(world::scripts(&playbook)?);
    let connection = world::connect(context)?;
    world::check_clock(context, connection.reads.as_ref()).await?;
    let read = connection.read_world(context, texts, nonce.as_str());
    let header = header(context, &playbook, inputs, nonce, ledger)?;
    let path = match out {
        Some(path) => path.to_owned(),
        None => default_path(context, &playbook, &header)?,
    };
    let scratch = tempfile::Builder::new()
        .prefix("redress-plan-")
        .tempdir()
        .map_err(|error| Failure::new(ExitCode::Log, format!("failed to make a scratch folder: {error}")))?;
    let planning = Planning {
        playbook,
        header,
        scratch: scratch.path().to_owned(),
    };
    let observed = write(planning, &read, &path)
        .await
        .map_err(|error| failure(&error))?;
    tracing::debug!(found = found.name, plan = %path.display(), "plan made");
    Ok(Made { path, observed })
}

fn header(
    context: &Context,
    playbook: &Playbook,
    inputs: BTreeMap<String, Json>,
    nonce: Nonce,
    ledger: LedgerId,
) -> Result<Header, Failure> {
    let tenant = context.tenant()?;
    let planned_at = whole_seconds(context.clock.now());
    let valid_for =
        SignedDuration::try_from(playbook.change.valid_for).unwrap_or(SignedDuration::from_hours(8));
    let templates = playbook.templates.iter().map(|template| Source {
        name: template.name.clone(),
        text: template.text.clone(),
        declaration: None,
    });
    Ok(Header {
        v: VERSION,
        redress: env!("CARGO_PKG_VERSION").to_owned(),
        playbook: Source {
            name: playbook.id.clone(),
            text: playbook.source.text.clone(),
            declaration: None,
        },
        templates: templates.collect(),
        inputs,
        tenant: Tenant {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
            graph: tenant.graph.as_str().to_owned(),
        },
        rehearsal: context.is_sandbox()?,
        planned_at,
        valid_until: planned_at.checked_add(valid_for).unwrap_or(planned_at),
        nonce,
        ledger,
        policy: context.policy_digest(),
        policy_by: context.policy_by().to_owned(),
        approvals: playbook.change.approvals.max(context.approvals_needed()),
        protected: BTreeMap::new(),
    })
}

fn default_path(context: &Context, playbook: &Playbook, header: &Header) -> Result<PathBuf, Failure> {
    let plans = Layout::new(&context.state).plans();
    files::make_folder(&plans).map_err(|error| {
        Failure::new(
            ExitCode::Log,
            format!("failed to make `{}`: {error}", plans.display()),
        )
    })?;
    let time = header.planned_at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let nonce = &header.nonce.as_str()[..6];
    Ok(plans.join(format!("{}-{time}-{nonce}.plan", playbook.id)))
}

async fn write(
    planning: Planning,
    read: &crate::run::world::ReadWorld,
    path: &Path,
) -> Result<Observed, ObserveError> {
    let io = |error: std::io::Error| ObserveError::Write(crate::plan::writer::WriteError::Io(error));
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".redress-plan-")
        .tempfile_in(folder)
        .map_err(io)?;
    let mut buffer = BufWriter::new(file.as_file_mut());
    let observed = observe(planning, read, &mut |bytes: &[u8]| buffer.write_all(bytes)).await?;
    buffer.flush().map_err(io)?;
    drop(buffer);
    file.as_file().sync_all().map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(observed)
}

fn failure(error: &ObserveError) -> Failure {
    match error {
        ObserveError::Directory(DirectoryError::Unresolved(_)) => {
            Failure::new(ExitCode::Usage, error.to_string())
                .hint("nothing was read but these names; correct them")
        }
        ObserveError::Directory(DirectoryError::Protected { error: call, .. }) => {
            Failure::new(ExitCode::Refused, error.to_string())
                .hint("unknown never leads to a change: give the right to read the group, or correct its id")
                .hints(call.hints.clone())
        }
        ObserveError::Directory(DirectoryError::Members(call) | DirectoryError::Call { error: call, .. }) => {
            Failure::new(world::exit_of(call.kind), error.to_string()).hints(call.hints.clone())
        }
        ObserveError::Program { error: program, call } => {
            let place = program.span.place();
            let exit = call
                .as_ref()
                .map_or(ExitCode::SomeFailed, |call| world::exit_of(call.kind));
            Failure::new(exit, format!("{place}: {program}"))
                .hints(call.iter().flat_map(|call| call.hints.clone()))
        }
        ObserveError::Limit(_) => Failure::new(ExitCode::Refused, error.to_string())
            .hint("give fewer targets, or have the limit raised in the playbook"),
        ObserveError::Refused { message } => Failure::new(ExitCode::Refused, message.clone()),
        ObserveError::Write(_) => Failure::new(ExitCode::Log, error.to_string())
            .hint("nothing was sent; free some space, or write the plan elsewhere with `-o FILE`"),
    }
}

/// Reads a file whole.
///
/// # Errors
/// It cannot be read.
pub fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::reading(path, &error))
}
