//! `redress show`: a plan as text, counts first.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use crate::command::args::ShowArgs;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::plan::reader::ReadError;
use crate::report::{self, Lines};

/// Prints the plan.
///
/// # Errors
/// The file is no plan.
pub fn run(args: &ShowArgs) -> Result<ExitCode, Failure> {
    let lines = if args.all { Lines::All } else { Lines::Folded };
    print!("{}", text(&args.plan, lines)?);
    Ok(ExitCode::Done)
}

/// The plan as text.
///
/// # Errors
/// The file is no plan.
pub fn text(plan: &Path, lines: Lines) -> Result<String, Failure> {
    let file = File::open(plan).map_err(|error| Failure::reading(plan, &error))?;
    let (text, _) = report::plan(BufReader::new(file), lines).map_err(|error| no_plan(&error))?;
    Ok(text)
}

/// The file is no plan, or one of another version.
pub fn no_plan(error: &ReadError) -> Failure {
    Failure::new(ExitCode::Usage, error.to_string()).hint("make a new plan with `redress plan`")
}
