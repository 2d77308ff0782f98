//! `redress audit verify`: whether ledger, logs, checkpoints and details fit together.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::approval::AllowedSigners;
use crate::command::args::{Global, VerifyArgs};
use crate::command::context::Context;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::edge::state::{AuditReport, audit};
use crate::report;
use crate::run::clock::SystemClock;
use crate::run::ports::Clock as _;

/// Verifies and prints what was found. With a state folder and trusted keys named, no configuration is needed.
///
/// # Errors
/// There is no list of trusted keys.
pub fn run(global: &Global, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let found = match (&global.state, &args.allowed_signers) {
        (Some(state), Some(path)) => audit(state, &named(path)?, SystemClock.now()),
        (_, given) => {
            let context = Context::open(global)?;
            let signers = match given {
                None => context.signers()?,
                Some(path) => named(path)?,
            };
            verify(&context, &signers)
        }
    };
    print!("{}", text(&found));
    Ok(ExitCode::of(found.exit()))
}

fn named(path: &Path) -> Result<AllowedSigners, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?;
    AllowedSigners::parse_named(&path.display().to_string(), &text)
        .map_err(|error| Failure::new(ExitCode::Usage, report::diagnostics(&error.diagnostics)))
}

/// Verifies the state folder under these signers.
pub fn verify(context: &Context, signers: &AllowedSigners) -> AuditReport {
    audit(&context.state, signers, context.clock.now())
}

/// The report as text.
pub fn text(found: &AuditReport) -> String {
    let mut out = String::new();
    let id = found
        .ledger_id
        .as_ref()
        .map_or("(none)".to_owned(), ToString::to_string);
    let line = |report: &crate::log::verify::LogReport| {
        let whole = &report.whole;
        format!(
            "{}; {} records, {} bytes, sha256:{}",
            report.standing.as_str(),
            whole.records,
            whole.bytes,
            whole.sha256
        )
    };
    let _ = writeln!(out, "ledger {id}: {}", line(&found.ledger));
    for run in &found.runs {
        let _ = writeln!(out, "run {}: {}", run.run, line(&run.report));
    }
    for problem in found.all_problems() {
        let _ = writeln!(out, "problem: {problem}");
    }
    let notes = found.runs.iter().map(|run| &run.report).chain([&found.ledger]);
    for note in notes.flat_map(|report| &report.notes) {
        let _ = writeln!(out, "note: {note}");
    }
    let verdict = if found.exit() == 0 {
        "The evidence verifies."
    } else {
        "The evidence does NOT verify."
    };
    out.push_str(verdict);
    out.push('\n');
    out
}
