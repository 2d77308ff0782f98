//! `redress status`: the ledger's id, and where each run stands.

use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::edge::state::Ledger;

/// Prints them.
///
/// # Errors
/// There is no ledger.
pub fn run(context: &Context) -> Result<ExitCode, Failure> {
    let (state, _) = Ledger::read(&context.state)
        .map_err(|error| state_failure(&error).hint("`redress init` makes one"))?;
    let id = state.id.as_ref().map_or("(none)".to_owned(), ToString::to_string);
    println!("state   {}", context.state.display());
    println!("ledger  {id}");
    println!(
        "policy  {} ({})",
        context.policy_by(),
        context.policy_digest().short()
    );
    println!("refused {}", state.refusals);
    for (run, facts) in &state.runs {
        let standing = match facts.left.last() {
            None => "a process is in it, or was killed: `redress resume` goes on".to_owned(),
            Some(left) if left.ended => format!("ended with {}", left.exit),
            Some(left) => format!("left with {}: `redress resume {run}` goes on", left.exit),
        };
        println!("run     {run}  {standing}");
    }
    Ok(ExitCode::Done)
}
