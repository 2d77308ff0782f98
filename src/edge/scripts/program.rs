//! Which PowerShell runs a host's scripts.
//!
//! Looks at the PATH once a process; starts nothing.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::edge::scripts::HostSettings;
use crate::powershell::parameters::Prepare;

/// What the PATH has.
#[derive(Debug, Default)]
pub(super) struct Programs {
    found: OnceLock<Found>,
}

#[derive(Debug)]
struct Found {
    pwsh: Option<PathBuf>,
    windows: Option<PathBuf>,
}

impl Programs {
    /// The program for a host; `None` if there is none.
    pub(super) fn of(&self, settings: &HostSettings) -> Option<PathBuf> {
        if let Some(program) = &settings.program {
            return which::which(program).ok();
        }
        let found = self.found.get_or_init(|| Found {
            pwsh: which::which("pwsh").ok(),
            windows: which::which("powershell.exe").ok(),
        });
        // The Exchange Management Shell is not supported in PowerShell 7; Add-PSSnapin does not exist there.
        // https://learn.microsoft.com/powershell/scripting/whats-new/differences-from-windows-powershell
        let (first, second) = match settings.prepare {
            Prepare::ExchangeManagementShell => (&found.windows, &found.pwsh),
            Prepare::None | Prepare::Module(_) => (&found.pwsh, &found.windows),
        };
        first.clone().or_else(|| second.clone())
    }
}
