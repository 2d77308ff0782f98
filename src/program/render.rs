//! Calls of the playbook + bindings → exact requests.
//!
//! Every hole is encoded for its place by [`crate::playbook::text`]; nothing is sent here.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::model::{GraphRequest, RestRequest};
use crate::graph::url;
use crate::playbook::expression::{EvaluationError, Scope};
use crate::playbook::model::{Body, GraphCall, Pages, PowerShellCall, Read, RestCall, RestFormat, StepKind};
use crate::playbook::text::Text;
use crate::powershell::model::ScriptRequest;
use crate::program::model::Request;
use crate::value::{Digest, Json, Value};

/// A script as it runs: wrapper and template, byte for byte.
#[derive(Clone, Debug)]
pub struct Script {
    /// BOM, CRLF, ASCII.
    pub bytes: Arc<[u8]>,
    /// Its SHA-256.
    pub digest: Digest,
}

/// Scripts by template name.
pub type Scripts = BTreeMap<String, Script>;

/// A request, or the knowledge that it is not known yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Rendered {
    /// Exact.
    Exact(Request),
    /// Known after apply: some part refers to what is unknown.
    Later,
}

/// Renders whatever a step calls; `None` for a step that calls nothing.
pub fn step_request(
    kind: &StepKind,
    scripts: &Scripts,
    scope: &Scope,
) -> Option<Result<Rendered, EvaluationError>> {
    match kind {
        StepKind::Graph(call) => Some(graph(call, scope)),
        StepKind::Rest(call) => Some(rest(call, scope)),
        StepKind::PowerShell(call) => Some(powershell(call, scripts, scope)),
        StepKind::Compute(_)
        | StepKind::Assert(_)
        | StepKind::Wait(_)
        | StepKind::Output(_)
        | StepKind::Approve(_) => None,
    }
}

/// Renders a read inside another construct.
pub fn read_request(read: &Read, scripts: &Scripts, scope: &Scope) -> Result<Rendered, EvaluationError> {
    match read {
        Read::Graph(call) => graph(call, scope),
        Read::Rest(call) => rest(call, scope),
        Read::PowerShell(call) => powershell(call, scripts, scope),
    }
}

/// What a step calls, with `{}` for each hole: `POST /v1.0/users/{}/revokeSignInSessions`.
pub fn pattern(kind: &StepKind, scripts: &Scripts) -> String {
    match kind {
        StepKind::Graph(call) => format!(
            "{} {}{}",
            call.method.as_str(),
            call.version.prefix(),
            call.path.pattern()
        ),
        StepKind::Rest(call) => format!("GET {}", call.url.pattern()),
        StepKind::PowerShell(call) => {
            let digest = script(call, scripts).digest;
            format!("{} (script {digest}) on {}", call.template, call.host)
        }
        StepKind::Compute(_)
        | StepKind::Assert(_)
        | StepKind::Wait(_)
        | StepKind::Output(_)
        | StepKind::Approve(_) => String::new(),
    }
}

fn graph(call: &GraphCall, scope: &Scope) -> Result<Rendered, EvaluationError> {
    let (Some(path), Some(query), Some(headers)) = (
        text(&call.path, scope)?,
        pairs(&call.query, scope)?,
        pairs(&call.headers, scope)?,
    ) else {
        return Ok(Rendered::Later);
    };
    let body = match &call.body {
        None => None,
        Some(body) => match json(body, scope)? {
            Some(json) => Some(json),
            None => return Ok(Rendered::Later),
        },
    };
    Ok(Rendered::Exact(Request::Graph(GraphRequest {
        method: call.method.as_str().to_owned(),
        url: url::build(call.version.prefix(), &path, &query),
        headers,
        body,
        pages: match call.pages {
            Pages::One => None,
            Pages::All { limit } => Some(limit),
        },
        expect: call.expect.clone(),
    })))
}

fn rest(call: &RestCall, scope: &Scope) -> Result<Rendered, EvaluationError> {
    Ok(match text(&call.url, scope)? {
        None => Rendered::Later,
        Some(url) => Rendered::Exact(Request::Rest(RestRequest {
            url,
            accept: match call.accept {
                RestFormat::Json => "json",
                RestFormat::Xml => "xml",
                RestFormat::Text => "text",
            }
            .to_owned(),
            expect: call.expect.clone(),
        })),
    })
}

fn powershell(call: &PowerShellCall, scripts: &Scripts, scope: &Scope) -> Result<Rendered, EvaluationError> {
    let mut parameters = Vec::with_capacity(call.with.len());
    for (name, body) in &call.with {
        match json(body, scope)? {
            Some(json) => parameters.push((name.clone(), json)),
            None => return Ok(Rendered::Later),
        }
    }
    Ok(Rendered::Exact(Request::PowerShell(ScriptRequest {
        template: call.template.clone(),
        script: script(call, scripts).digest,
        host: call.host.clone(),
        parameters,
    })))
}

fn script<'a>(call: &PowerShellCall, scripts: &'a Scripts) -> &'a Script {
    scripts
        .get(&call.template)
        .expect("a checked playbook carries every template that it names")
}

/// `None`: unknown (a secret cannot be an input in this version of the language, so it cannot stand here).
fn text(text: &Text, scope: &Scope) -> Result<Option<String>, EvaluationError> {
    Ok(match text.render(scope)? {
        Value::Known(Json::String(text)) => Some(text),
        Value::Known(other) => Some(other.to_string()),
        Value::Absent | Value::Unknown | Value::Secret => None,
    })
}

fn pairs(texts: &[(String, Text)], scope: &Scope) -> Result<Option<Vec<(String, String)>>, EvaluationError> {
    let mut out = Vec::with_capacity(texts.len());
    for (name, value) in texts {
        match text(value, scope)? {
            Some(value) => out.push((name.clone(), value)),
            None => return Ok(None),
        }
    }
    Ok(Some(out))
}

fn json(body: &Body, scope: &Scope) -> Result<Option<Json>, EvaluationError> {
    Ok(match body {
        Body::Literal(json) => Some(json.clone()),
        Body::Text(text) => text.render(scope)?.known().cloned(),
        Body::List(items) => {
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                match json(item, scope)? {
                    Some(json) => out.push(json),
                    None => return Ok(None),
                }
            }
            Some(Json::Array(out))
        }
        Body::Map(members) => {
            let mut out = serde_json::Map::new();
            for (name, member) in members {
                match json(member, scope)? {
                    Some(json) => out.insert(name.clone(), json),
                    None => return Ok(None),
                };
            }
            Some(Json::Object(out))
        }
    })
}
