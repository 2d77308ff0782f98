//! The interpreter: step program + bindings → next read, action or end.
//!
//! Performs nothing and waits for nothing. Start at [`model`].

pub mod model;
