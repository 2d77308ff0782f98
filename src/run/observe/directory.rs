//! What the directory is asked before the program starts: users and groups of inputs, protected accounts,
//! the number of members.
//!
//! All that is unknown is named at once. An unreadable protected group refuses the plan: unknown never leads
//! to a change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::graph::model::GraphRequest;
use crate::graph::url;
use crate::playbook::Playbook;
use crate::playbook::model::InputKind;
use crate::program::model::{ReadAsk, Request};
use crate::run::observe::Inputs;
use crate::run::parallel::read_all;
use crate::run::ports::CallError;
use crate::run::world::ReadWorld;
use crate::value::{ActionId, Answer, Json};

/// The fields of a user that are bound; see
/// <https://learn.microsoft.com/graph/api/resources/user#properties>.
const USER_FIELDS: &str = "id,userPrincipalName,displayName,mail,accountEnabled,userType,onPremisesSyncEnabled,\
                           assignedLicenses,usageLocation,signInSessionsValidFromDateTime";
const GROUP_FIELDS: &str = "id,displayName,mail";
const PAGE_LIMIT: usize = 1000;

/// Why planning cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Users or groups of an input that the tenant does not know, or knows more than once.
    #[error("{}", list(.0))]
    Unresolved(Vec<Unresolved>),
    /// A protected group cannot be read.
    #[error("the protected group `{group}` cannot be read: {error}")]
    Protected {
        /// Its object id.
        group: String,
        /// Why.
        error: Box<CallError>,
    },
    /// The number of members cannot be read.
    #[error("`limits.tenant_percent` needs the number of members, which cannot be read: {0}")]
    Members(Box<CallError>),
    /// A user or group could not be asked for.
    #[error("failed to look up `{name}`: {error}")]
    Call {
        /// As given.
        name: String,
        /// Why.
        error: Box<CallError>,
    },
}

/// One name that stands for nobody, or for several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Which input.
    pub input: String,
    /// As given.
    pub name: String,
    /// How many were found.
    pub found: usize,
}

fn list(unresolved: &[Unresolved]) -> String {
    let names: Vec<String> = unresolved
        .iter()
        .map(|u| {
            let what = if u.found == 0 { "unknown" } else { "ambiguous" };
            format!("`{}` of input `{}` is {what} in the tenant", u.name, u.input)
        })
        .collect();
    names.join("\n")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Group,
}

/// Replaces each user and group by what the directory says of it.
pub(super) async fn resolve_inputs(
    playbook: &Playbook,
    inputs: &mut Inputs,
    world: &ReadWorld,
) -> Result<(), DirectoryError> {
    let mut unresolved = Vec::new();
    for input in &playbook.inputs {
        let kind = match &input.kind {
            InputKind::User => Kind::User,
            InputKind::Group => Kind::Group,
            InputKind::List(of) if **of == InputKind::User => Kind::User,
            InputKind::List(of) if **of == InputKind::Group => Kind::Group,
            InputKind::String
            | InputKind::Integer
            | InputKind::Number
            | InputKind::Boolean
            | InputKind::Duration
            | InputKind::Timestamp
            | InputKind::Enum(_)
            | InputKind::List(_)
            | InputKind::Map
            | InputKind::Csv
            | InputKind::JsonFile => continue,
        };
        let Some(value) = inputs.get_mut(&input.name) else {
            continue;
        };
        let names: Vec<String> = match &*value {
            Json::Array(items) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::String(name) => vec![name.clone()],
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => continue,
        };
        let found = resolve(&input.name, kind, &names, world, &mut unresolved).await?;
        *value = match value {
            Json::Array(_) => Json::Array(distinct(found)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                found.into_iter().next().unwrap_or(Json::Null)
            }
        };
    }
    if unresolved.is_empty() {
        Ok(())
    } else {
        Err(DirectoryError::Unresolved(unresolved))
    }
}

/// The same person given by address and by object id is one person.
fn distinct(found: Vec<Json>) -> Vec<Json> {
    let mut seen = std::collections::BTreeSet::new();
    found
        .into_iter()
        .filter(|entry| seen.insert(entry.get("id").map(Json::to_string)))
        .collect()
}

async fn resolve(
    input: &str,
    kind: Kind,
    names: &[String],
    world: &ReadWorld,
    unresolved: &mut Vec<Unresolved>,
) -> Result<Vec<Json>, DirectoryError> {
    let first = ask(world, names.iter().map(|name| by_id(kind, name))).await;
    let mut found = Vec::with_capacity(names.len());
    for (name, result) in names.iter().zip(first) {
        let direct = settle(name, result)?;
        match direct {
            Some(json) => found.push(json),
            None if name.contains('@') || kind == Kind::Group => {
                let result = ask(world, std::iter::once(by_mail(kind, name))).await.remove(0);
                let items = settle(name, result)?.unwrap_or(Json::Null);
                let items = items
                    .get("value")
                    .and_then(Json::as_array)
                    .cloned()
                    .unwrap_or_default();
                match <[Json; 1]>::try_from(items) {
                    Ok([one]) => found.push(one),
                    Err(items) => unresolved.push(Unresolved {
                        input: input.to_owned(),
                        name: name.clone(),
                        found: items.len(),
                    }),
                }
            }
            None => unresolved.push(Unresolved {
                input: input.to_owned(),
                name: name.clone(),
                found: 0,
            }),
        }
    }
    Ok(found)
}

