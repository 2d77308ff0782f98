//! The loop: decide, record, perform, record; and `observe`, which has read ports only.
//!
//! Formats no text. Start at [`ports`], then [`observe`](observe()) and [`apply`](apply::apply).

pub mod apply;
pub mod clock;
pub mod journal;
mod observe;
mod parallel;
pub mod ports;
pub mod world;

pub use observe::{DirectoryError, Inputs, ObserveError, Observed, Planning, Unresolved, observe, start};
