//! `GET /auditLogs/signIns`: v1.0 shows interactive sign-ins, beta also others when the filter asks for them.
//!
//! Newest first. Only what is documented can be filtered by
//! (<https://learn.microsoft.com/graph/api/signin-list>,
//! <https://learn.microsoft.com/graph/api/resources/signin>).

use crate::sandbox::odata::{Advanced, Case, Kind, Literal, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route, Version};
use crate::sandbox::state::Live;
use crate::sandbox::state::sign_ins::{Policies, SignIn, View, visible};
use crate::sandbox::state::throttle::Bucket;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/auditLogs/signIns",
        roles: ROLES,
        bucket: Bucket::Reports,
        answer: list,
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/auditLogs/signIns/{id}",
        roles: ROLES,
        bucket: Bucket::Reports,
        answer: one,
    },
];

pub(super) const ROLES: &[&str] = &["AuditLog.Read.All"];

/// Without one of these, applied policies are left out without a word
/// (<https://learn.microsoft.com/graph/api/signin-list#permissions>).
const POLICY_ROLES: &[&str] = &[
    "Policy.Read.All",
    "Policy.Read.ConditionalAccess",
    "Policy.ReadWrite.ConditionalAccess",
];

const EQ: &[Operator] = &[Operator::Eq];
const EQ_STARTS: &[Operator] = &[Operator::Eq, Operator::StartsWith];

const fn eq(path: &'static str) -> Property {
    Property {
        path,
        kind: Kind::Text,
        operators: EQ,
    }
}

const fn starts(path: &'static str) -> Property {
    Property {
        path,
        kind: Kind::Text,
        operators: EQ_STARTS,
    }
}

const FILTERABLE: &[Property] = &[
    Property {
        path: "createdDateTime",
        kind: Kind::Instant,
        operators: &[Operator::Eq, Operator::Le, Operator::Ge],
    },
    Property {
        path: "status/errorCode",
        kind: Kind::Number,
        operators: EQ,
    },
    eq("id"),
    eq("appId"),
    eq("clientAppUsed"),
    eq("conditionalAccessStatus"),
    eq("correlationId"),
    eq("resourceId"),
    eq("resourceDisplayName"),
    eq("userId"),
    eq("riskDetail"),
    eq("riskLevelAggregated"),
    eq("riskLevelDuringSignIn"),
    eq("riskState"),
    starts("appDisplayName"),
    starts("ipAddress"),
    starts("userDisplayName"),
    starts("userPrincipalName"),
    starts("deviceDetail/browser"),
    starts("deviceDetail/operatingSystem"),
    starts("location/city"),
    starts("location/state"),
    starts("location/countryOrRegion"),
    // Beta only; v1.0 has no such property.
    Property {
        path: "signInEventTypes",
        kind: Kind::Complex,
        operators: &[],
    },
    Property {
        path: "signInEventTypes/",
        kind: Kind::Text,
        operators: &[Operator::Eq, Operator::Ne],
    },
];

fn rules(version: Version) -> Rules {
    let filterable = match version {
        Version::Beta => FILTERABLE,
        Version::V1 => &FILTERABLE[..FILTERABLE.len() - 2],
    };
    Rules {
        type_name: "microsoft.graph.signIn",
        selectable: &[],
        shown: &[],
        filterable,
        sortable: &["createdDateTime"],
        page: 1000,
        page_limit: 1000,
        case: Case::Kept,
        advanced: Advanced::Plain,
    }
}

fn list(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    premium(live)?;
    if call.query.select.is_some() {
        return Err(GraphError::bad_request(
            "'$select' is not supported for sign-ins.",
        ));
    }
    let all = asks_for_event_types(call);
    let live = &*live;
    let items = visible(live, call.now)
        .into_iter()
        .filter(|sign_in| may_match(call, live, sign_in))
        .filter(|sign_in| all || live.tenant.sign_ins[sign_in.rule].interactive)
        .map(|sign_in| sign_in.write(live, view(call)));
    call.page("auditLogs/signIns", &rules(call.version), items)
}

fn one(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    premium(live)?;
    let mut items = visible(live, call.now)
        .into_iter()
        .map(|sign_in| sign_in.write(live, view(call)));
    let found = items.find(|item| item["id"] == call.parameter());
    let item = found.ok_or_else(|| GraphError::not_found(call.parameter()))?;
    call.item("auditLogs/signIns", &rules(call.version), item)
}

fn view(call: &Call<'_>) -> View {
    View {
        version: call.version,
        policies: if call.app.has_any(POLICY_ROLES) {
            Policies::Visible
        } else {
            Policies::Hidden
        },
    }
}

/// Whether user and time fit; saves writing out what is thrown away at once.
fn may_match(call: &Call<'_>, live: &Live, sign_in: &SignIn) -> bool {
    let (mut users, mut times) = (Vec::new(), Vec::new());
    if let Some(filter) = &call.query.filter {
        filter.required("userId", &mut users);
        filter.required("createdDateTime", &mut times);
    }
    let id = live.tenant.users[sign_in.user].id.as_str();
    let other = |literal: &Literal| matches!(literal, Literal::Text(text) if text != id);
    let early = |literal: &Literal| matches!(literal, Literal::Instant(from) if sign_in.at < *from);
    !users
        .iter()
        .any(|(operator, value)| *operator == Operator::Eq && other(value))
        && !times
            .iter()
            .any(|(operator, value)| *operator == Operator::Ge && early(value))
}

/// Without a filter on `signInEventTypes` only interactive sign-ins are returned.
fn asks_for_event_types(call: &Call<'_>) -> bool {
    let mut asks = false;
    if let Some(filter) = &call.query.filter {
        filter.each(&mut |path, _| asks |= path == "signInEventTypes");
    }
    asks && call.version == Version::Beta
}

/// Logs need Entra ID P1 or P2.
pub(super) fn premium(live: &Live) -> Result<(), GraphError> {
    if live.tenant.premium {
        return Ok(());
    }
    Err(GraphError::new(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    ))
}
