//! `GET /servicePrincipals`, by `appId` or object id.
//!
//! None is ever created. See <https://learn.microsoft.com/graph/api/serviceprincipal-list>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/servicePrincipals",
        roles: ROLES,
        bucket: Bucket::Identity(1),
        answer: |call, live| {
            call.page(
                "servicePrincipals",
                &RULES,
                live.tenant.service_principals.iter().cloned(),
            )
        },
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/servicePrincipals/{id}",
        roles: ROLES,
        bucket: Bucket::Identity(1),
        answer: |call, live| one(call, live, "id"),
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/servicePrincipals(appId='{appId}')",
        roles: ROLES,
        bucket: Bucket::Identity(1),
        answer: |call, live| one(call, live, "appId"),
    },
];

const ROLES: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

const EQ: &[Operator] = &[Operator::Eq, Operator::Ne, Operator::In];
const TEXT: &[Operator] = &[Operator::Eq, Operator::Ne, Operator::In, Operator::StartsWith];

const RULES: Rules = Rules {
    type_name: "microsoft.graph.servicePrincipal",
    selectable: &[
        "id",
        "appId",
        "displayName",
        "appDisplayName",
        "accountEnabled",
        "appOwnerOrganizationId",
        "appRoleAssignmentRequired",
        "disabledByMicrosoftStatus",
        "servicePrincipalType",
        "servicePrincipalNames",
        "signInAudience",
        "appRoles",
        "oauth2PermissionScopes",
        "alternativeNames",
        "createdDateTime",
        "homepage",
        "keyCredentials",
        "passwordCredentials",
        "replyUrls",
        "tags",
        "verifiedPublisher",
    ],
    shown: &[],
    filterable: &[
        property("id", Kind::Text, EQ),
        property("appId", Kind::Text, EQ),
        property("displayName", Kind::Text, TEXT),
        property("accountEnabled", Kind::Bool, EQ),
        property("servicePrincipalType", Kind::Text, EQ),
        property("appOwnerOrganizationId", Kind::Guid, EQ),
    ],
    sortable: &["displayName"],
    page: 100,
    page_limit: 999,
    case: Case::Ignored,
    advanced: Advanced::OnRequest,
};

fn one(call: &Call<'_>, live: &Live, by: &str) -> Result<Reply, GraphError> {
    let wanted = call.parameter();
    let found = live.tenant.service_principals.iter().find(|principal| {
        let value = principal.get(by).and_then(Json::as_str);
        value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
    });
    let found = found.ok_or_else(|| GraphError::not_found(wanted))?;
    call.item("servicePrincipals", &RULES, found.clone())
}
