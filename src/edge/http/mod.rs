//! Microsoft Graph and named hosts over HTTP: the only place that opens a connection to the tenant.
//!
//! Decides nothing about a run: what an answer means is in [`crate::graph::error`], when a request may go out in
//! [`crate::graph::throttle`]. Start at [`GraphClient`].

mod answer;
mod change;
mod client;
mod failure;
mod fetch;
mod read;
mod settings;
pub(in crate::edge) mod wire;
mod xml;

pub use client::GraphClient;
pub(in crate::edge) use read::jitter;
pub use settings::{GraphSettings, Sandbox, SettingsError, Tell, Transport, check_origin};
