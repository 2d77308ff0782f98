//! The sandbox's Exchange: a PowerShell module and the state beside it.
//!
//! Runs no PowerShell: a script's `prepare: {module: …}` imports what is written here. The module says in its
//! first lines what it does not simulate.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::value::Timestamp;

/// The module's file name.
pub const MODULE: &str = "RedressSandboxExchange.psm1";
/// The state's file name, beside the module.
pub const STATE: &str = "exchange-state.json";

const TEXT: &str = include_str!("RedressSandboxExchange.psm1");

/// `exchange-state.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExchangeState {
    /// The authorization servers.
    pub auth_servers: Vec<AuthServer>,
    /// The rehearsal's clock; without one `WhenChangedUTC` is real time.
    pub clock: Option<ExchangeClock>,
    /// How many refreshes were made.
    pub refreshes: u64,
}

/// A clock that runs `factor` times as fast as the real one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExchangeClock {
    /// What it showed at `since`.
    pub start: Timestamp,
    /// Real time.
    pub since: Timestamp,
    /// Its speed.
    pub factor: f64,
}

/// An authorization server, with Exchange's property names.
///
/// <https://learn.microsoft.com/powershell/module/exchangepowershell/get-authserver>
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthServer {
    /// `EvoSts - {GUID}`, `ACS - {GUID}`.
    pub name: String,
    /// The object's GUID.
    pub guid: String,
    /// `AzureAD`, `MicrosoftACS`.
    #[serde(rename = "Type", default = "azure_ad")]
    pub kind: String,
    /// Whether it is used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The tenant's directory id.
    #[serde(default)]
    pub realm: String,
    /// Who issues.
    #[serde(default)]
    pub issuer_identifier: String,
    /// Where tokens come from.
    #[serde(default)]
    pub token_issuing_endpoint: String,
    /// Where people sign in.
    #[serde(default)]
    pub authorization_endpoint: String,
    /// Where the certificates are published.
    #[serde(default)]
    pub auth_metadata_url: String,
    /// At most one server's is true.
    #[serde(default)]
    pub is_default_authorization_endpoint: bool,
    /// Of the dedicated hybrid application.
    #[serde(default)]
    pub application_identifier: String,
    /// The certificates that Exchange stores, base64.
    #[serde(default)]
    pub certificate_strings: Vec<String>,
    /// The tenant's domains.
    #[serde(default)]
    pub domain_name: Vec<String>,
    /// Where it lies in Active Directory.
    #[serde(default)]
    pub distinguished_name: String,
    /// Last change.
    #[serde(rename = "WhenChangedUTC")]
    pub when_changed_utc: Timestamp,
    /// Creation.
    #[serde(rename = "WhenCreatedUTC")]
    pub when_created_utc: Timestamp,
}

fn azure_ad() -> String {
    "AzureAD".to_owned()
}

fn yes() -> bool {
    true
}

/// Writes the module and its first state into `folder`, which it makes; gives the module's path.
///
/// # Errors
/// The folder cannot be written.
pub fn write(folder: &Path, state: &ExchangeState) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let module = folder.join(MODULE);
    // Windows PowerShell 5.1 takes a file without a byte order mark for the machine's code page.
    let text = format!("\u{feff}{}", TEXT.replace("\r\n", "\n").replace('\n', "\r\n"));
    std::fs::write(&module, text)?;
    let mut bytes = serde_json::to_vec_pretty(state)?;
    bytes.push(b'\n');
    std::fs::write(folder.join(STATE), bytes)?;
    Ok(module)
}

/// The state as the module left it.
///
/// # Errors
/// It cannot be read, or is no such state.
pub fn read(folder: &Path) -> io::Result<ExchangeState> {
    Ok(serde_json::from_slice(&std::fs::read(folder.join(STATE))?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_ascii_and_what_is_written_is_read_again() {
        assert!(TEXT.is_ascii());
        let folder = tempfile::tempdir().unwrap();
        let state = ExchangeState {
            clock: Some(ExchangeClock {
                start: Timestamp::UNIX_EPOCH,
                since: Timestamp::UNIX_EPOCH,
                factor: 60.0,
            }),
            ..ExchangeState::default()
        };
        let module = write(&folder.path().join("exchange"), &state).unwrap();
        assert!(module.ends_with(MODULE));
        assert_eq!(read(&folder.path().join("exchange")).unwrap(), state);
    }
}
