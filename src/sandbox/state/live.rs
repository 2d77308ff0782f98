//! The directory as it changes: users with their revocations, and the audit entries that follow.
//!
//! Shows effects only after the tenant file's lags.

use serde_json::json;

use crate::sandbox::made_up;
use crate::sandbox::state::exchange::ExchangeSide;
use crate::sandbox::tenant::model::{Fields, Member, Moment, TenantFile, UserType};
use crate::value::{Json, Timestamp};

/// The tenant's present.
#[derive(Debug)]
pub struct Live {
    /// As it was at its start.
    pub tenant: TenantFile,
    /// In the order of the tenant file.
    pub users: Vec<LiveUser>,
    /// Audit entries, oldest first, with the instant of the activity.
    pub audits: Vec<(Timestamp, Json)>,
    /// The Exchange side.
    pub exchange: ExchangeSide,
}

/// A user's present.
#[derive(Debug)]
pub struct LiveUser {
    /// Graph's fields, without pending effects.
    pub fields: Fields,
    /// When the sessions were revoked, oldest first, exactly.
    pub revocations: Vec<Timestamp>,
}

/// What a revocation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revocation {
    /// The user's sessions end.
    Effective,
    /// A guest's sessions belong to the home tenant
    /// (<https://learn.microsoft.com/graph/api/user-revokesigninsessions>).
    WithoutEffect,
}

impl Live {
    /// The tenant at its start.
    pub fn new(tenant: TenantFile, exchange: ExchangeSide) -> Self {
        let users = tenant
            .users
            .iter()
            .map(|user| LiveUser {
                fields: user.fields.clone(),
                revocations: Vec::new(),
            })
            .collect();
        let mut audits: Vec<(Timestamp, Json)> = tenant
            .audits
            .iter()
            .map(|audit| (activity(audit).unwrap_or(tenant.start), audit.clone()))
            .collect();
        audits.sort_by_key(|audit| audit.0);
        Live {
            tenant,
            users,
            audits,
            exchange,
        }
    }

    /// The user of that object id or UPN.
    pub fn user(&self, name: &str) -> Option<usize> {
        let mut users = self.tenant.users.iter();
        users.position(|user| user.id.eq_ignore_ascii_case(name) || user.upn.eq_ignore_ascii_case(name))
    }

    /// The group of that object id.
    pub fn group(&self, id: &str) -> Option<usize> {
        self.tenant
            .groups
            .iter()
            .position(|group| group.id.eq_ignore_ascii_case(id))
    }

    /// A user as a read sees it now.
    pub fn shown(&self, index: usize, now: Timestamp) -> Json {
        let user = &self.users[index];
        let mut fields = user.fields.clone();
        let lag = self.tenant.lags.revocation;
        let visible = |at: &&Timestamp| later(**at, lag) <= now;
        if let Some(at) = user.revocations.iter().rfind(visible) {
            fields.insert("signInSessionsValidFromDateTime".to_owned(), seconds(*at));
        }
        Json::Object(fields)
    }

    /// Revokes a user's sessions.
    pub fn revoke(&mut self, index: usize, now: Timestamp) -> Revocation {
        let user = &self.tenant.users[index];
        match user.user_type {
            UserType::Guest => return Revocation::WithoutEffect,
            UserType::Member => {}
        }
        let before = self.shown(index, now)["signInSessionsValidFromDateTime"].clone();
        self.users[index].revocations.push(now);
        let change = json!({
            "displayName": "StsRefreshTokensValidFrom",
            "oldValue": json!([before]).to_string(),
            "newValue": json!([seconds(now)]).to_string(),
        });
        self.record(index, "Update StsRefreshTokenValidFrom Timestamp", &[change], now);
        Revocation::Effective
    }

    /// Changes a user's field and writes the audit entry.
    pub fn set(&mut self, index: usize, name: &str, value: &Json, now: Timestamp) {
        let before = self.users[index].fields.insert(name.to_owned(), value.clone());
        let activity = match (name, value.as_bool()) {
            ("accountEnabled", Some(true)) => "Enable account",
            ("accountEnabled", Some(false)) => "Disable account",
            _ => "Update user",
        };
        let change = json!({
            "displayName": name,
            "oldValue": json!([before]).to_string(),
            "newValue": json!([value]).to_string(),
        });
        self.record(index, activity, &[change], now);
    }

    fn record(&mut self, index: usize, activity: &str, changes: &[Json], now: Timestamp) {
        let user = &self.tenant.users[index];
        let number = self.audits.len().to_string();
        let id = made_up::guid(&["audit", self.tenant.id.as_str(), &number]);
        let entry = json!({
            "id": format!("Directory_{id}_{number}"),
            "category": "UserManagement",
            "correlationId": made_up::guid(&["audit correlation", &id]),
            "result": "success",
            "resultReason": "",
            "activityDisplayName": activity,
            "activityDateTime": seven_digits(now),
            "loggedByService": "Core Directory",
            "operationType": "Update",
            "initiatedBy": {"user": null, "app": {
                "appId": self.tenant.app.client_id,
                "displayName": self.tenant.app.name,
                "servicePrincipalId": made_up::guid(&["service principal", &self.tenant.app.client_id]),
                "servicePrincipalName": null,
            }},
            "targetResources": [{
                "id": user.id,
                "displayName": self.users[index].fields.get("displayName"),
                "type": "User",
                "userPrincipalName": user.upn,
                "groupType": null,
                "modifiedProperties": changes,
            }],
            "additionalDetails": [],
        });
        self.audits.push((now, entry));
    }

    /// When a moment of a user's rule is, as far as it is known.
    pub fn instant(&self, moment: Moment, index: usize) -> Option<Timestamp> {
        match moment {
            Moment::At(at) => Some(at),
            Moment::Revoked(after) => self.users[index].revocations.first().map(|at| later(*at, after)),
            Moment::Refreshed(after) => self.exchange.refreshed().map(|at| later(at, after)),
        }
    }

    /// All members of a group, nested ones too, each once, in the order in which they are met.
    pub fn transitive_members(&self, group: usize) -> Vec<Member> {
        let mut found: Vec<Member> = Vec::new();
        let mut open = vec![group];
        while let Some(next) = open.pop() {
            for member in &self.tenant.groups[next].members {
                if found.contains(member) || *member == Member::Group(group) {
                    continue;
                }
                found.push(*member);
                if let Member::Group(nested) = member {
                    open.push(*nested);
                }
            }
        }
        found
    }
}

fn activity(audit: &Json) -> Option<Timestamp> {
    audit.get("activityDateTime")?.as_str()?.parse().ok()
}

/// `at` plus a duration.
pub(super) fn later(at: Timestamp, by: std::time::Duration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// An instant with at most seven digits of a second, which is as fine as Graph gives them.
fn seven_digits(at: Timestamp) -> Timestamp {
    let part = at.subsec_nanosecond() / 100 * 100;
    Timestamp::new(at.as_second(), part).unwrap_or(at)
}

/// An instant cut to whole seconds, as Entra shows it.
fn seconds(at: Timestamp) -> Json {
    Json::from(Timestamp::from_second(at.as_second()).unwrap_or(at).to_string())
}
