//! State + time → what to do next: checks, sends, look-ups, verification, waves, hold, threshold.
//!
//! Performs nothing. The state is the fold of the run's log, so a live run and a resumed one decide alike.
//! Start at [`model`], then [`decide`](decide()).

mod action;
mod decide;
pub mod model;

pub use decide::{StepProgress, decide};
