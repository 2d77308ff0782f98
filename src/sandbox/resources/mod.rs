//! What the sandbox answers: one file a resource, and one line in [`routes`] for each.
//!
//! Handlers see a checked call and the tenant; tokens, throttling, faults and headers are the server's.

mod audits;
mod call;
mod conditional_access;
mod groups;
mod issues;
pub mod metadata;
mod organization;
mod reply;
mod service_principals;
mod sign_ins;
mod summaries;
mod user_calls;
mod users;

pub use call::{Call, Version};
pub use reply::{Effect, GraphError, Reply, collection};

use crate::sandbox::state::Live;
use crate::sandbox::state::throttle::Bucket;

/// One call that is served.
#[derive(Debug)]
pub struct Route {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// Where it exists.
    pub versions: &'static [Version],
    /// Segments; `{…}` takes any text, also within a segment.
    pub path: &'static str,
    /// One of these application permissions is needed.
    pub roles: &'static [&'static str],
    /// Which limits it counts against.
    pub bucket: Bucket,
    /// Answers.
    pub answer: fn(&Call<'_>, &mut Live) -> Result<Reply, GraphError>,
}

/// In both versions.
const BOTH: &[Version] = &[Version::V1, Version::Beta];
/// In beta only.
const BETA: &[Version] = &[Version::Beta];

/// All calls.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    [
        organization::ROUTES,
        users::ROUTES,
        user_calls::ROUTES,
        groups::ROUTES,
        sign_ins::ROUTES,
        summaries::ROUTES,
        audits::ROUTES,
        issues::ROUTES,
        service_principals::ROUTES,
        conditional_access::ROUTES,
    ]
    .into_iter()
    .flatten()
}

impl Route {
    /// What the braces stand for, if the path is this one's. Names compare without regard to case, as Graph's do.
    pub fn matches(&self, segments: &[String]) -> Option<Vec<String>> {
        let wanted: Vec<&str> = self.path.split('/').skip(1).collect();
        if wanted.len() != segments.len() {
            return None;
        }
        let mut found = Vec::new();
        for (wanted, segment) in wanted.into_iter().zip(segments) {
            match wanted
                .split_once('{')
                .and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)))
            {
                Some((before, after)) => found.push(within(segment, before, after)?),
                None if wanted.eq_ignore_ascii_case(segment) => {}
                None => return None,
            }
        }
        Some(found)
    }
}

fn within(segment: &str, before: &str, after: &str) -> Option<String> {
    let end = segment
        .len()
        .checked_sub(after.len())
        .filter(|end| *end >= before.len())?;
    let head = segment.get(..before.len())?;
    let tail = segment.get(end..)?;
    let fits = head.eq_ignore_ascii_case(before) && tail.eq_ignore_ascii_case(after);
    let inner = segment.get(before.len()..end)?;
    (fits && !inner.is_empty()).then(|| inner.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(path: &str) -> Vec<String> {
        path.split('/').skip(1).map(str::to_owned).collect()
    }

    fn found(method: &str, path: &str) -> Vec<(&'static str, Vec<String>)> {
        routes()
            .filter(|route| route.method == method)
            .filter_map(|route| Some((route.path, route.matches(&segments(path))?)))
            .collect()
    }

    #[test]
    fn a_path_finds_its_call() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("POST", "/users/a@b/revokesigninsessions"),
            [("/users/{id}/revokeSignInSessions", texts(&["a@b"]))]
        );
        assert_eq!(
            found("GET", "/servicePrincipals(appId='x')"),
            [("/servicePrincipals(appId='{appId}')", texts(&["x"]))]
        );
        assert!(found("GET", "/servicePrincipals(appId='')").is_empty());
        assert!(found("GET", "/users/a/b/c").is_empty());
    }

    #[test]
    fn no_two_calls_share_a_path() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(routes().all(|route| seen.insert((route.method, route.path))));
    }
}
