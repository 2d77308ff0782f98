//! Rendered requests: every hole is filled, every value is encoded for its place.
//!
//! Knows no host and no token. These are what a plan lists and what goes on the wire.

use serde::{Deserialize, Serialize};

use crate::value::Json;

/// One Graph request, exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GraphRequest {
    /// `GET`, `POST` …
    pub method: String,
    /// Version, path and query, percent-encoded: `/v1.0/users/4f6c…/revokeSignInSessions`.
    pub url: String,
    /// Request headers that the playbook or the catalogue asks for; never `Authorization`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The JSON body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Json>,
    /// Follow next links up to so many pages; the answer is then the list of all items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<usize>,
    /// Status codes that are answers besides every 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<u16>,
}

/// One GET to a named host that is not Graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestRequest {
    /// The whole URL.
    pub url: String,
    /// `json`, `xml` or `text`.
    pub accept: String,
    /// Status codes that are answers besides every 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<u16>,
}
