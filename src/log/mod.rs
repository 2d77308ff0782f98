//! Ledger and run logs: records, chain, checkpoints, fold to a state, details by digest, verify.
//!
//! Pure: files are `edge/`'s. Start at [`model`].

pub mod model;
