//! PowerShell processes: found, started, given the go, ended; their folders and what they left.
//!
//! Makes no script and believes no output: both are [`crate::powershell`]'s. Start at [`PowerShellHosts`].

mod answer;
mod environment;
mod folder;
mod hand_over;
mod hosts;
mod process;
mod program;

pub use hand_over::{imported, script_of};
pub use hosts::{DEFAULT_TIME_LIMIT, HostSettings, PowerShellHosts, RunBy};
