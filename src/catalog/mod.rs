//! What is known of Microsoft Graph calls: effect, repeating, settle time, permissions, limits, source links.
//!
//! Data only: it never decides anything. A call that is not here is unknown, and whoever asks treats unknown as
//! a change that must be looked up before it is repeated. Start at [`Known`]; the table is `calls.rs`.

mod calls;
mod limits;
mod matching;
mod model;
mod workload;

pub use limits::{Limit, RetryAfterHeader, Window, limit};
pub use matching::{find, find_url, matches};
pub use model::{Effect, Known, Repeat, Workload};
pub use workload::workload;
