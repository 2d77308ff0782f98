//! What a collection allows: properties, operators, pages.
//!
//! The tables themselves stand with the resources.

use std::fmt::Write as _;

use crate::sandbox::odata::expression::{Expression, Literal, Operator};
use crate::sandbox::odata::{Query, QueryError};

/// The type of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Edm.String`, and enumerations.
    Text,
    /// `Edm.DateTimeOffset`
    Instant,
    /// `Edm.Boolean`
    Bool,
    /// `Edm.Int32` and others.
    Number,
    /// `Edm.Guid`
    Guid,
    /// A list or an object, which compares with nothing.
    Complex,
}

/// A property that can be filtered by.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// Its path: `status/errorCode`; in a lambda `parts/id`, or `tags/` for an element of a list of texts.
    pub path: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What it may be compared by; for a list that may stand before `any`: nothing.
    pub operators: &'static [Operator],
}

/// Whether texts compare with regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// As directory objects do.
    Ignored,
    /// As logs do.
    Kept,
}

/// Whether `ne`, `not`, `endsWith`, `$count` in filters need `ConsistencyLevel: eventual` and `$count=true`
/// (<https://learn.microsoft.com/graph/aad-advanced-queries>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advanced {
    /// A directory object: they do.
    OnRequest,
    /// They do not.
    Plain,
}

/// What a collection allows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// `microsoft.graph.user`
    pub type_name: &'static str,
    /// All property names that `$select` takes; empty: no check.
    pub selectable: &'static [&'static str],
    /// What is shown without `$select`; empty: everything.
    pub shown: &'static [&'static str],
    /// What `$filter` takes.
    pub filterable: &'static [Property],
    /// What `$orderby` takes.
    pub sortable: &'static [&'static str],
    /// Items a page without `$top`.
    pub page: usize,
    /// Greatest `$top`.
    pub page_limit: usize,
    /// How texts compare.
    pub case: Case,
    /// Which filters need more.
    pub advanced: Advanced,
}

impl Rules {
    /// Refuses what the collection does not document.
    pub fn check(&self, query: &Query) -> Result<(), QueryError> {
        if let Some(top) = query.top
            && !(1..=self.page_limit).contains(&top)
        {
            return Err(QueryError::Malformed(format!(
                "Invalid page size specified: '{top}'. Must be between 1 and {} inclusive.",
                self.page_limit
            )));
        }
        self.check_names(query)?;
        match &query.filter {
            Some(filter) => self.check_filter(filter, query),
            None => Ok(()),
        }
    }

    fn check_names(&self, query: &Query) -> Result<(), QueryError> {
        for name in query.select.iter().flatten() {
            if !self.selectable.is_empty() && !self.selectable.contains(&name.as_str()) {
                return Err(self.no_property(name));
            }
        }
        for (name, _) in &query.order_by {
            if !self.sortable.contains(&name.as_str()) {
                return Err(QueryError::Unsupported(format!(
                    "Sorting by '{name}' is not supported."
                )));
            }
        }
        if self.advanced == Advanced::OnRequest && !query.order_by.is_empty() && query.filter.is_some() {
            return advanced("$orderby with $filter", query);
        }
        Ok(())
    }

    fn no_property(&self, name: &str) -> QueryError {
        QueryError::Malformed(format!(
            "Could not find a property named '{name}' on type '{}'.",
            self.type_name
        ))
    }

    fn check_filter(&self, filter: &Expression, query: &Query) -> Result<(), QueryError> {
        let mut wrong = None;
        filter.each(&mut |path, comparison| {
            if wrong.is_none() {
                wrong = self.check_use(path, comparison, query).err();
            }
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        if self.advanced == Advanced::OnRequest && negates(filter) {
            return advanced("not", query);
        }
        Ok(())
    }

    fn check_use(
        &self,
        path: &str,
        comparison: Option<(Operator, &[Literal])>,
        query: &Query,
    ) -> Result<(), QueryError> {
        let Some(property) = self.filterable.iter().find(|property| property.path == path) else {
            let first = path.split('/').next().unwrap_or(path);
            if !self.selectable.is_empty() && !self.selectable.contains(&first) {
                return Err(self.no_property(first));
            }
            return Err(self.unsupported(path));
        };
        let Some((operator, values)) = comparison else {
            return if property.kind == Kind::Complex {
                Ok(())
            } else {
                Err(self.unsupported(path))
            };
        };
        if !property.operators.contains(&operator) {
            return Err(self.unsupported(path));
        }
        if let Some(value) = values.iter().find(|value| !fits(property.kind, value)) {
            return Err(QueryError::Malformed(format!(
                "A binary operator with incompatible types was detected. '{path}' is {:?}, the value is {}.",
                property.kind,
                described(value)
            )));
        }
        if self.advanced == Advanced::OnRequest && needs_more(path, operator) {
            return advanced(path, query);
        }
        Ok(())
    }

    fn unsupported(&self, path: &str) -> QueryError {
        let mut message =
            format!("Unsupported or invalid query filter clause specified for property '{path}'");
        let _ = write!(
            message,
            " of resource '{}'.",
            self.type_name.rsplit('.').next().unwrap_or_default()
        );
        QueryError::Unsupported(message)
    }
}

fn needs_more(path: &str, operator: Operator) -> bool {
    path.ends_with("/$count") || matches!(operator, Operator::Ne | Operator::EndsWith)
}

fn negates(filter: &Expression) -> bool {
    match filter {
        Expression::Not(_) => true,
        Expression::And(a, b) | Expression::Or(a, b) => negates(a) || negates(b),
        Expression::Any(_, _, body) => body.as_ref().is_some_and(|body| negates(body)),
        Expression::Compare(..) => false,
    }
}

fn advanced(what: &str, query: &Query) -> Result<(), QueryError> {
    if query.eventual && query.count {
        return Ok(());
    }
    Err(QueryError::Unsupported(format!(
        "Filter operator or property '{what}' is not supported without the ConsistencyLevel header and $count=true."
    )))
}

fn fits(kind: Kind, value: &Literal) -> bool {
    match value {
        Literal::Null => true,
        Literal::Text(_) => kind == Kind::Text,
        Literal::Number(_) => kind == Kind::Number,
        Literal::Bool(_) => kind == Kind::Bool,
        Literal::Instant(_) => kind == Kind::Instant,
        Literal::Guid(_) => kind == Kind::Guid,
    }
}

fn described(value: &Literal) -> &'static str {
    match value {
        Literal::Null => "null",
        Literal::Text(_) => "a text",
        Literal::Number(_) => "a number",
        Literal::Bool(_) => "a boolean",
        Literal::Instant(_) => "a date",
        Literal::Guid(_) => "a GUID without quotes",
    }
}
