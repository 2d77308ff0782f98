//! `redress rehearse`: check, plan, approve, apply, verify and audit against a simulated tenant, in one process.
//!
//! Does exactly what the single commands do, with the same code; only time jumps where the run would wait.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ssh_key::PrivateKey;

use crate::command::args::{Global, RehearseArgs};
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::going::Finished;
use crate::command::plan::{Made, read_file};
use crate::command::simulated::{self, Setup, Simulated};
use crate::command::{apply, approve, audit, plan, playbook, resume, show, telling, world};
use crate::edge::config::ClockConfig;
use crate::edge::keys;
use crate::edge::playbooks::Found;
use crate::edge::state::RunReading;
use crate::playbook::Playbook;
use crate::report::Lines;
use crate::run::apply::WithoutPowerShell;
use crate::run::clock::{JumpClock, SystemClock};
use crate::run::ports::{Clock, Door};
use crate::sandbox::TenantFile;
use crate::value::{Json, RunId, whole_seconds};

/// Who signs in a rehearsal.
const OPERATOR: &str = "rehearsal-operator";
/// More stops than this, and something goes round in circles.
const STOPS: usize = 200;

/// Rehearses a playbook.
///
/// # Errors
/// A stage failed; it says which.
pub async fn run(global: &Global, args: &RehearseArgs) -> Result<ExitCode, Failure> {
    let found = playbook::find(&args.playbook)?;
    let tenant = tenant(&found, args)?;
    let folder = folder(args)?;
    println!(
        "REHEARSAL of `{}`: a simulated tenant, nothing real is touched",
        args.playbook
    );
    let (program, warnings) = playbook::checked(&found)?;
    if !warnings.is_empty() {
        eprint!("{}", crate::report::diagnostics(&warnings));
    }
    println!("\n1 check: the playbook has no mistakes");
    let fallback = simulated::inputs(&tenant);
    let inputs = playbook::bind(&program, &args.inputs, Some(&known(&program, fallback)))?;
    let mut stage = Stage::set(global, tenant, &folder).await?;
    let result = stage.play(&found, program, inputs).await;
    stage.simulated.running.shutdown().await;
    let exit = result?;
    println!("\nEverything lies in {}", folder.display());
    Ok(exit)
}

fn tenant(found: &Found, args: &RehearseArgs) -> Result<TenantFile, Failure> {
    let (name, bytes) = match &args.tenant {
        Some(path) => (path.display().to_string(), read_file(path)?),
        None => found.tenant().map_err(|error| {
            Failure::new(ExitCode::Usage, error.to_string())
                .hint("a rehearsal needs a simulated tenant: a `tenant.yaml` beside the playbook, or `--tenant FILE`")
        })?,
    };
    simulated::tenant(&name, &bytes)
}

/// A new private folder that stays; or `--keep`.
fn folder(args: &RehearseArgs) -> Result<PathBuf, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(ExitCode::Log, format!("failed to make a folder: {error}"));
    match &args.keep {
        None => Ok(tempfile::Builder::new()
            .prefix("redress-rehearsal-")
            .tempdir()
            .map_err(failed)?
            .keep()),
        Some(folder) => {
            if folder.join("redress.yaml").exists() {
                return Err(Failure::new(
                    ExitCode::Usage,
                    format!("`{}` holds an earlier rehearsal", folder.display()),
                )
                .hint("give a folder that does not exist yet"));
            }
            Ok(folder.clone())
        }
    }
}

/// A tenant file may serve several playbooks: inputs that this one does not declare are left out.
fn known(playbook: &Playbook, inputs: BTreeMap<String, Json>) -> BTreeMap<String, Json> {
    let declared = |name: &str| playbook.inputs.iter().any(|input| input.name == name);
    inputs.into_iter().filter(|(name, _)| declared(name)).collect()
}

/// The simulated tenant, its configuration, and the throwaway key that signs.
struct Stage {
    simulated: Simulated,
    context: Context,
    clock: Arc<JumpClock>,
    key: PrivateKey,
    folder: PathBuf,
}

impl Stage {
    async fn set(global: &Global, tenant: TenantFile, folder: &Path) -> Result<Self, Failure> {
        let start = whole_seconds(tenant.start);
        let clock = Arc::new(JumpClock::new(start));
        let simulated = simulated::start(Setup {
            tenant,
            clock: Arc::clone(&clock) as Arc<_>,
            clock_config: ClockConfig {
                start,
                since: SystemClock.now(),
                factor: 1,
            },
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            config: folder.join("redress.yaml"),
        })
        .await?;
        let global = Global {
            config: Some(simulated.config.clone()),
            state: None,
            profile: None,
            log: global.log.clone(),
        };
        let key = operator(&simulated.config)?;
        let mut context = Context::open(&global)?;
        // The configuration's own clock is for other processes; here run and sandbox share one.
        context.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        Ok(Stage {
            simulated,
            context,
            clock,
            key,
            folder: folder.to_owned(),
        })
    }

