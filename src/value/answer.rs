//! What came back from a call, whatever it was made to.
//!
//! An answer is definite: a call that got none is an error of the room that made it.

use serde::{Deserialize, Serialize};

use crate::value::{Json, Timestamp};

/// A definite answer: a status code that the step expects, and what it said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status; for PowerShell 200 means that the script's end record said success.
    pub status: u16,
    /// The error code of the body, where the status is an error that the step expects (`404`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's `request-id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The service's `Date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    /// The body; for a paged read the list of all items; `null` where there was none.
    pub body: Json,
}
