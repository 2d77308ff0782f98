//! The subcommands: one file each, `args.rs`, and the exit codes.
//!
//! Puts the other rooms together and prints; decides nothing of its own. Start at [`run`].

mod apply;
mod approve;
mod args;
mod audit;
mod check;
mod context;
pub mod exit_code;
mod failure;
mod going;
mod import;
mod init;
mod plan;
mod playbook;
mod random;
mod rehearse;
mod resume;
mod sandbox;
mod show;
mod simulated;
mod statements;
mod status;
mod telling;
mod world;

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::command::args::{Arguments, AuditCommand, Command, Global};
use crate::command::context::Context;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;

/// The whole program: reads the command line, does it, says what went wrong.
pub fn run() -> process::ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    trace(arguments.global.log.as_deref());
    panic::set_hook(Box::new(|found| eprintln!("{}", internal(found))));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built where threads can be started");
    let done = panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(Box::pin(dispatch(arguments)))
    }));
    let code = match done {
        Err(_) => ExitCode::Internal,
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            eprintln!("{failure}");
            failure.exit
        }
    };
    // A thread that reads from a terminal cannot be interrupted; it must not keep the process.
    runtime.shutdown_background();
    code.into()
}

/// A bug of ours. The panic's own text is left out: it could hold what a person or the tenant wrote.
fn internal(found: &PanicHookInfo<'_>) -> String {
    let place = found.location().map_or("unknown place".to_owned(), |at| {
        format!("{}:{}", at.file(), at.line())
    });
    format!(
        "internal error at {place} (redress {}): a bug, please report it\n\
         help: nothing that was recorded is lost; `redress resume RUN` goes on with a run",
        env!("CARGO_PKG_VERSION")
    )
}

/// `--help` and `--version` are answers, everything else is usage (3).
fn usage(error: &clap::Error) -> process::ExitCode {
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::Done.into(),
        _ => ExitCode::Usage.into(),
    }
}

fn trace(filter: Option<&str>) {
    let filter = tracing_subscriber::EnvFilter::new(filter.unwrap_or("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

async fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let global = arguments.global;
    match arguments.command {
        Command::Check(args) => check::run(&args),
        Command::Plan(args) => plan::run(&open(&global)?, &args).await,
        Command::Show(args) => show::run(&args),
        Command::Approve(args) => approve::run(&open(&global)?, &args),
        Command::Apply(args) => apply::run(&open(&global)?, &args, telling::live()).await,
        Command::Resume(args) => resume::run(&open(&global)?, &args, telling::live()).await,
        Command::Import(args) => import::run(&open(&global)?, &args).await,
        Command::Audit(AuditCommand::Verify(args)) => audit::run(&global, &args),
        Command::Status => status::run(&open(&global)?),
        Command::Init => init::run(&open(&global)?),
        Command::Sandbox(args) => sandbox::run(&args).await,
        Command::Rehearse(args) => rehearse::run(&global, &args).await,
    }
}

fn open(global: &Global) -> Result<Context, Failure> {
    Context::open(global)
}
