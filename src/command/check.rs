//! `redress check`: every mistake of a playbook, with line and column. Contacts nobody.

use crate::command::args::CheckArgs;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::playbook;
use crate::report;

/// Checks each playbook and prints what is wrong.
///
/// # Errors
/// A playbook has errors, or cannot be found.
pub fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let mut worst = ExitCode::Done;
    for name in &args.playbooks {
        let found = playbook::find(name)?;
        let checked = playbook::diagnose(&found);
        if !checked.diagnostics.is_empty() {
            eprint!("{}", report::diagnostics(&checked.diagnostics));
        }
        match &checked.playbook {
            Some(playbook) => {
                println!("{}: `{}` can be planned", found.name, playbook.id);
            }
            None => worst = worst.and(ExitCode::Invalid),
        }
    }
    Ok(worst)
}
