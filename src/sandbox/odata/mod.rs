//! OData as Graph speaks it: one parser for `$filter`, a predicate over JSON, and what a collection allows.
//!
//! Knows no resource: each passes its [`Rules`]. See
//! <https://learn.microsoft.com/graph/filter-query-parameter>.

mod allowed;
mod expression;
mod lexer;
mod page;
mod parser;
mod query;
#[cfg(test)]
mod tests;

pub use allowed::{Advanced, Case, Kind, Property, Rules};
#[cfg(test)]
use expression::Expression;
pub use expression::{Literal, Operator};
pub use page::{Found, page, selected};
pub use query::{Query, decode};

/// Why a query is refused: always 400, with Graph's code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Not OData, or not this type's properties: code `BadRequest`.
    #[error("{0}")]
    Malformed(String),
    /// OData, but not for this collection: code `Request_UnsupportedQuery`.
    #[error("{0}")]
    Unsupported(String),
}
