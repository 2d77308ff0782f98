//! The loop: decide, record, perform, record; and `observe`, which has read ports only.
//!
//! Formats no text. Start at [`ports`].

pub mod clock;
pub mod ports;
