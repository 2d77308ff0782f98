//! Redress: change-approved remediation playbooks for Microsoft 365.
//!
//! The rooms, in reading order; a room uses only rooms above it. `ARCHITECTURE.md` walks through them,
//! `tests/architecture.rs` guards the order.

pub mod diagnostic;
pub mod value;
pub mod catalog;
pub mod playbook;
pub mod graph;
pub mod powershell;
pub mod program;
pub mod plan;
pub mod approval;
pub mod engine;
pub mod log;
pub mod run;
pub mod edge;
pub mod sandbox;
pub mod report;
pub mod command;