    async fn play(
        &mut self,
        found: &Found,
        program: Playbook,
        inputs: BTreeMap<String, Json>,
    ) -> Result<ExitCode, Failure> {
        let made = self.plan(found, program, inputs).await?;
        self.approve(&made.path)?;
        let finished = self.apply(&made).await?;
        println!("\n5 report\n");
        print!("{}", finished.report);
        self.say_not_rehearsed(&finished.run)?;
        println!("\n6 audit verify");
        let report = audit::verify(&self.context, &self.context.signers()?);
        print!("{}", audit::text(&report));
        Ok(finished.exit.and(ExitCode::of(report.exit())))
    }

    async fn plan(
        &self,
        found: &Found,
        program: Playbook,
        inputs: BTreeMap<String, Json>,
    ) -> Result<Made, Failure> {
        println!("\n2 plan: reads only\n");
        let path = self.folder.join("change.plan");
        let ledger = self.simulated.ledger.clone();
        let made = plan::make(&self.context, found, program, inputs, ledger, Some(&path)).await?;
        print!("{}", show::text(&made.path, Lines::Folded)?);
        Ok(made)
    }

    fn approve(&self, plan: &Path) -> Result<(), Failure> {
        let (header, digest) = approve::header(plan)?;
        let statement = approve::of_plan(&self.context, &header, digest, OPERATOR, "rehearsal")?;
        let written = approve::sign(&self.context, &statement, &self.key, plan)?;
        println!(
            "\n3 approve: signed with a throwaway key as `{OPERATOR}`: {}",
            written.display()
        );
        Ok(())
    }

    async fn apply(&self, made: &Made) -> Result<Finished, Failure> {
        println!("\n4 apply and verify\n");
        let without = self.without_powershell()?;
        let mut finished = apply::start(&self.context, &made.path, without, telling::live()).await?;
        for _ in 0..STOPS {
            if finished.ended || finished.exit != ExitCode::Waiting {
                return Ok(finished);
            }
            let run = finished.run.clone();
            self.move_on(&run)?;
            finished = resume::again(&self.context, &run, without, telling::live()).await?;
        }
        Err(Failure::new(
            ExitCode::Waiting,
            format!("the run still waits after {STOPS} stops"),
        ))
    }

    /// Only a rehearsal may go on where no PowerShell is.
    fn without_powershell(&self) -> Result<WithoutPowerShell, Failure> {
        let connection = world::connect(&self.context)?;
        let hosts = &self.context.tenant()?.powershell;
        let missing = hosts
            .keys()
            .any(|host| connection.scripts.door(host) == Door::NoPowerShell);
        Ok(if missing {
            WithoutPowerShell::GoOn
        } else {
            WithoutPowerShell::Leave
        })
    }

    /// What only a machine with PowerShell can rehearse.
    fn say_not_rehearsed(&self, run: &RunId) -> Result<(), Failure> {
        let reading = RunReading::open(&self.context.state, run).map_err(|error| state_failure(&error))?;
        for action in reading.state.bundles.keys() {
            println!("\nnot rehearsed: no PowerShell on this machine: {action}");
            println!("  its bundle: {}", reading.layout.bundles().display());
        }
        Ok(())
    }

    /// Does what the run waits for: signs its go-ahead, or lets time pass.
    fn move_on(&self, run: &RunId) -> Result<(), Failure> {
        let reading = RunReading::open(&self.context.state, run).map_err(|error| state_failure(&error))?;
        if approve::waiting(&reading.state).is_some() {
            let (statement, base) = approve::of_run(&self.context, run, OPERATOR, "rehearsal")?;
            approve::sign(&self.context, &statement, &self.key, &base)?;
            println!("  the rehearsal operator looks, and signs the go-ahead\n");
            return Ok(());
        }
        let open = reading.state.steps.values().filter_map(|step| step.wait.as_ref());
        let until = open
            .filter(|wait| wait.ended.is_none())
            .map(|wait| wait.until)
            .max();
        match until {
            Some(until) => {
                self.clock.advance_to(until);
                println!("  the clock moves to {until}\n");
                Ok(())
            }
            None => Err(Failure::new(
                ExitCode::Waiting,
                "the run waits for something that a rehearsal cannot do",
            )),
        }
    }
}

/// A key for this rehearsal only, and its line in `allowed_signers`.
fn operator(config: &Path) -> Result<PrivateKey, Failure> {
    let wrong = |error: keys::KeyError| Failure::new(ExitCode::Usage, error.to_string()).hints(error.hints());
    let key = keys::create_key(&config.with_file_name("operator_key"), OPERATOR).map_err(wrong)?;
    let signers = config.with_file_name("allowed_signers");
    keys::add_signer(&signers, OPERATOR, "approve@redress,attest@redress", &key).map_err(wrong)?;
    Ok(key)
}
