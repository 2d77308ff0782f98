//! Sign-ins as they follow from the rules, from what was done, and from the time.
//!
//! Nothing is stored: the same history gives the same sign-ins. Fields as in
//! <https://learn.microsoft.com/graph/api/resources/signin>.

use std::time::Duration;

use serde_json::json;

use crate::sandbox::codes;
use crate::sandbox::made_up;
use crate::sandbox::state::Live;
use crate::sandbox::state::live::later;
use crate::sandbox::tenant::model::{Fields, SignInRule};
use crate::value::{Json, Timestamp};

/// At most so many points in time a rule and user: the latest.
const STEP_LIMIT: u64 = 20_000;
/// Seconds between two sign-ins of one point in time.
const BURST_GAP: u64 = 3;

/// One sign-in, not yet written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignIn {
    /// When.
    pub at: Timestamp,
    /// Which rule.
    pub rule: usize,
    /// Whose.
    pub user: usize,
    /// Which point in time, from 0.
    step: u64,
    /// Which of those that happen then, from 0.
    nth: u32,
}

/// All sign-ins that can be read now, newest first.
pub fn visible(live: &Live, now: Timestamp) -> Vec<SignIn> {
    let horizon = now.saturating_sub(live.tenant.lags.sign_ins).unwrap_or(now);
    let mut found = Vec::new();
    for (number, rule) in live.tenant.sign_ins.iter().enumerate() {
        for user in &rule.users {
            of_rule(live, number, rule, *user, horizon, &mut found);
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

fn of_rule(
    live: &Live,
    number: usize,
    rule: &SignInRule,
    user: usize,
    horizon: Timestamp,
    found: &mut Vec<SignIn>,
) {
    let Some((begin, end)) = bounds(live, rule, user, horizon) else {
        return;
    };
    let every = rule.every.map_or(0, |every| every.as_secs());
    let shift = match every {
        0 => 0,
        _ => made_up::number(
            &["shift", &live.tenant.users[user].id, &number.to_string()],
            (every / 4).clamp(1, 60),
        ),
    };
    let first = later(begin, Duration::from_secs(shift));
    let steps = match (u64::try_from(end.duration_since(first).as_secs()), every) {
        (Err(_), _) => return,
        (Ok(_), 0) => 1,
        (Ok(room), every) => room / every + 1,
    };
    for step in steps.saturating_sub(STEP_LIMIT)..steps {
        for nth in 0..rule.count_per {
            let seconds = step * every + u64::from(nth) * BURST_GAP;
            let at = later(first, Duration::from_secs(seconds));
            if at <= horizon && at < end {
                found.push(SignIn {
                    at,
                    rule: number,
                    user,
                    step,
                    nth,
                });
            }
        }
    }
}

/// When the rule begins, and the instant before which it ends.
fn bounds(live: &Live, rule: &SignInRule, user: usize, horizon: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let mut begin = live.instant(rule.from, user)?;
    if let Some(after) = rule.after {
        begin = begin.max(live.instant(after, user)?);
    }
    let open = later(horizon, Duration::from_secs(1));
    let end = rule
        .until
        .and_then(|until| live.instant(until, user))
        .unwrap_or(open);
    Some((whole(begin), end.min(open)))
}

/// The next whole second, which is how the log gives times.
fn whole(at: Timestamp) -> Timestamp {
    let up = i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(at.as_second() + up).unwrap_or(at)
}

/// Which properties a sign-in shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// Beta shows more.
    pub version: crate::sandbox::resources::Version,
    /// Policies need a `Policy.Read…` role, and are left out without a word otherwise.
    pub policies: Policies,
}

/// Whether Conditional Access details are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policies {
    /// Shown.
    Visible,
    /// Left out.
    Hidden,
}

impl SignIn {
    /// The sign-in as Graph shows it.
    pub fn write(&self, live: &Live, view: View) -> Json {
        let rule = &live.tenant.sign_ins[self.rule];
        let user = &live.tenant.users[self.user];
        let mut fields = self.plain(live, rule);
        match view.policies {
            Policies::Visible => {
                fields.insert(
                    "appliedConditionalAccessPolicies".to_owned(),
                    json!(rule.policies),
                );
            }
            Policies::Hidden => {}
        }
        if view.version == crate::sandbox::resources::Version::Beta {
            fields.extend(self.beta(live, rule, &user.id));
        }
        Json::Object(fields)
    }

    fn made_up(&self, live: &Live, what: &str) -> String {
        let user = &live.tenant.users[self.user].id;
        let place = format!("{}.{}.{}", self.rule, self.step, self.nth);
        made_up::guid(&[what, live.tenant.id.as_str(), user, &place])
    }

    fn plain(&self, live: &Live, rule: &SignInRule) -> Fields {
        let user = &live.tenant.users[self.user];
        object(json!({
            "id": self.made_up(live, "sign-in"),
            "createdDateTime": self.at,
            "userDisplayName": user.fields.get("displayName"),
            "userPrincipalName": user.upn.to_lowercase(),
            "userId": user.id,
            "appId": rule.app.id,
            "appDisplayName": rule.app.name,
            "ipAddress": rule.ip.clone().unwrap_or_else(|| made_up::address(&user.id)),
            "clientAppUsed": rule.client_app,
            "correlationId": self.made_up(live, "correlation"),
            "conditionalAccessStatus": rule.conditional_access,
            "isInteractive": rule.interactive,
            "riskDetail": "none",
            "riskLevelAggregated": "none",
            "riskLevelDuringSignIn": "none",
            "riskState": "none",
            "riskEventTypes": [],
            "riskEventTypes_v2": [],
            "resourceDisplayName": rule.resource.name,
            "resourceId": rule.resource.id,
            "status": status(rule),
            "deviceDetail": rule.device,
            "location": rule.location,
        }))
    }

    fn beta(&self, live: &Live, rule: &SignInRule, user: &str) -> Fields {
        let kind = if rule.interactive {
            "interactiveUser"
        } else {
            "nonInteractiveUser"
        };
        let principal = live
            .tenant
            .service_principals
            .iter()
            .find(|principal| principal["appId"] == rule.resource.id.as_str());
        object(json!({
            "signInEventTypes": [kind],
            "incomingTokenType": rule.token_type,
            "uniqueTokenIdentifier": self.made_up(live, "token"),
            "sessionId": made_up::guid(&["session", user, &rule.app.id]),
            "sessionLifetimePolicies": [],
            "authenticationProcessingDetails": [],
            "authenticationRequirement": "singleFactorAuthentication",
            "resourceServicePrincipalId": principal.and_then(|principal| principal.get("id")),
            "resourceTenantId": live.tenant.id.as_str(),
            "homeTenantId": live.tenant.id.as_str(),
            "originalRequestId": self.made_up(live, "sign-in"),
            "tokenIssuerType": "AzureAD",
            "crossTenantAccessType": "none",
            "processingTimeInMilliseconds": 100 + made_up::number(&["time", user, &self.step.to_string()], 400),
        }))
    }
}

/// A sign-in's `status`.
pub fn status(rule: &SignInRule) -> Json {
    json!({
        "errorCode": rule.code,
        "failureReason": rule.reason.as_deref().unwrap_or_else(|| codes::meaning(rule.code)),
        "additionalDetails": rule.details,
    })
}

fn object(json: Json) -> Fields {
    match json {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Fields::new(),
    }
}
