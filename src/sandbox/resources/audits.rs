//! `GET /auditLogs/directoryAudits`: what was done to the directory, newest first.
//!
//! A revocation appears as *Update StsRefreshTokenValidFrom Timestamp*. Filters:
//! <https://learn.microsoft.com/graph/api/directoryaudit-list>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::sign_ins::ROLES;
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;

pub(super) const ROUTES: &[Route] = &[Route {
    method: "GET",
    versions: BOTH,
    path: "/auditLogs/directoryAudits",
    roles: ROLES,
    bucket: Bucket::Reports,
    answer: list,
}];

const EQ: &[Operator] = &[Operator::Eq];
const EQ_STARTS: &[Operator] = &[Operator::Eq, Operator::StartsWith];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

const RULES: Rules = Rules {
    type_name: "microsoft.graph.directoryAudit",
    selectable: &[],
    shown: &[],
    filterable: &[
        property(
            "activityDateTime",
            Kind::Instant,
            &[Operator::Eq, Operator::Ge, Operator::Le],
        ),
        property("activityDisplayName", Kind::Text, EQ_STARTS),
        property("category", Kind::Text, EQ),
        property("correlationId", Kind::Text, EQ),
        property("id", Kind::Text, EQ),
        property("loggedByService", Kind::Text, EQ),
        property("operationType", Kind::Text, EQ),
        property("result", Kind::Text, EQ),
        property("initiatedBy/app/appId", Kind::Text, EQ),
        property("initiatedBy/app/displayName", Kind::Text, EQ),
        property("initiatedBy/user/id", Kind::Text, EQ),
        property("initiatedBy/user/userPrincipalName", Kind::Text, EQ_STARTS),
        property("targetResources", Kind::Complex, &[]),
        property("targetResources/id", Kind::Text, EQ),
        property("targetResources/displayName", Kind::Text, EQ_STARTS),
    ],
    sortable: &["activityDateTime"],
    page: 1000,
    page_limit: 1000,
    case: Case::Kept,
    advanced: Advanced::Plain,
};

fn list(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let horizon = call
        .now
        .saturating_sub(live.tenant.lags.sign_ins)
        .unwrap_or(call.now);
    let entries = live.audits.iter().rev().filter(|(at, _)| *at <= horizon);
    let items = entries.map(|(_, entry)| entry.clone());
    call.page("auditLogs/directoryAudits", &RULES, items)
}
