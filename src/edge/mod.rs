//! HTTP client, sign-in, processes, files, clock, terminal: everything that touches the machine.
//!
//! Nothing to the left of this room uses it; what a run needs of it stands in `run/` as ports.

pub mod state;
