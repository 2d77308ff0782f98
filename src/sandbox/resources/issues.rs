//! `GET /admin/serviceAnnouncement/issues` and one of them.
//!
//! An issue that is not listed for this tenant answers 404; see
//! <https://learn.microsoft.com/graph/api/servicehealthissue-get>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/admin/serviceAnnouncement/issues",
        roles: ROLES,
        bucket: Bucket::ServiceHealth,
        answer: |call, live| call.page(NAME, &RULES, live.tenant.issues.iter().cloned()),
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/admin/serviceAnnouncement/issues/{id}",
        roles: ROLES,
        bucket: Bucket::ServiceHealth,
        answer: one,
    },
];

const NAME: &str = "admin/serviceAnnouncement/issues";
const ROLES: &[&str] = &["ServiceHealth.Read.All"];

const fn property(path: &'static str, kind: Kind, operators: &'static [Operator]) -> Property {
    Property {
        path,
        kind,
        operators,
    }
}

const EQ: &[Operator] = &[Operator::Eq, Operator::Ne, Operator::In];
const TEXT: &[Operator] = &[
    Operator::Eq,
    Operator::Ne,
    Operator::In,
    Operator::StartsWith,
    Operator::Contains,
];
const TIME: &[Operator] = &[
    Operator::Eq,
    Operator::Ge,
    Operator::Le,
    Operator::Gt,
    Operator::Lt,
];

const RULES: Rules = Rules {
    type_name: "microsoft.graph.serviceHealthIssue",
    selectable: &[
        "id",
        "title",
        "startDateTime",
        "endDateTime",
        "lastModifiedDateTime",
        "details",
        "classification",
        "origin",
        "status",
        "service",
        "feature",
        "featureGroup",
        "impactDescription",
        "isResolved",
        "highImpact",
        "posts",
    ],
    shown: &[],
    filterable: &[
        property("id", Kind::Text, EQ),
        property("title", Kind::Text, TEXT),
        property("service", Kind::Text, TEXT),
        property("feature", Kind::Text, TEXT),
        property("featureGroup", Kind::Text, TEXT),
        property("classification", Kind::Text, EQ),
        property("origin", Kind::Text, EQ),
        property("status", Kind::Text, EQ),
        property("isResolved", Kind::Bool, EQ),
        property("startDateTime", Kind::Instant, TIME),
        property("endDateTime", Kind::Instant, TIME),
        property("lastModifiedDateTime", Kind::Instant, TIME),
    ],
    sortable: &["lastModifiedDateTime", "startDateTime"],
    page: 100,
    page_limit: 1000,
    case: Case::Ignored,
    advanced: Advanced::Plain,
};

fn one(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let id = call.parameter();
    let text = |issue: &Json| issue["id"].as_str().unwrap_or_default().to_owned();
    let issue = live
        .tenant
        .issues
        .iter()
        .find(|issue| text(issue).eq_ignore_ascii_case(id));
    let issue = issue.ok_or_else(|| {
        GraphError::new(
            404,
            "UnknownError",
            format!("The issue '{id}' was not found for this tenant."),
        )
    })?;
    call.item(NAME, &RULES, issue.clone())
}
