//! The configuration: found, read, checked, and merged with the machine-wide one.
//!
//! Contacts nobody and fetches no secret by itself. The format is described in `docs/configuration.md`; start
//! at [`load`], then [`Config`].

mod check;
mod cloud;
mod codes;
mod error;
mod mask;
mod model;
mod origin;
mod places;
mod policy;
mod raw;
mod read;
mod sandbox_file;
mod secret_ref;
mod tenant;

use std::fs;

pub use check::Platform;
pub use cloud::Cloud;
pub use codes::CODES;
pub use error::ConfigError;
pub use model::{ClockConfig, Config, PowerShellConfig, Prepare, RunWhere, SignIn, TenantConfig};
pub use origin::Origin;
pub use places::{Places, load};
pub use policy::{Policy, PolicyBy};
pub use sandbox_file::{SandboxConfig, SandboxExchange, render_sandbox};
pub(crate) use secret_ref::open_to_others;
pub use secret_ref::{SecretError, SecretRef};

use crate::approval::AllowedSigners;

impl Config {
    /// The tenant that `--profile` names; without it, the only one.
    ///
    /// # Errors
    /// No such tenant, or several to pick from.
    pub fn tenant(&self, profile: Option<&str>) -> Result<&TenantConfig, ConfigError> {
        let known = || self.tenants.keys().cloned().collect();
        match profile {
            Some(name) => self.tenants.get(name).ok_or_else(|| ConfigError::NoSuchTenant {
                name: name.to_owned(),
                known: known(),
            }),
            None => match self.tenants.len() {
                0 => Err(ConfigError::NoTenant),
                1 => Ok(self.tenants.values().next().expect("there is one")),
                _ => Err(ConfigError::WhichTenant { known: known() }),
            },
        }
    }

    /// Who may sign, as the file says now: read anew each time, so that a removed line counts at once.
    ///
    /// # Errors
    /// The file cannot be read or has mistakes.
    pub fn signers(&self) -> Result<AllowedSigners, ConfigError> {
        let path = &self.allowed_signers;
        let text = fs::read_to_string(path).map_err(|reason| ConfigError::Unreadable {
            path: path.clone(),
            reason,
        })?;
        Ok(AllowedSigners::parse_named(&path.display().to_string(), &text)?)
    }
}

#[cfg(test)]
mod tests;
