//! What `sandbox` and `rehearse` share: a simulated tenant that runs, and the configuration that leads to it.
//!
//! The configuration appears last and whole: where it is, everything that it names is there.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::command::args::Global;
use crate::command::context::{Context, state_failure};
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::{init, random};
use crate::edge::config::{ClockConfig, RunWhere, SandboxConfig, SandboxExchange, render_sandbox};
use crate::edge::folders;
use crate::edge::state::{Ledger, StateError, files};
use crate::playbook::check::source_from_bytes;
use crate::report;
use crate::run::clock::SimulatedClock;
use crate::sandbox::exchange::{self, AuthServer, ExchangeClock, ExchangeState};
use crate::sandbox::{Options, Running, Sandbox, TenantFile, tenant};
use crate::value::{Json, LedgerId, Secret};

/// A simulated tenant and its configuration.
pub struct Simulated {
    /// The server.
    pub running: Running,
    /// The configuration file.
    pub config: PathBuf,
    /// The ledger of its state folder.
    pub ledger: LedgerId,
}

/// How a simulated tenant is set up.
pub struct Setup {
    /// The tenant.
    pub tenant: TenantFile,
    /// Its clock.
    pub clock: Arc<dyn SimulatedClock>,
    /// The clock as the configuration says it.
    pub clock_config: ClockConfig,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the configuration goes; everything else lies beside it.
    pub config: PathBuf,
}

/// Reads a tenant file.
///
/// # Errors
/// It has mistakes.
pub fn tenant(name: &str, bytes: &[u8]) -> Result<TenantFile, Failure> {
    let source = source_from_bytes(name, bytes).map_err(|found| wrong(&[found]))?;
    tenant::parse(&source).map_err(|found| wrong(&found))
}

fn wrong(found: &[crate::diagnostic::Diagnostic]) -> Failure {
    let text = report::diagnostics(found);
    Failure::new(
        ExitCode::Usage,
        format!("the tenant file has mistakes\n{}", text.trim_end()),
    )
}

