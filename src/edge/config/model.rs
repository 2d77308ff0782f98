//! The configuration, checked.
//!
//! Holds references to secrets, never secrets.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::edge::config::cloud::Cloud;
use crate::edge::config::origin::Origin;
use crate::edge::config::policy::{Policy, PolicyBy};
use crate::edge::config::secret_ref::SecretRef;
use crate::value::{TenantId, Timestamp};

/// The configuration in force.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that names the tenants.
    pub path: PathBuf,
    /// Tenants by name.
    pub tenants: BTreeMap<String, TenantConfig>,
    /// Where ledger, plans and runs lie.
    pub state: PathBuf,
    /// The log's private key; `redress init` makes it.
    pub log_key: Option<PathBuf>,
    /// Who may sign.
    pub allowed_signers: PathBuf,
    /// What is asked of every plan.
    pub policy: Policy,
    /// Whose policy it is.
    pub policy_by: PolicyBy,
    /// The sandbox's clock; `None`: real time.
    pub clock: Option<ClockConfig>,
    /// What is written and not followed.
    pub warnings: Vec<Diagnostic>,
}

/// One tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantConfig {
    /// What the configuration calls it.
    pub name: String,
    /// Directory id, in lower case.
    pub id: TenantId,
    /// Its cloud; `None` for a sandbox.
    pub cloud: Option<Cloud>,
    /// Graph's origin.
    pub graph: Origin,
    /// The sign-in's origin.
    pub login: Origin,
    /// How to sign in.
    pub sign_in: SignIn,
    /// The hosts that `rest` steps may read, by name.
    pub hosts: BTreeMap<String, Origin>,
    /// PowerShell hosts, by name.
    pub powershell: BTreeMap<String, PowerShellConfig>,
    /// True for a simulated tenant on a loopback address.
    pub sandbox: bool,
}

/// How to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// As an application with a secret.
    ClientSecret {
        /// The application's id.
        client_id: String,
        /// Where its secret is.
        secret: SecretRef,
    },
    /// With a token that somebody else got.
    Token(SecretRef),
}

/// A PowerShell host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerShellConfig {
    /// On this machine, or handed over.
    pub run: RunWhere,
    /// The program; `None`: found on the PATH.
    pub program: Option<PathBuf>,
    /// What the script does first.
    pub prepare: Prepare,
    /// The domain controller that every cmdlet is pinned to, a full name.
    pub domain_controller: Option<String>,
}

/// Where scripts run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunWhere {
    /// As a child process on this machine.
    Here,
    /// As a bundle, by whoever may.
    HandOver,
}

/// What makes the cmdlets known to a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepare {
    /// Nothing: they are there.
    None,
    /// The Exchange Management Shell of this server.
    ExchangeManagementShell,
    /// A module file.
    Module(PathBuf),
}

/// A clock that runs fast, for sandboxes only: now is `start` + (real time - `since`) × `factor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockConfig {
    /// The sandbox's time at `since`.
    pub start: Timestamp,
    /// Real time then.
    pub since: Timestamp,
    /// How much faster than real time; at least 1.
    pub factor: u32,
}
