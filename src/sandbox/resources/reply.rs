//! Answers of handlers: a body and its effect, or an error in Graph's words.
//!
//! The error's outer shape, with date and ids, is written by the server; see
//! <https://learn.microsoft.com/graph/errors>.

use serde_json::json;

use crate::sandbox::odata::{Found, QueryError};
use crate::sandbox::resources::Call;
use crate::value::Json;

/// Whether something in the tenant was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Yes.
    Changed,
    /// No.
    Nothing,
}

/// A successful answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// 200, 204.
    pub status: u16,
    /// The body; `None` for 204.
    pub body: Option<Json>,
    /// What was done.
    pub effect: Effect,
}

impl Reply {
    /// 200 with a body, nothing changed.
    pub fn ok(body: Json) -> Self {
        Reply {
            status: 200,
            body: Some(body),
            effect: Effect::Nothing,
        }
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// HTTP status.
    pub status: u16,
    /// `error.code`
    pub code: &'static str,
    /// `error.message`
    pub message: String,
}

impl GraphError {
    /// Any refusal.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        GraphError {
            status,
            code,
            message: message.into(),
        }
    }

    /// 400 `Request_BadRequest`.
    pub fn bad_request(message: impl Into<String>) -> Self {
        GraphError::new(400, "Request_BadRequest", message)
    }

    /// 404: no object of that id.
    pub fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        GraphError::new(404, "Request_ResourceNotFound", message)
    }

    /// 403: a permission is missing.
    pub fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        GraphError::new(403, "Authorization_RequestDenied", message)
    }
}

impl From<QueryError> for GraphError {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Malformed(message) => GraphError::new(400, "Request_BadRequest", message),
            QueryError::Unsupported(message) => GraphError::new(400, "Request_UnsupportedQuery", message),
        }
    }
}

/// A page as Graph writes it.
pub fn collection(call: &Call<'_>, name: &str, found: Found) -> Reply {
    let mut body = json!({"@odata.context": call.context(name), "value": found.items});
    if let Some(count) = found.count {
        body["@odata.count"] = json!(count);
    }
    if let Some(token) = found.next {
        let query = call.query.next(&token);
        body["@odata.nextLink"] = json!(format!("{}{}?{query}", call.origin, call.path));
    }
    Reply::ok(body)
}
