//! Microsoft Graph without a socket: typed requests and their encoding, errors, throttling as a state machine.
//!
//! Opens no connection: `edge/` does. Start at [`model`], then [`url`]; what an error means is in [`error`].

pub mod aadsts;
pub mod error;
pub mod links;
pub mod model;
pub mod pause;
pub mod throttle;
pub mod url;
