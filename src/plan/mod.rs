//! What the interpreter yielded → a plan: JSON Lines, streamed, one digest; waves, limits, drift.
//!
//! Writes nothing to the tenant. Start at [`model`], then [`writer`]; what counts as drift is in [`drift`].

pub mod action;
pub mod drift;
pub mod limits;
pub mod model;
pub mod reader;
pub mod waves;
pub mod writer;
