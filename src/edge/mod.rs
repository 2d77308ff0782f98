//! The edge: HTTP, sign-in, script processes, files, configuration and keys, behind the ports that need them.
//!
//! Decides nothing that a pure room could decide. Start at [`http`] for the tenant, [`state`] for the evidence.

pub mod config;
pub mod folders;
pub mod http;
pub mod keys;
pub mod playbooks;
pub mod scripts;
pub mod sign_in;
pub mod signals;
pub mod state;
