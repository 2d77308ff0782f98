//! Microsoft Graph without a socket: typed requests and their encoding, errors, throttling as a state machine.
//!
//! Opens no connection: `edge/` does. Start at [`model`].

pub mod model;
