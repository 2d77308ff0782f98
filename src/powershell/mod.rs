//! PowerShell without a process: scripts, parameter files, result protocol, literals, bundles.
//!
//! Starts nothing: `edge/` does. Start at [`model`], then [`script`] and [`results`].

pub mod bundle;
pub mod encoding;
mod error;
pub mod literal;
pub mod model;
pub mod parameters;
pub mod results;
pub mod script;
pub mod template;
pub mod templates;

pub use error::PowerShellError;
