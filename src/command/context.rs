//! The configuration in force, and what every command takes from it: tenant, state, clock, policy, signers, key.
//!
//! Reads files; talks to nobody.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use ssh_key::PrivateKey;

use crate::approval::AllowedSigners;
use crate::command::args::Global;
use crate::command::exit_code::ExitCode;
use crate::command::failure::Failure;
use crate::command::random;
use crate::edge::config::{Config, Places, TenantConfig};
use crate::edge::state::{Ledger, Notary, StateError};
use crate::edge::{config, keys};
use crate::report;
use crate::run::clock::{FactorClock, SystemClock};
use crate::run::ports::Clock;
use crate::value::{Digest, LedgerId};

/// What a command works with.
pub struct Context {
    /// The configuration.
    pub config: Config,
    /// The state folder.
    pub state: PathBuf,
    /// Now and sleep; real, unless a sandbox wrote the configuration.
    pub clock: Arc<dyn Clock>,
    profile: Option<String>,
}

impl Context {
    /// Reads the configuration.
    ///
    /// # Errors
    /// There is none, or it has mistakes.
    pub fn open(global: &Global) -> Result<Self, Failure> {
        let places = Places::of_this_machine(global.config.clone());
        let config = config::load(&places).map_err(|error| configuration(&error))?;
        if !config.warnings.is_empty() {
            eprint!("{}", report::diagnostics(&config.warnings));
        }
        let clock: Arc<dyn Clock> = match &config.clock {
            None => Arc::new(SystemClock),
            Some(clock) => Arc::new(FactorClock::new(
                clock.start,
                clock.since,
                f64::from(clock.factor),
            )),
        };
        Ok(Context {
            state: global.state.clone().unwrap_or_else(|| config.state.clone()),
            config,
            clock,
            profile: global.profile.clone(),
        })
    }

    /// The tenant that `--profile` names, or the only one.
    ///
    /// # Errors
    /// There are several, or none of that name.
    pub fn tenant(&self) -> Result<&TenantConfig, Failure> {
        self.config
            .tenant(self.profile.as_deref())
            .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()))
    }

    /// Whether the tenant is a simulated one.
    ///
    /// # Errors
    /// As [`Context::tenant`].
    pub fn is_sandbox(&self) -> Result<bool, Failure> {
        Ok(self.tenant()?.sandbox)
    }

    /// Digest of the policy in force.
    pub fn policy_digest(&self) -> Digest {
        self.config.policy.digest()
    }

    /// Whose policy it is.
    pub fn policy_by(&self) -> &'static str {
        self.config.policy_by.as_str()
    }

    /// Persons that the policy wants at least.
    pub fn approvals_needed(&self) -> usize {
        self.config.policy.approvals
    }

    /// Path patterns of POSTs that only read.
    pub fn reading_posts(&self) -> &[String] {
        &self.config.policy.reading_posts
    }

    /// Who may sign.
    ///
    /// # Errors
    /// The file is missing or has mistakes.
    pub fn signers(&self) -> Result<AllowedSigners, Failure> {
        self.signers_of(&self.signers_text()?)
    }

    /// Who may sign, by a text of `allowed_signers` that was read.
    ///
    /// # Errors
    /// It has mistakes.
    pub fn signers_of(&self, text: &str) -> Result<AllowedSigners, Failure> {
        let path = &self.config.allowed_signers;
        AllowedSigners::parse_named(&path.display().to_string(), text).map_err(|error| {
            let text = report::diagnostics(&error.diagnostics);
            Failure::new(
                ExitCode::Usage,
                format!("`allowed_signers` has mistakes\n{}", text.trim_end()),
            )
        })
    }

    /// The text of `allowed_signers`.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn signers_text(&self) -> Result<String, Failure> {
        let path = &self.config.allowed_signers;
        fs::read_to_string(path).map_err(|error| {
            Failure::reading(path, &error).hint("it lists who may approve; see `docs/approvals.md`")
        })
    }

    /// Clock, randomness and log key for everything that is written into the state folder.
    ///
    /// # Errors
    /// The log key cannot be read.
    pub fn notary(&self) -> Result<Notary, Failure> {
        let Some(path) = &self.config.log_key else {
            return Err(Failure::new(
                ExitCode::Usage,
                format!("`{}` names no `log_key`", self.config.path.display()),
            )
            .hint("add `log_key: file:log_key`, then run `redress init`"));
        };
        let key = keys::read_private_key(path)
            .map_err(|error| Failure::new(ExitCode::Usage, error.to_string()).hints(error.hints()))?;
        self.notary_with(key)
    }

    /// The same with a key at hand.
    ///
    /// # Errors
    /// `allowed_signers` cannot be read.
    pub fn notary_with(&self, key: PrivateKey) -> Result<Notary, Failure> {
        Ok(Notary {
            clock: Arc::clone(&self.clock),
            random: Arc::new(random::bits128),
            key: Arc::new(key),
            signers: Arc::new(self.signers()?),
        })
    }

    /// This installation's ledger.
    ///
    /// # Errors
    /// There is none yet.
    pub fn ledger_id(&self) -> Result<LedgerId, Failure> {
        let (state, _) = Ledger::read(&self.state).map_err(|error| no_ledger(&error))?;
        state
            .id
            .ok_or_else(|| Failure::new(ExitCode::Stale, "the ledger is empty".to_owned()))
    }
}

fn no_ledger(error: &StateError) -> Failure {
    self::state_failure(error)
        .hint("`redress init` makes this machine's ledger; `plan --ledger ID` names another machine's")
}

/// What the state folder says no to.
pub fn state_failure(error: &StateError) -> Failure {
    Failure::new(ExitCode::of(error.exit()), format!("failed to {error}")).hints(error.hints())
}

fn configuration(error: &config::ConfigError) -> Failure {
    let text = match error.diagnostics() {
        [] => error.to_string(),
        found => format!("{error}\n{}", report::diagnostics(found).trim_end()),
    };
    Failure::new(ExitCode::Usage, text).hints(error.hints())
}
