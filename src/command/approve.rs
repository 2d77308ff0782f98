//! `redress approve`: a signature over a plan's bytes, or over a run's log where it holds or stopped.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use ssh_key::PrivateKey;

use crate::approval::sshsig;
use crate::approval::statement::{ApproveStatement, GoAheadStatement, Kind, Statement, VERSION};
use crate::command::args::{ApproveArgs, SignArgs};
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::plan::read_file;
use crate::command::show;
use crate::edge::keys;
use crate::edge::state::{RunReading, StateError, files};
use crate::log::fold::{HoldState, RunState};
use crate::plan::model::Header;
use crate::plan::reader::index;
use crate::report::Lines;
use crate::value::{Digest, RunId, StepId, whole_seconds};

/// Shows what is to be approved, and signs it.
///
/// # Errors
/// The plan or run cannot be approved here.
pub fn run(context: &Context, args: &ApproveArgs) -> Result<ExitCode, Failure> {
    let path = Path::new(&args.subject);
    let (statement, base) = if path.is_file() {
        print!("{}", show::text(path, Lines::Folded)?);
        let (header, digest) = header(path)?;
        (
            of_plan(context, &header, digest, &args.sign.principal, &args.reason)?,
            path.to_owned(),
        )
    } else {
        of_run(
            context,
            &RunId::new(args.subject.clone()),
            &args.sign.principal,
            &args.reason,
        )?
    };
    if let Some(out) = &args.sign.statement {
        return write_only(&statement, out);
    }
    let key = key(&args.sign)?;
    let written = sign(context, &statement, &key, &base)?;
    println!(
        "signed as {}: {}",
        crate::diagnostic::visible(&args.sign.principal),
        written.display()
    );
    Ok(ExitCode::Done)
}

/// A plan's header and digest, read whole.
///
/// # Errors
/// The file is no plan.
pub fn header(plan: &Path) -> Result<(Header, Digest), Failure> {
    let bytes = read_file(plan)?;
    let index = index(BufReader::new(bytes.as_slice())).map_err(|error| show::no_plan(&error))?;
    Ok((index.header, index.digest))
}

/// The statement over a plan.
///
/// # Errors
/// The plan comes from a sandbox and this tenant is real, or the other way round.
pub fn of_plan(
    context: &Context,
    header: &Header,
    digest: Digest,
    principal: &str,
    reason: &str,
) -> Result<Statement, Failure> {
    same_world(context, header)?;
    let now = context.clock.now();
    if now > header.valid_until {
        return Err(Failure::new(
            ExitCode::Approval,
            format!(
                "the plan was valid until {}, and it is {}",
                header.valid_until,
                whole_seconds(now)
            ),
        )
        .hint("make a new plan"));
    }
    Ok(Statement::Approve(ApproveStatement {
        v: VERSION,
        kind: Kind::SshSig,
        plan: digest,
        nonce: header.nonce.clone(),
        tenant: header.tenant.id.clone(),
        policy: header.policy,
        ledger: header.ledger.clone(),
        principal: principal.to_owned(),
        reason: reason.to_owned(),
        at: whole_seconds(now),
    }))
}

/// Everything that comes from a sandbox stays there.
///
/// # Errors
/// The plan is a rehearsal's and the tenant real, or the other way round.
pub fn same_world(context: &Context, header: &Header) -> Result<(), Failure> {
    match (header.rehearsal, context.is_sandbox()?) {
        (true, true) | (false, false) => Ok(()),
        (true, false) => Err(Failure::new(
            ExitCode::Usage,
            "the plan is a REHEARSAL: it comes from a sandbox and is refused for a real tenant",
        )
        .hint("plan against the real tenant")),
        (false, true) => Err(Failure::new(
            ExitCode::Usage,
            "the plan is for a real tenant, and the configuration names a sandbox",
        )
        .hint("give the real tenant's configuration")),
    }
}