/// 404 is an answer: nobody of that name.
fn settle(name: &str, result: Result<Answer, CallError>) -> Result<Option<Json>, DirectoryError> {
    match result {
        Ok(answer) if answer.status == 404 || answer.status == 400 => Ok(None),
        Ok(answer) => Ok(Some(answer.body)),
        Err(error) => Err(DirectoryError::Call {
            name: name.to_owned(),
            error: Box::new(error),
        }),
    }
}

fn by_id(kind: Kind, name: &str) -> GraphRequest {
    let (collection, fields) = match kind {
        Kind::User => ("users", USER_FIELDS),
        Kind::Group => ("groups", GROUP_FIELDS),
    };
    get(
        &format!("/{collection}/{}", url::segment(name)),
        &[("$select", fields)],
        vec![400, 404],
    )
}

fn by_mail(kind: Kind, name: &str) -> GraphRequest {
    let literal = name.replace('\'', "''");
    let (collection, fields, filter) = match kind {
        Kind::User => ("users", USER_FIELDS, format!("mail eq '{literal}'")),
        Kind::Group => (
            "groups",
            GROUP_FIELDS,
            format!("mail eq '{literal}' or displayName eq '{literal}'"),
        ),
    };
    get(
        &format!("/{collection}"),
        &[("$filter", &filter), ("$select", fields)],
        Vec::new(),
    )
}

fn get(path: &str, query: &[(&str, &str)], expect: Vec<u16>) -> GraphRequest {
    let query: Vec<(String, String)> = query
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    GraphRequest {
        method: "GET".to_owned(),
        url: url::build("/v1.0", path, &query),
        headers: Vec::new(),
        body: None,
        pages: None,
        expect,
    }
}

async fn ask(
    world: &ReadWorld,
    requests: impl Iterator<Item = GraphRequest>,
) -> Vec<Result<Answer, CallError>> {
    let asks: Vec<ReadAsk> = requests
        .enumerate()
        .map(|(index, request)| ReadAsk {
            key: ActionId::new(format!("directory/-/{}", index + 1)),
            request: Request::Graph(request),
        })
        .collect();
    read_all(world, &asks, Arc::new(|_| std::path::PathBuf::new())).await
}

/// Everybody who is never a target: object id in lower case → why.
pub(super) async fn protected(
    playbook: &Playbook,
    world: &ReadWorld,
) -> Result<BTreeMap<String, String>, DirectoryError> {
    let mut protected: BTreeMap<String, String> = playbook
        .protect
        .users
        .iter()
        .map(|id| (id.to_lowercase(), "named under `protect.users`".to_owned()))
        .collect();
    for group in &playbook.protect.groups {
        let request = GraphRequest {
            pages: Some(PAGE_LIMIT),
            ..get(
                &format!("/groups/{}/transitiveMembers", url::segment(group)),
                &[("$select", "id")],
                Vec::new(),
            )
        };
        let answer = ask(world, std::iter::once(request)).await.remove(0);
        let answer = answer.map_err(|error| DirectoryError::Protected {
            group: group.clone(),
            error: Box::new(error),
        })?;
        for member in answer.body.as_array().into_iter().flatten() {
            if let Some(id) = member.get("id").and_then(Json::as_str) {
                protected.insert(
                    id.to_lowercase(),
                    format!("member of the protected group {group}"),
                );
            }
        }
    }
    Ok(protected)
}

/// Enabled, licensed members, where a limit needs them
/// (<https://learn.microsoft.com/graph/aad-advanced-queries>).
pub(super) async fn members(playbook: &Playbook, world: &ReadWorld) -> Result<Option<u64>, DirectoryError> {
    if playbook.limits.tenant_percent.is_none() {
        return Ok(None);
    }
    let filter = "accountEnabled eq true and userType eq 'Member' and assignedLicenses/$count ne 0";
    let request = GraphRequest {
        headers: vec![("ConsistencyLevel".to_owned(), "eventual".to_owned())],
        ..get(
            "/users",
            &[
                ("$count", "true"),
                ("$filter", filter),
                ("$select", "id"),
                ("$top", "1"),
            ],
            Vec::new(),
        )
    };
    let answer = ask(world, std::iter::once(request)).await.remove(0);
    let answer = answer.map_err(|error| DirectoryError::Members(Box::new(error)))?;
    Ok(answer.body.get("@odata.count").and_then(Json::as_u64))
}