/// The tenant's own inputs for a rehearsal.
pub fn inputs(tenant: &TenantFile) -> BTreeMap<String, Json> {
    tenant
        .inputs
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Starts the server and writes everything that leads to it.
///
/// # Errors
/// It cannot listen there, or a file cannot be written.
pub async fn start(setup: Setup) -> Result<Simulated, Failure> {
    let folder = parent(&setup.config);
    folders::create_private(&folder).map_err(|error| unwritable(&folder, &error))?;
    let folder = std::path::absolute(&folder).map_err(|error| unwritable(&folder, &error))?;
    let secret = hex::encode([random::bits128(), random::bits128()].concat());
    let exchange = folder.join("exchange");
    let options = Options {
        listen: setup.listen,
        client_secret: Secret::new(secret.clone()),
        exchange_state: Some(exchange.join(exchange::STATE)),
        journal: None,
    };
    let inputs = inputs(&setup.tenant);
    let written = Written::of(&setup);
    let tenant = setup.tenant.clone();
    let running = Sandbox::start(setup.tenant, setup.clock, options)
        .await
        .map_err(|error| Failure::new(ExitCode::Usage, format!("failed to {error}")).hints(error.hints()))?;
    write(&folder, "client-secret", secret.as_bytes())?;
    let yaml = serde_yaml::to_string(&inputs).expect("inputs can be said in YAML");
    write(&folder, "inputs.yaml", yaml.as_bytes())?;
    let has_exchange = write_exchange(&exchange, &tenant, &running.origin, setup.clock_config)?;
    let text = render_sandbox(&written.config(&running.origin, has_exchange));
    let ledger = finish(&folder, &setup.config, &text)?;
    Ok(Simulated {
        running,
        config: folder.join(file_name(&setup.config)),
        ledger,
    })
}

/// What the configuration says of the tenant.
struct Written {
    name: String,
    id: crate::value::TenantId,
    client_id: String,
    clock: ClockConfig,
}

impl Written {
    fn of(setup: &Setup) -> Self {
        Written {
            name: setup.tenant.name.clone(),
            id: setup.tenant.id.clone(),
            client_id: setup.tenant.app.client_id.clone(),
            clock: setup.clock_config,
        }
    }

    fn config(self, origin: &str, has_exchange: HasExchange) -> SandboxConfig {
        SandboxConfig {
            name: self.name,
            id: self.id,
            graph: origin.to_owned(),
            login: origin.to_owned(),
            client_id: self.client_id,
            secret_file: "client-secret".to_owned(),
            hosts: vec![("metadata".to_owned(), origin.to_owned())],
            exchange: match has_exchange {
                HasExchange::No => None,
                HasExchange::Yes => Some(SandboxExchange {
                    run: RunWhere::Here,
                    module: format!("exchange/{}", exchange::MODULE),
                    domain_controller: None,
                }),
            },
            state: "state".to_owned(),
            log_key: "log_key".to_owned(),
            clock: self.clock,
        }
    }
}

#[derive(Clone, Copy)]
enum HasExchange {
    Yes,
    No,
}

fn write_exchange(
    folder: &Path,
    tenant: &TenantFile,
    origin: &str,
    clock: ClockConfig,
) -> Result<HasExchange, Failure> {
    let Some(state) = tenant.exchange_state(origin) else {
        return Ok(HasExchange::No);
    };
    let servers = state.get("auth_servers").and_then(Json::as_array);
    let servers = servers
        .into_iter()
        .flatten()
        .map(|server| as_stored(server, clock))
        .collect();
    let auth_servers: Vec<AuthServer> = serde_json::from_value(Json::Array(servers)).map_err(|error| {
        Failure::new(
            ExitCode::Usage,
            format!("`exchange.auth_servers` of the tenant file: {error}"),
        )
        .hint("see docs/tenant-file.md")
    })?;
    folders::create_private(folder).map_err(|error| unwritable(folder, &error))?;
    let state = ExchangeState {
        auth_servers,
        clock: Some(ExchangeClock {
            start: clock.start,
            since: clock.since,
            factor: f64::from(clock.factor),
        }),
        refreshes: 0,
    };
    exchange::write(folder, &state).map_err(|error| unwritable(folder, &error))?;
    Ok(HasExchange::Yes)
}

/// `Identity` follows from the name; an object without times was made long ago.
fn as_stored(server: &Json, clock: ClockConfig) -> Json {
    let mut server = server.clone();
    if let Some(fields) = server.as_object_mut() {
        fields.remove("Identity");
        let month = jiff::SignedDuration::from_hours(30 * 24);
        let made = clock
            .start
            .saturating_sub(month)
            .unwrap_or(clock.start)
            .to_string();
        for name in ["WhenChangedUTC", "WhenCreatedUTC"] {
            fields.entry(name).or_insert_with(|| Json::String(made.clone()));
        }
    }
    server
}

/// Ledger and log key first, through a configuration under another name; then the configuration, by rename.
fn finish(folder: &Path, config: &Path, text: &str) -> Result<LedgerId, Failure> {
    let draft = folder.join(".redress-draft.yaml");
    files::write(&draft, text.as_bytes()).map_err(|error| unwritable(&draft, &error))?;
    let global = Global {
        config: Some(draft.clone()),
        ..Global::default()
    };
    let signers = folder.join("allowed_signers");
    if !signers.exists() {
        files::write(&signers, b"").map_err(|error| unwritable(&signers, &error))?;
    }
    let context = Context::open(&global)?;
    let ledger = match Ledger::read(&context.state) {
        Ok((state, _)) => state
            .id
            .ok_or_else(|| Failure::new(ExitCode::Stale, "the ledger is empty"))?,
        Err(StateError::Place { .. }) => init::make(&context)?,
        Err(error) => return Err(state_failure(&error)),
    };
    let path = folder.join(file_name(config));
    fs::rename(&draft, &path).map_err(|error| unwritable(&path, &error))?;
    Ok(ledger)
}

fn write(folder: &Path, name: &str, content: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    files::write(&path, content).map_err(|error| unwritable(&path, &error))
}

fn parent(path: &Path) -> PathBuf {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
}

fn file_name(path: &Path) -> &std::ffi::OsStr {
    path.file_name()
        .unwrap_or(std::ffi::OsStr::new(folders::CONFIG_FILE))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::writing(path, error).hint("choose another folder, or free some space")
}
