//! PowerShell without a process: scripts, parameter files, result protocol, bundles.
//!
//! Starts nothing: `edge/` does. Start at [`model`].

pub mod model;
