//! The effects: HTTP, sign-in, processes, files, clock, terminal.
//!
//! Decides nothing; each part implements a port of the room that needs it.

pub mod http;
pub mod sign_in;
