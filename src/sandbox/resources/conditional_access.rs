//! `GET /identity/conditionalAccess/policies` and one of them.
//!
//! Evaluates no policy: what applied to a sign-in stands in the sign-in's rule. See
//! <https://learn.microsoft.com/graph/api/conditionalaccessroot-list-policies>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/identity/conditionalAccess/policies",
        roles: ROLES,
        bucket: Bucket::ConditionalAccess,
        answer: |call, live| call.page(NAME, &RULES, live.tenant.conditional_access.iter().cloned()),
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/identity/conditionalAccess/policies/{id}",
        roles: ROLES,
        bucket: Bucket::ConditionalAccess,
        answer: one,
    },
];

const NAME: &str = "identity/conditionalAccess/policies";
const ROLES: &[&str] = &["Policy.Read.All", "Policy.Read.ConditionalAccess"];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

const RULES: Rules = Rules {
    type_name: "microsoft.graph.conditionalAccessPolicy",
    selectable: &[],
    shown: &[],
    filterable: &[
        property("id", Kind::Text, &[Operator::Eq]),
        property("displayName", Kind::Text, &[Operator::Eq, Operator::StartsWith]),
        property("state", Kind::Text, &[Operator::Eq, Operator::Ne]),
    ],
    sortable: &["displayName"],
    page: 100,
    page_limit: 999,
    case: Case::Ignored,
    advanced: Advanced::Plain,
};

fn one(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let id = call.parameter();
    let matches = |policy: &&Json| {
        policy["id"]
            .as_str()
            .is_some_and(|known| known.eq_ignore_ascii_case(id))
    };
    let policy = live.tenant.conditional_access.iter().find(matches);
    let policy = policy.ok_or_else(|| GraphError::not_found(id))?;
    call.item(NAME, &RULES, policy.clone())
}
