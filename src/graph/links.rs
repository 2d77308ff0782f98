//! Whether a next link may be followed, before any token is attached to it.
//!
//! Follows nothing itself. A link is opaque to Redress (<https://learn.microsoft.com/graph/paging>), but it comes
//! from an answer, so it must stay at the same origin and in the same collection, and must not come twice.

use std::collections::BTreeSet;

use ::url::Url;

use crate::graph::url::decode;

/// Why a next link is not followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a whole URL in plain ASCII.
    #[error("a next link that is no whole, plainly written URL")]
    Unreadable,
    /// Another scheme, host or port.
    #[error("a next link to `{found}`, expected `{expected}`")]
    Foreign {
        /// Where it leads.
        found: String,
        /// Where the request went.
        expected: String,
    },
    /// A user name, password or fragment in it.
    #[error("a next link with a user name, password or fragment")]
    Decorated,
    /// Another path at the same origin.
    #[error("a next link to `{found}`, expected the collection `{expected}`")]
    OtherCollection {
        /// Its path.
        found: String,
        /// The request's path.
        expected: String,
    },
    /// The same link for the second time.
    #[error("a next link that leads in a circle after {0} pages")]
    Loop(usize),
    /// More pages than the step allows.
    #[error("more than {0} pages")]
    TooMany(usize),
}

/// The pages of one read.
#[derive(Debug)]
pub struct Trail {
    first: Url,
    seen: BTreeSet<String>,
    limit: usize,
}

impl Trail {
    /// A read that began at `first` and may take `limit` pages.
    pub fn new(first: Url, limit: usize) -> Self {
        let seen = BTreeSet::from([first.as_str().to_owned()]);
        Trail { first, seen, limit }
    }

    /// The page after; send exactly this URL, not the text that it was parsed from.
    ///
    /// # Errors
    /// The link may not be followed.
    pub fn follow(&mut self, link: &str) -> Result<Url, LinkError> {
        let url = check(&self.first, link)?;
        if self.seen.len() >= self.limit {
            return Err(LinkError::TooMany(self.limit));
        }
        if !self.seen.insert(url.as_str().to_owned()) {
            return Err(LinkError::Loop(self.seen.len()));
        }
        Ok(url)
    }
}

/// Whether `link` stays where `request` went.
///
/// # Errors
/// It does not, or cannot be told.
pub fn check(request: &Url, link: &str) -> Result<Url, LinkError> {
    // Parsers disagree about white space, control characters and backslashes: none of them is needed in a URL.
    if link.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
        return Err(LinkError::Unreadable);
    }
    let url = Url::parse(link).map_err(|_| LinkError::Unreadable)?;
    if url.origin() != request.origin() {
        return Err(LinkError::Foreign {
            found: url.origin().ascii_serialization(),
            expected: request.origin().ascii_serialization(),
        });
    }
    let authority = link.split('/').nth(2).unwrap_or_default();
    if authority.contains('@') || url.fragment().is_some() {
        return Err(LinkError::Decorated);
    }
    let wanted = collection(request.path());
    let written = link_path(link, url.scheme()).map(collection);
    if written.as_ref() != Some(&wanted) || collection(url.path()) != wanted {
        return Err(LinkError::OtherCollection {
            found: url.path().to_owned(),
            expected: request.path().to_owned(),
        });
    }
    Ok(url)
}

/// The path as written, so that dot segments are seen before a parser resolves them.
fn link_path<'a>(link: &'a str, scheme: &str) -> Option<&'a str> {
    let (written, rest) = link.split_at_checked(scheme.len())?;
    let after = rest
        .strip_prefix("://")
        .filter(|_| written.eq_ignore_ascii_case(scheme))?;
    let before_query = after.split(['?', '#']).next().unwrap_or_default();
    before_query.find('/').map(|at| &before_query[at..])
}

/// The path's parts, decoded, without case, and with `users('id')` read as `users/id`.
fn collection(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        let segment = decode(segment).to_lowercase();
        match segment.strip_suffix("')").and_then(|rest| rest.split_once("('")) {
            Some((name, key)) if !name.is_empty() && !key.is_empty() && !key.contains('\'') => {
                parts.push(name.to_owned());
                parts.push(key.to_owned());
            }
            Some(_) | None => parts.push(segment),
        }
    }
    parts
}

#[cfg(test)]
mod tests;
