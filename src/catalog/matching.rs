//! Finds the entry for a method and a path, however its holes are written.
//!
//! Matches paths only; a query never decides whether a call is known.

use crate::catalog::Known;
use crate::catalog::calls;

/// The entry for a path pattern without version prefix: `{}` where the playbook has a hole, or the value itself.
///
/// A hole never stands for one of the catalogue's fixed words, so that `/users/{}/{}` is unknown.
pub fn find(method: &str, pattern: &str) -> Option<&'static Known> {
    let wanted: Vec<&str> = segments(pattern);
    calls::all()
        .filter(|known| known.method == method)
        .filter_map(|known| fit(known.pattern, &wanted).map(|holes| (holes, known)))
        .min_by_key(|(holes, _)| *holes)
        .map(|(_, known)| known)
}

/// The entry for a URL as a request has it: version, path and query.
pub fn find_url(method: &str, url: &str) -> Option<&'static Known> {
    find(method, unversioned(url))
}

/// Whether a URL is of the form that a pattern of the catalogue's kind gives.
pub fn matches(pattern: &str, url: &str) -> bool {
    fit(pattern, &segments(unversioned(url))).is_some()
}

/// The path without version prefix and query.
pub(super) fn unversioned(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.strip_prefix("/v1.0")
        .or_else(|| path.strip_prefix("/beta"))
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

fn segments(path: &str) -> Vec<&str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.trim_matches('/').split('/').collect()
}

/// How many segments match by a hole, or `None`.
fn fit(pattern: &str, wanted: &[&str]) -> Option<usize> {
    let ours = segments(pattern);
    if ours.len() != wanted.len() {
        return None;
    }
    let mut holes = 0;
    for (ours, wanted) in ours.iter().zip(wanted) {
        match ours.split_once("{}") {
            // Graph's paths do not depend on case: https://learn.microsoft.com/graph/use-the-api
            None if ours.eq_ignore_ascii_case(wanted) => {}
            Some((before, after)) if fills(before, after, wanted) => holes += 1,
            None | Some(_) => return None,
        }
    }
    Some(holes)
}

fn fills(before: &str, after: &str, wanted: &str) -> bool {
    let whole = before.is_empty() && after.is_empty();
    if whole && (wanted.starts_with('$') || wanted.contains('(') || wanted.eq_ignore_ascii_case("delta")) {
        return false;
    }
    let (wanted, before, after) = (
        wanted.to_ascii_lowercase(),
        before.to_ascii_lowercase(),
        after.to_ascii_lowercase(),
    );
    wanted
        .strip_prefix(&before)
        .and_then(|rest| rest.strip_suffix(&after))
        .is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Effect, Repeat};

    #[test]
    fn a_call_is_found_by_its_holes_or_by_values_in_their_place() {
        let table = [
            (
                "POST",
                "/users/{}/revokeSignInSessions",
                Some("/users/{}/revokeSignInSessions"),
            ),
            (
                "POST",
                "/users/4f6c0d2e/revokeSignInSessions",
                Some("/users/{}/revokeSignInSessions"),
            ),
            (
                "POST",
                "/Users/{}/revokesigninsessions",
                Some("/users/{}/revokeSignInSessions"),
            ),
            (
                "POST",
                "/users/x{}y/revokeSignInSessions",
                Some("/users/{}/revokeSignInSessions"),
            ),
            ("GET", "/users/{}/revokeSignInSessions", None),
            ("POST", "/users/{}/{}", None),
            ("POST", "/users//revokeSignInSessions", None),
            ("POST", "/users/{}/revokeSignInSessions/again", None),
            ("GET", "/users?$top=5", Some("/users")),
            ("GET", "/users/$count", Some("/users/$count")),
            ("GET", "/users/delta", None),
            (
                "GET",
                "/servicePrincipals(appId='{}')",
                Some("/servicePrincipals(appId='{}')"),
            ),
            (
                "GET",
                "/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='h1')",
                Some("/auditLogs/getSummarizedNonInteractiveSignIns({})"),
            ),
            ("POST", "/$batch", None),
        ];
        for (method, pattern, expected) in table {
            assert_eq!(
                find(method, pattern).map(|k| k.pattern),
                expected,
                "{method} {pattern}"
            );
        }
    }

    #[test]
    fn a_url_is_found_without_its_version_and_query() {
        let known = find_url("GET", "/beta/auditLogs/signIns?$filter=x").unwrap();
        assert_eq!(known.pattern, "/auditLogs/signIns");
        assert!(find_url("GET", "/v1.0x/users").is_none());
    }

    #[test]
    fn revoking_is_a_change_that_is_looked_up_before_it_is_repeated() {
        let known = find("POST", "/users/{}/revokeSignInSessions").unwrap();
        assert_eq!(
            (known.effect, known.repeat),
            (Effect::Change, Repeat::LookUpFirst)
        );
        assert_eq!(known.settle.as_secs(), 300);
        assert_eq!(known.target, Some("/users/{}"));
    }

    #[test]
    fn every_entry_is_written_as_the_table_promises() {
        for known in calls::all() {
            let name = format!("{} {}", known.method, known.pattern);
            assert!(
                known.pattern.starts_with('/') && !known.pattern.contains('?'),
                "{name}"
            );
            assert!(known.source.starts_with("https://learn.microsoft.com/"), "{name}");
            assert!(known.method != "GET" || known.effect == Effect::Read, "{name}");
            assert!(
                matches!(known.effect, Effect::Change) == !known.settle.is_zero(),
                "{name}"
            );
            assert!(
                known.target.is_none_or(|t| t.matches("{}").count() == 1),
                "{name}"
            );
            assert!(
                !known.delegated.is_empty() && !known.application.is_empty(),
                "{name}"
            );
            assert!(
                std::ptr::eq(find(known.method, known.pattern).unwrap(), known),
                "{name}"
            );
        }
    }
}
