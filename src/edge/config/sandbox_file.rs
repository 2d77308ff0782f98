//! The configuration that a sandbox writes for its own tenant.
//!
//! Writes no file: whoever serves the sandbox does, last and by rename.

use std::fmt::Write as _;

use crate::edge::config::model::{ClockConfig, RunWhere};
use crate::value::TenantId;

/// What a sandbox's configuration says. Paths are relative to the file's folder.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// The tenant's name.
    pub name: String,
    /// Its id.
    pub id: TenantId,
    /// Graph's origin, a loopback address.
    pub graph: String,
    /// The sign-in's origin, a loopback address.
    pub login: String,
    /// The application's id.
    pub client_id: String,
    /// The file with its secret.
    pub secret_file: String,
    /// Named hosts of `rest` steps: name and origin.
    pub hosts: Vec<(String, String)>,
    /// The Exchange side; `None` where the tenant has none.
    pub exchange: Option<SandboxExchange>,
    /// The state folder.
    pub state: String,
    /// The log's private key.
    pub log_key: String,
    /// The sandbox's clock.
    pub clock: ClockConfig,
}

/// The simulated Exchange server.
#[derive(Clone, Debug)]
pub struct SandboxExchange {
    /// Whether its scripts run on this machine.
    pub run: RunWhere,
    /// The module with its cmdlets.
    pub module: String,
    /// The domain controller that cmdlets are pinned to.
    pub domain_controller: Option<String>,
}

/// The text of the configuration.
pub fn render_sandbox(sandbox: &SandboxConfig) -> String {
    let mut out = String::new();
    render(sandbox, &mut out).expect("writing to memory does not fail");
    out
}

fn render(sandbox: &SandboxConfig, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# REHEARSAL: written by a Redress sandbox; nothing here reaches a real tenant.")?;
    writeln!(out, "redress: 1")?;
    writeln!(out, "tenants:")?;
    writeln!(out, "  {}:", quoted(&sandbox.name))?;
    writeln!(out, "    id: {}", quoted(sandbox.id.as_str()))?;
    writeln!(out, "    graph: {}", quoted(&sandbox.graph))?;
    writeln!(out, "    login: {}", quoted(&sandbox.login))?;
    writeln!(out, "    sandbox: true")?;
    writeln!(out, "    sign_in:")?;
    writeln!(out, "      client_id: {}", quoted(&sandbox.client_id))?;
    writeln!(out, "      client_secret: {}", quoted(&format!("file:{}", sandbox.secret_file)))?;
    if !sandbox.hosts.is_empty() {
        writeln!(out, "    hosts:")?;
        for (name, origin) in &sandbox.hosts {
            writeln!(out, "      {}: {}", quoted(name), quoted(origin))?;
        }
    }
    if let Some(exchange) = &sandbox.exchange {
        render_exchange(exchange, out)?;
    }
    writeln!(out, "state: {}", quoted(&sandbox.state))?;
    writeln!(out, "log_key: {}", quoted(&format!("file:{}", sandbox.log_key)))?;
    writeln!(out, "clock:")?;
    writeln!(out, "  start: {}", quoted(&sandbox.clock.start.to_string()))?;
    writeln!(out, "  since: {}", quoted(&sandbox.clock.since.to_string()))?;
    writeln!(out, "  factor: {}", sandbox.clock.factor)
}

fn render_exchange(exchange: &SandboxExchange, out: &mut String) -> std::fmt::Result {
    let run = match exchange.run {
        RunWhere::Here => "here",
        RunWhere::HandOver => "hand_over",
    };
    writeln!(out, "    powershell:")?;
    writeln!(out, "      exchange:")?;
    writeln!(out, "        run: {run}")?;
    writeln!(out, "        prepare:")?;
    writeln!(out, "          module: {}", quoted(&exchange.module))?;
    match &exchange.domain_controller {
        Some(name) => writeln!(out, "        domain_controller: {}", quoted(name)),
        None => Ok(()),
    }
}

/// JSON's strings are YAML's double-quoted ones.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}
