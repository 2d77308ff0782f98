//! What the interpreter asks for.

use serde::{Deserialize, Serialize};

use crate::graph::model::{GraphRequest, RestRequest};
use crate::powershell::model::ScriptRequest;

/// One exact request or script: what a plan lists and what is performed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// To Microsoft Graph.
    Graph(GraphRequest),
    /// To a named host.
    Rest(RestRequest),
    /// A script.
    PowerShell(ScriptRequest),
}
