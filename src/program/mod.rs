//! The interpreter: step program + bindings → next read, action or end.
//!
//! Performs nothing and waits for nothing. Start at [`model`], then [`Interpreter`].

pub mod artefact;
mod bindings;
pub mod change;
mod interpreter;
pub mod model;
pub mod precheck;
pub mod render;
pub mod target;
pub mod watch;

pub use bindings::TurnOutcome;
pub use interpreter::{Interpreter, Start};