/// The statement over a run's log, and the path beside which it is written.
///
/// # Errors
/// The run does not wait for anybody.
pub fn of_run(
    context: &Context,
    run: &RunId,
    principal: &str,
    reason: &str,
) -> Result<(Statement, PathBuf), Failure> {
    let reading = RunReading::open(&context.state, run).map_err(|error| match error {
        StateError::Place { .. } => Failure::new(
            ExitCode::Usage,
            format!("there is neither a plan file `{run}` nor a run of that id"),
        )
        .hint("`redress status` lists the runs"),
        StateError::Write { .. }
        | StateError::Read { .. }
        | StateError::Locked { .. }
        | StateError::Damaged { .. } => state_failure(&error),
    })?;
    let step = waiting(&reading.state).ok_or_else(|| {
        Failure::new(
            ExitCode::Usage,
            format!("run `{run}` neither holds nor stopped: there is nothing to sign"),
        )
    })?;
    println!(
        "run {run}: step `{step}` {}",
        if reading.state.stopped.is_some() {
            "stopped"
        } else {
            "holds"
        }
    );
    let statement = Statement::GoAhead(GoAheadStatement {
        v: VERSION,
        kind: Kind::SshSig,
        run: run.clone(),
        step,
        log_bytes: reading.head.bytes,
        log_head: reading.head.last,
        principal: principal.to_owned(),
        reason: reason.to_owned(),
        at: whole_seconds(context.clock.now()),
    });
    Ok((statement, reading.layout.approvals().join("go-ahead")))
}

/// The step that holds, or at which the run stopped.
pub fn waiting(state: &RunState) -> Option<StepId> {
    let started = |id: &StepId| state.steps.get(id).and_then(|step| step.started_at);
    if state.stopped.is_some() {
        return state.steps.keys().max_by_key(|id| started(id)).cloned();
    }
    let mut held = state
        .steps
        .iter()
        .filter(|(_, step)| matches!(step.hold, HoldState::Opened { .. }));
    held.next().map(|(id, _)| id.clone())
}

/// The signer's key.
///
/// # Errors
/// It cannot be read.
pub fn key(args: &SignArgs) -> Result<PrivateKey, Failure> {
    let path = args
        .key
        .as_ref()
        .expect("clap demands a key where no statement is asked for");
    let path = crate::edge::folders::expand(&path.to_string_lossy());
    keys::read_private_key(&path)
        .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()).hints(error.hints()))
}

/// Signs, and writes statement and signature beside `base`: `BASE.N.approval` and `.sig`.
///
/// # Errors
/// The principal is not the key's, or the files cannot be written.
pub fn sign(
    context: &Context,
    statement: &Statement,
    key: &PrivateKey,
    base: &Path,
) -> Result<PathBuf, Failure> {
    let signers = context.signers()?;
    let allowed = signers.allows(
        statement.principal(),
        key.public_key().key_data(),
        statement.namespace(),
        context.clock.now(),
    );
    if let Err(error) = allowed {
        return Err(Failure::new(ExitCode::Approval, error.to_string()).hint(format!(
            "nothing was written; `{}` says which key may sign what, and as whom",
            context.config.allowed_signers.display()
        )));
    }
    let bytes = statement
        .to_bytes()
        .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))?;
    let armor = sshsig::sign(key, statement.namespace(), &bytes)
        .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))?;
    write_beside(base, &bytes, &armor)
}

/// The next free number; two approvers at once never overwrite each other.
fn write_beside(base: &Path, statement: &[u8], armor: &str) -> Result<PathBuf, Failure> {
    for number in 1.. {
        let path = numbered(base, number, "approval");
        if path.exists() {
            continue;
        }
        let written = files::create(&path).and_then(|mut file| {
            std::io::Write::write_all(&mut file, statement)?;
            file.sync_all()?;
            files::write(&numbered(base, number, "approval.sig"), armor.as_bytes())
        });
        return match written {
            Ok(()) => Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => Err(Failure::writing(&path, &error)),
        };
    }
    unreachable!("some number is free")
}

fn numbered(base: &Path, number: u32, ending: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(format!(".{number}.{ending}"));
    PathBuf::from(name)
}

fn write_only(statement: &Statement, out: &Path) -> Result<ExitCode, Failure> {
    let bytes = statement
        .to_bytes()
        .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))?;
    fs::write(out, bytes).map_err(|error| Failure::writing(out, &error))?;
    println!("statement written to {}; nothing is signed yet", out.display());
    println!(
        "Next: ssh-keygen -Y sign -f KEY -n {} {}",
        statement.namespace(),
        out.display()
    );
    println!("then lay both files beside the plan, as PLAN.N.approval and PLAN.N.approval.sig");
    Ok(ExitCode::Done)
}
