//! `GET /organization`: the tenant itself.
//!
//! Only what tells one tenant from another and says whether logs can be read; see
//! <https://learn.microsoft.com/graph/api/organization-list>.

use serde_json::json;

use crate::sandbox::odata::{Advanced, Case, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/organization",
        roles: ROLES,
        bucket: Bucket::Identity(1),
        answer: |call, live| call.page("organization", &RULES, std::iter::once(organization(live))),
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/organization/{id}",
        roles: ROLES,
        bucket: Bucket::Identity(1),
        answer: one,
    },
];

/// <https://learn.microsoft.com/graph/api/organization-get#permissions>
const ROLES: &[&str] = &[
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "User.Read.All",
];

const RULES: Rules = Rules {
    type_name: "microsoft.graph.organization",
    selectable: &[],
    shown: &[],
    filterable: &[],
    sortable: &[],
    page: 100,
    page_limit: 999,
    case: Case::Ignored,
    advanced: Advanced::OnRequest,
};

fn one(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    if !call.parameter().eq_ignore_ascii_case(live.tenant.id.as_str()) {
        return Err(GraphError::not_found(call.parameter()));
    }
    call.item("organization", &RULES, organization(live))
}

fn organization(live: &Live) -> Json {
    let tenant = &live.tenant;
    let plan = |service: &str, id: &str| json!({"service": service, "servicePlanId": id, "capabilityStatus": "Enabled", "assignedDateTime": tenant.start});
    // Plan ids: https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
    let mut plans = vec![plan("exchange", "efb87545-963c-4e0d-99df-69c6916d9eb0")];
    if tenant.premium {
        plans.push(plan("AADPremiumService", "41781fb2-bc02-4b7c-bd55-b576c07bb09d"));
    }
    json!({
        "id": tenant.id.as_str(),
        "displayName": tenant.name,
        "tenantType": "AAD",
        "createdDateTime": "2015-01-01T00:00:00Z",
        "countryLetterCode": "SE",
        "onPremisesSyncEnabled": tenant.exchange.as_ref().map(|_| true),
        "assignedPlans": plans,
        "verifiedDomains": [{
            "name": tenant.domain,
            "type": "Managed",
            "isDefault": true,
            "isInitial": true,
            "capabilities": "Email, OfficeCommunicationsOnline",
        }],
    })
}
