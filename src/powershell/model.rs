//! What is asked of PowerShell, rendered: a constant script and the values for one target.

use serde::{Deserialize, Serialize};

use crate::value::{Digest, Json};

/// One script for one target, exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptRequest {
    /// The template's name.
    pub template: String,
    /// SHA-256 of the script file that runs (wrapper and template; BOM, CRLF), byte for byte.
    pub script: Digest,
    /// The configuration's PowerShell host.
    pub host: String,
    /// Parameter name and value, in the order of the playbook.
    pub parameters: Vec<(String, Json)>,
}
