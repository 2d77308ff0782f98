//! Plans, events and diagnostics → text and files; one format a file.
//!
//! Decides nothing.

pub mod diagnostic;
