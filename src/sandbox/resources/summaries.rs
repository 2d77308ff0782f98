//! `GET /beta/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='h1'|'h6'|'d1')`.
//!
//! Counts of non-interactive sign-ins by user, application, address, resource, status and window; see
//! <https://learn.microsoft.com/graph/api/auditlogroot-getsummarizednoninteractivesignins>.

use std::collections::BTreeMap;

use serde_json::json;

use crate::sandbox::made_up;
use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::sign_ins::{ROLES, premium};
use crate::sandbox::resources::{BETA, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::sign_ins::{SignIn, status, visible};
use crate::sandbox::state::throttle::Bucket;
use crate::value::{Json, Timestamp};

pub(super) const ROUTES: &[Route] = &[Route {
    method: "GET",
    versions: BETA,
    path: "/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='{window}')",
    roles: ROLES,
    bucket: Bucket::Reports,
    answer: list,
}];

const EQ: &[Operator] = &[Operator::Eq];
const EQ_STARTS: &[Operator] = &[Operator::Eq, Operator::StartsWith];
const TIME: &[Operator] = &[
    Operator::Eq,
    Operator::Le,
    Operator::Ge,
    Operator::Gt,
    Operator::Lt,
];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

const RULES: Rules = Rules {
    type_name: "microsoft.graph.summarizedSignIn",
    selectable: &[],
    shown: &[],
    filterable: &[
        property("aggregationDateTime", Kind::Instant, TIME),
        property("firstSignInDateTime", Kind::Instant, TIME),
        property("signInCount", Kind::Number, TIME),
        property("status/errorCode", Kind::Number, EQ),
        property("userPrincipalName", Kind::Text, EQ_STARTS),
        property("appDisplayName", Kind::Text, EQ_STARTS),
        property("ipAddress", Kind::Text, EQ_STARTS),
        property("appId", Kind::Text, EQ),
        property("resourceId", Kind::Text, EQ),
        property("resourceDisplayName", Kind::Text, EQ),
        property("conditionalAccessStatus", Kind::Text, EQ),
    ],
    sortable: &["aggregationDateTime", "firstSignInDateTime"],
    page: 1000,
    page_limit: 1000,
    case: Case::Kept,
    advanced: Advanced::Plain,
};

fn list(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    premium(live)?;
    let seconds = match call.parameter() {
        "h1" => 3600,
        "h6" => 6 * 3600,
        "d1" => 24 * 3600,
        other => {
            return Err(GraphError::bad_request(format!(
                "'{other}' is no aggregation window."
            )));
        }
    };
    let items = summaries(live, call.now, seconds);
    call.page(
        "Collection(microsoft.graph.summarizedSignIn)",
        &RULES,
        items.into_iter(),
    )
}

/// Window (newest first), user, rule: a rule has one application, resource, status and address.
type Key = (std::cmp::Reverse<i64>, usize, usize);

fn summaries(live: &Live, now: Timestamp, seconds: i64) -> Vec<Json> {
    let mut groups: BTreeMap<Key, (SignIn, usize)> = BTreeMap::new();
    for sign_in in visible(live, now) {
        if live.tenant.sign_ins[sign_in.rule].interactive {
            continue;
        }
        let window = sign_in.at.as_second().div_euclid(seconds) * seconds;
        let key = (std::cmp::Reverse(window), sign_in.user, sign_in.rule);
        let group = groups.entry(key).or_insert((sign_in, 0));
        // They come newest first: the last seen is the window's first.
        *group = (sign_in, group.1 + 1);
    }
    groups
        .into_iter()
        .map(|((window, ..), (first, count))| summary(live, window.0, &first, count))
        .collect()
}

fn summary(live: &Live, window: i64, first: &SignIn, count: usize) -> Json {
    let rule = &live.tenant.sign_ins[first.rule];
    let user = &live.tenant.users[first.user];
    let place = format!("{}.{window}", first.rule);
    json!({
        "id": made_up::guid(&["summary", &user.id, &place]),
        "signInCount": count,
        "aggregationDateTime": Timestamp::from_second(window).unwrap_or(first.at),
        "firstSignInDateTime": first.at,
        "userPrincipalName": user.upn.to_lowercase(),
        "appId": rule.app.id,
        "appDisplayName": rule.app.name,
        "ipAddress": rule.ip.clone().unwrap_or_else(|| made_up::address(&user.id)),
        "conditionalAccessStatus": rule.conditional_access,
        "resourceDisplayName": rule.resource.name,
        "resourceId": rule.resource.id,
        "status": status(rule),
    })
}
