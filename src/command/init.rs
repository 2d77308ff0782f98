//! `redress init`: the state folder, the ledger, the log key and its line in `allowed_signers`.
//!
//! `sandbox` and `rehearse` do the same for the configuration that they write; no other command adds a key.

use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::edge::keys;
use crate::edge::state::Ledger;
use crate::log::checkpoint::NAMESPACE;
use crate::value::LedgerId;

/// The principal under which the log key stands in `allowed_signers`.
pub const LOG_PRINCIPAL: &str = "redress-log";

/// Makes what is missing.
///
/// # Errors
/// There is a ledger already, or something cannot be written.
pub fn run(context: &Context) -> Result<ExitCode, Failure> {
    let ledger = make(context)?;
    println!("state   {}", context.state.display());
    println!("ledger  {ledger}");
    println!("signers {}", context.config.allowed_signers.display());
    println!("Next: add your approvers' keys to `allowed_signers`; see docs/approvals.md");
    Ok(ExitCode::Done)
}

/// Makes log key, `allowed_signers` line and ledger.
///
/// # Errors
/// There is a ledger already, or something cannot be written.
pub fn make(context: &Context) -> Result<LedgerId, Failure> {
    let Some(path) = &context.config.log_key else {
        return Err(Failure::new(
            ExitCode::Usage,
            format!("`{}` names no `log_key`", context.config.path.display()),
        )
        .hint("add `log_key: file:log_key`"));
    };
    let wrong = |error: keys::KeyError| Failure::new(ExitCode::Usage, error.to_string()).hints(error.hints());
    let key = if path.exists() {
        keys::read_private_key(path).map_err(wrong)?
    } else {
        let key = keys::create_key(path, LOG_PRINCIPAL).map_err(wrong)?;
        keys::add_signer(&context.config.allowed_signers, LOG_PRINCIPAL, NAMESPACE, &key).map_err(wrong)?;
        key
    };
    let notary = context.notary_with(key)?;
    let ledger = Ledger::create(&context.state, &notary).map_err(|error| state_failure(&error))?;
    Ok(ledger.id().clone())
}
