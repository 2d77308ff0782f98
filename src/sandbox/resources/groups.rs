//! `GET /groups`, one of them, and its members, direct or nested.
//!
//! Casts (`/microsoft.graph.user`) are not served. See
//! <https://learn.microsoft.com/graph/api/group-list-transitivemembers>.

use crate::sandbox::odata::{Advanced, Case, Kind, Operator, Property, Rules};
use crate::sandbox::resources::{BOTH, Call, GraphError, Reply, Route, users};
use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;
use crate::sandbox::tenant::model::Member;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        versions: BOTH,
        path: "/groups",
        roles: READ,
        bucket: Bucket::Identity(1),
        answer: |call, live| {
            let groups = live.tenant.groups.iter();
            call.page(
                "groups",
                &RULES,
                groups.map(|group| Json::Object(group.fields.clone())),
            )
        },
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/groups/{id}",
        roles: READ,
        bucket: Bucket::Identity(1),
        answer: |call, live| {
            let group = &live.tenant.groups[find(call, live)?];
            call.item("groups", &RULES, Json::Object(group.fields.clone()))
        },
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/groups/{id}/members",
        roles: READ,
        bucket: Bucket::Identity(3),
        answer: |call, live| {
            let direct = live.tenant.groups[find(call, live)?].members.clone();
            members(call, live, &direct)
        },
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/groups/{id}/transitiveMembers",
        roles: READ,
        bucket: Bucket::Identity(5),
        answer: |call, live| {
            let all = live.transitive_members(find(call, live)?);
            members(call, live, &all)
        },
    },
];

const READ: &[&str] = &[
    "GroupMember.ReadBasic.All",
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];

const TEXT: &[Operator] = &[Operator::Eq, Operator::Ne, Operator::In, Operator::StartsWith];

const fn text(path: &'static str) -> Property {
    Property {
        path,
        kind: Kind::Text,
        operators: TEXT,
    }
}

const fn flag(path: &'static str) -> Property {
    Property {
        path,
        kind: Kind::Bool,
        operators: &[Operator::Eq, Operator::Ne, Operator::In],
    }
}

const RULES: Rules = Rules {
    type_name: "microsoft.graph.group",
    selectable: &[
        "id",
        "displayName",
        "description",
        "mail",
        "mailNickname",
        "mailEnabled",
        "securityEnabled",
        "groupTypes",
        "visibility",
        "isAssignableToRole",
    ],
    shown: &[],
    filterable: &[
        text("id"),
        text("displayName"),
        text("mail"),
        text("mailNickname"),
        flag("mailEnabled"),
        flag("securityEnabled"),
        flag("isAssignableToRole"),
        Property {
            path: "groupTypes",
            kind: Kind::Complex,
            operators: &[],
        },
        Property {
            path: "groupTypes/",
            kind: Kind::Text,
            operators: &[Operator::Eq],
        },
    ],
    sortable: &["displayName"],
    page: 100,
    page_limit: 999,
    case: Case::Ignored,
    advanced: Advanced::OnRequest,
};

/// Members are users and groups: no property is checked, filters need the header.
const MEMBERS: Rules = Rules {
    type_name: "microsoft.graph.directoryObject",
    selectable: &[],
    shown: &[],
    filterable: &[],
    sortable: &[],
    ..RULES
};

fn find(call: &Call<'_>, live: &Live) -> Result<usize, GraphError> {
    let id = call.parameter();
    live.group(id).ok_or_else(|| GraphError::not_found(id))
}

fn members(call: &Call<'_>, live: &Live, members: &[Member]) -> Result<Reply, GraphError> {
    let rules = Rules {
        shown: users::RULES.shown,
        ..MEMBERS
    };
    let items = members.iter().map(|member| {
        let (kind, mut item) = match member {
            Member::User(index) => ("#microsoft.graph.user", live.shown(*index, call.now)),
            Member::Group(index) => {
                let fields = live.tenant.groups[*index].fields.clone();
                ("#microsoft.graph.group", Json::Object(fields))
            }
        };
        item["@odata.type"] = Json::from(kind);
        item
    });
    call.page("directoryObjects", &rules, items)
}
