//! The proof that a token is for the tenant that the configuration names.
//!
//! Tokens are opaque to Redress, so the tenant itself is asked. A client secret needs no such proof: its token
//! endpoint is the tenant's own.

use crate::graph::model::GraphRequest;
use crate::run::ports::{CallError, CallErrorKind, TenantReads};
use crate::value::{Json, TenantId};

/// Asks the tenant for its id (<https://learn.microsoft.com/graph/api/organization-list>).
///
/// # Errors
/// `NotAllowed` for another tenant or none; else why it cannot be read.
pub async fn prove_tenant(reads: &dyn TenantReads, tenant: &TenantId) -> Result<(), CallError> {
    let request = GraphRequest {
        method: "GET".to_owned(),
        url: "/v1.0/organization?$select=id".to_owned(),
        headers: Vec::new(),
        body: None,
        pages: None,
        expect: Vec::new(),
    };
    let answer = reads.read(&request).await?;
    let ids: Vec<&str> = answer
        .body
        .get("value")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|organization| organization.get("id").and_then(Json::as_str))
        .collect();
    if matches!(ids.as_slice(), [id] if id.eq_ignore_ascii_case(tenant.as_str())) {
        return Ok(());
    }
    Err(CallError {
        kind: CallErrorKind::NotAllowed,
        message: format!(
            "the token is for the tenant `{}`, expected `{tenant}`",
            ids.join(", ")
        ),
        hints: vec!["sign in to the tenant that the configuration names, or choose its own entry".to_owned()],
        status: Some(answer.status),
        code: None,
        request_id: answer.request_id,
    })
}
