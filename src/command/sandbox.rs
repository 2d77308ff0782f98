//! `redress sandbox`: serves a simulated tenant until it is interrupted, and writes a configuration for it.

use std::path::Path;
use std::sync::Arc;

use crate::command::args::SandboxArgs;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::plan::read_file;
use crate::command::simulated::{self, Setup};
use crate::edge::config::ClockConfig;
use crate::edge::{playbooks, signals};
use crate::run::clock::{FactorClock, SystemClock};
use crate::run::ports::Clock as _;
use crate::value::whole_seconds;

/// Serves until Ctrl-C.
///
/// # Errors
/// The tenant file has mistakes, or the server cannot start.
pub async fn run(args: &SandboxArgs) -> Result<ExitCode, Failure> {
    let tenant = tenant(&args.tenant)?;
    let factor = factor(&args.clock)?;
    let since = SystemClock.now();
    // A clock that does not run faster is the real one: nothing then differs from a real tenant's.
    let start = if factor == 1 {
        since
    } else {
        whole_seconds(tenant.start)
    };
    let clock_config = ClockConfig { start, since, factor };
    let clock = Arc::new(FactorClock::new(start, since, f64::from(factor)));
    let simulated = simulated::start(Setup {
        tenant,
        clock,
        clock_config,
        listen: args.listen,
        config: args.config_out.clone(),
    })
    .await?;
    let config = simulated.config.display();
    println!("REHEARSAL: a simulated tenant at {}", simulated.running.origin);
    println!("  configuration  {config}");
    println!("  ledger         {}", simulated.ledger);
    println!("  clock          {factor}x, now {}", whole_seconds(start));
    println!();
    println!("In another terminal:");
    println!(
        "  redress plan outlook-auth-loop --config {config} --inputs {} -o change.plan",
        beside(&simulated.config)
    );
    println!("  redress approve change.plan --config {config} --key FILE --as PRINCIPAL");
    println!("  redress apply change.plan --config {config}");
    println!("Approvers are listed in `allowed_signers` beside the configuration. Ctrl-C ends the sandbox.");
    signals::interrupted().await;
    simulated.running.shutdown().await;
    Ok(ExitCode::Done)
}

fn beside(config: &Path) -> String {
    config.with_file_name("inputs.yaml").display().to_string()
}

/// A tenant file, or the one of a playbook.
fn tenant(name: &str) -> Result<crate::sandbox::TenantFile, Failure> {
    let path = Path::new(name);
    if path.is_file() {
        return simulated::tenant(name, &read_file(path)?);
    }
    let found = playbooks::find(name).map_err(|error| {
        Failure::new(ExitCode::Usage, error.to_string())
            .hint("give a tenant file, or the name of a playbook inside the program")
    })?;
    let (name, bytes) = found
        .tenant()
        .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))?;
    simulated::tenant(&name, &bytes)
}

/// `60x` or `1x`.
fn factor(text: &str) -> Result<u32, Failure> {
    let number = text.strip_suffix('x').and_then(|number| number.parse().ok());
    number.filter(|factor| (1..=120).contains(factor)).ok_or_else(|| {
        Failure::new(
            ExitCode::Usage,
            format!("`--clock {text}` is no factor, expected `1x` to `120x`"),
        )
    })
}
