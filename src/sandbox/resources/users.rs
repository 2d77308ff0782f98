//! `GET /users` and `GET /users/{id|upn}`.
//!
//! What is done to a user is in [`user_calls`](super::user_calls). Properties and filters:
//! <https://learn.microsoft.com/graph/api/resources/user#properties>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/users",
        roles: READ,
        bucket: Bucket::Identity(2),
        answer: list,
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/users/{id}",
        roles: READ,
        bucket: Bucket::Identity(1),
        answer: one,
    },
];

const READ: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

/// What `User.ReadBasic.All` shows (<https://learn.microsoft.com/graph/permissions-reference>).
const BASIC: &[&str] = &[
    "id",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "userPrincipalName",
];

const TEXT: &[Operator] = &[
    Operator::Eq,
    Operator::Ne,
    Operator::In,
    Operator::Ge,
    Operator::Le,
    Operator::StartsWith,
];
const ADDRESS: &[Operator] = &[
    Operator::Eq,
    Operator::Ne,
    Operator::In,
    Operator::Ge,
    Operator::Le,
    Operator::StartsWith,
    Operator::EndsWith,
];
const TIME: &[Operator] = &[
    Operator::Eq,
    Operator::Ne,
    Operator::Ge,
    Operator::Le,
    Operator::In,
];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

/// The table of users; members of groups show the same properties.
pub(super) const RULES: Rules = Rules {
    type_name: "microsoft.graph.user",
    selectable: &[
        "id",
        "userPrincipalName",
        "displayName",
        "mail",
        "accountEnabled",
        "userType",
        "assignedLicenses",
        "onPremisesSyncEnabled",
        "onPremisesImmutableId",
        "signInSessionsValidFromDateTime",
        "createdDateTime",
        "lastPasswordChangeDateTime",
        "givenName",
        "surname",
        "jobTitle",
        "department",
        "officeLocation",
        "usageLocation",
        "country",
        "mobilePhone",
        "businessPhones",
        "preferredLanguage",
    ],
    shown: &[
        "businessPhones",
        "displayName",
        "givenName",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
        "id",
    ],
    filterable: &[
        property("id", Kind::Text, &[Operator::Eq, Operator::Ne, Operator::In]),
        property("userPrincipalName", Kind::Text, ADDRESS),
        property("mail", Kind::Text, ADDRESS),
        property("displayName", Kind::Text, TEXT),
        property("givenName", Kind::Text, TEXT),
        property("surname", Kind::Text, TEXT),
        property("jobTitle", Kind::Text, TEXT),
        property("department", Kind::Text, TEXT),
        property("officeLocation", Kind::Text, TEXT),
        property("usageLocation", Kind::Text, TEXT),
        property("country", Kind::Text, TEXT),
        property(
            "userType",
            Kind::Text,
            &[Operator::Eq, Operator::Ne, Operator::In],
        ),
        property(
            "accountEnabled",
            Kind::Bool,
            &[Operator::Eq, Operator::Ne, Operator::In],
        ),
        property(
            "onPremisesSyncEnabled",
            Kind::Bool,
            &[Operator::Eq, Operator::Ne, Operator::In],
        ),
        property(
            "onPremisesImmutableId",
            Kind::Text,
            &[Operator::Eq, Operator::Ne, Operator::In],
        ),
        property("createdDateTime", Kind::Instant, TIME),
        property("lastPasswordChangeDateTime", Kind::Instant, TIME),
        property("assignedLicenses", Kind::Complex, &[]),
        property("assignedLicenses/skuId", Kind::Guid, &[Operator::Eq]),
        property(
            "assignedLicenses/$count",
            Kind::Number,
            &[Operator::Eq, Operator::Ne],
        ),
    ],
    sortable: &["displayName", "userPrincipalName"],
    page: 100,
    page_limit: 999,
    case: Case::Ignored,
    advanced: Advanced::OnRequest,
};

fn list(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    allow(call)?;
    let live = &*live;
    let items = (0..live.users.len()).map(|index| live.shown(index, call.now));
    call.page("users", &RULES, items)
}

fn one(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    allow(call)?;
    let index = find(call, live)?;
    call.item("users", &RULES, live.shown(index, call.now))
}

/// The user whom the path names.
pub(super) fn find(call: &Call<'_>, live: &Live) -> Result<usize, GraphError> {
    let name = call.parameter();
    live.user(name).ok_or_else(|| GraphError::not_found(name))
}

/// With `User.ReadBasic.All` alone, more than the basic properties is refused.
fn allow(call: &Call<'_>) -> Result<(), GraphError> {
    let basic = |name: &String| BASIC.contains(&name.as_str());
    let modest = call
        .query
        .select
        .as_ref()
        .is_none_or(|select| select.iter().all(basic));
    if modest || call.app.has_any(&READ[1..]) {
        return Ok(());
    }
    Err(GraphError::denied())
}
