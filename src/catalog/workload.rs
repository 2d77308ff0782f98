//! Whose limits a request counts against, also for calls that the catalogue does not list.
//!
//! The prefixes follow the resources that <https://learn.microsoft.com/graph/throttling-limits> names.

use crate::catalog::matching::{find_url, unversioned};
use crate::catalog::{Effect, Workload};

/// The workload and its cost in units, for a URL as a request has it: version, path and query.
pub fn workload(method: &str, url: &str) -> (Workload, u32) {
    if asks_for_activity(url) {
        return (Workload::SignInActivity, 1);
    }
    if let Some(known) = find_url(method, url) {
        return (known.workload, known.units);
    }
    let effect = if method == "GET" {
        Effect::Read
    } else {
        Effect::Change
    };
    (by_prefix(&unversioned(url).to_ascii_lowercase(), effect), 1)
}

/// Reading `signInActivity` has a limit of its own, ten a minute.
fn asks_for_activity(url: &str) -> bool {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    unversioned(path).to_ascii_lowercase().starts_with("/users")
        && query.to_ascii_lowercase().contains("signinactivity")
}

fn by_prefix(path: &str, effect: Effect) -> Workload {
    let under = |prefix: &str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '(']))
    };
    if under("/auditlogs") || path.contains("/authentication/") {
        Workload::IdentityReports
    } else if under("/identity/conditionalaccess") || under("/identityprotection") {
        Workload::ConditionalAccess
    } else if under("/admin/serviceannouncement") {
        Workload::ServiceCommunications
    } else if under("/devicemanagement") || under("/deviceappmanagement") {
        match effect {
            Effect::Read => Workload::IntuneRead,
            Effect::Change => Workload::IntuneWrite,
        }
    } else if under("/reports") {
        Workload::UsageReports
    } else if MAILBOX.iter().any(|word| path.contains(word)) {
        Workload::Mailbox
    } else if DIRECTORY.iter().any(|prefix| under(prefix)) {
        match effect {
            Effect::Read => Workload::IdentityRead,
            Effect::Change => Workload::IdentityWrite,
        }
    } else {
        Workload::Other
    }
}

const MAILBOX: &[&str] = &[
    "/mailboxsettings",
    "/mailfolders",
    "/messages",
    "/events",
    "/calendar",
    "/contacts",
    "/sendmail",
];

const DIRECTORY: &[&str] = &[
    "/users",
    "/me",
    "/groups",
    "/devices",
    "/directory",
    "/directoryobjects",
    "/directoryroles",
    "/rolemanagement",
    "/serviceprincipals",
    "/applications",
    "/oauth2permissiongrants",
    "/organization",
    "/domains",
    "/subscribedskus",
    "/policies",
    "/contracts",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_against_the_limits_of_its_service() {
        let table = [
            ("GET", "/v1.0/users?$select=id", Workload::IdentityRead, 2),
            (
                "GET",
                "/v1.0/users?$select=id,signInActivity",
                Workload::SignInActivity,
                1,
            ),
            (
                "GET",
                "/v1.0/groups/1/transitiveMembers",
                Workload::IdentityRead,
                5,
            ),
            (
                "POST",
                "/v1.0/users/1/revokeSignInSessions",
                Workload::IdentityWrite,
                1,
            ),
            (
                "DELETE",
                "/v1.0/groups/1/members/2/$ref",
                Workload::IdentityWrite,
                1,
            ),
            ("GET", "/beta/auditLogs/signIns", Workload::IdentityReports, 1),
            (
                "GET",
                "/beta/auditLogs/provisioning",
                Workload::IdentityReports,
                1,
            ),
            (
                "GET",
                "/v1.0/users/1/authentication/phoneMethods",
                Workload::IdentityReports,
                1,
            ),
            (
                "GET",
                "/v1.0/identity/conditionalAccess/policies",
                Workload::ConditionalAccess,
                1,
            ),
            (
                "GET",
                "/v1.0/admin/serviceAnnouncement/messages",
                Workload::ServiceCommunications,
                1,
            ),
            ("GET", "/v1.0/users/1/messages", Workload::Mailbox, 1),
            ("PATCH", "/v1.0/deviceManagement/x", Workload::IntuneWrite, 1),
            ("GET", "/v1.0/usersettings", Workload::Other, 1),
            ("GET", "/v1.0/sites/root", Workload::Other, 1),
        ];
        for (method, url, expected, units) in table {
            assert_eq!(workload(method, url), (expected, units), "{method} {url}");
        }
    }
}
