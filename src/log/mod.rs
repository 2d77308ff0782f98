//! Ledger and run logs: records, chain, checkpoints, fold to a state, details by digest, verify.
//!
//! Pure: files are `edge/state`'s, time and keys are arguments. Start at [`model`], then [`chain`],
//! [`fold`] for what a run's log means, [`verify`] for what an auditor asks.

pub mod chain;
pub mod checkpoint;
pub mod details;
pub mod fold;
pub mod ledger;
pub mod model;
mod outcome;
pub mod verify;
