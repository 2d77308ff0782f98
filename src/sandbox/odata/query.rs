//! The query part of a URL: `$filter`, `$select`, `$top`, `$skiptoken`, `$count`, `$orderby`.
//!
//! Does not know what a collection allows.

use crate::sandbox::odata::expression::Expression;
use crate::sandbox::odata::{QueryError, parser};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `$filter`
    pub filter: Option<Expression>,
    /// `$select`
    pub select: Option<Vec<String>>,
    /// `$top`
    pub top: Option<usize>,
    /// `$skiptoken`
    pub skip_token: Option<String>,
    /// `$count=true`
    pub count: bool,
    /// `$orderby`: name, and whether descending.
    pub order_by: Vec<(String, Direction)>,
    /// `ConsistencyLevel: eventual`
    pub eventual: bool,
    /// All of it as it came, `$skiptoken` left out: for the next link.
    pub others: Vec<(String, String)>,
}

/// Which way to sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

impl Query {
    /// Reads the query of a URL, still percent-encoded.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        let mut query = Query::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            query.take(&name, &value)?;
            if name != "$skiptoken" {
                query.others.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), QueryError> {
        match name {
            "$filter" => self.filter = Some(parser::parse(value)?),
            "$select" => self.select = Some(value.split(',').map(|name| name.trim().to_owned()).collect()),
            "$top" => self.top = Some(value.parse().map_err(|_| wrong(name, value))?),
            "$skiptoken" => self.skip_token = Some(value.to_owned()),
            "$count" => self.count = value.parse().map_err(|_| wrong(name, value))?,
            "$orderby" => self.order_by = order_by(value)?,
            "$skip" | "$expand" | "$search" | "$format" | "$apply" => {
                return Err(QueryError::Unsupported(format!("'{name}' is not supported.")));
            }
            _ if name.starts_with('$') => {
                return Err(QueryError::Malformed(format!(
                    "The query parameter '{name}' is not a valid query option."
                )));
            }
            _ => {}
        }
        Ok(())
    }

    /// The query of the next page, percent-encoded.
    pub fn next(&self, skip_token: &str) -> String {
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.others {
            text.append_pair(name, value);
        }
        text.append_pair("$skiptoken", skip_token);
        // `$` needs no encoding in a query, and Graph's own links leave it.
        text.finish().replace("%24", "$")
    }
}

fn wrong(name: &str, value: &str) -> QueryError {
    QueryError::Malformed(format!("Invalid value '{value}' for the query option '{name}'."))
}

fn order_by(text: &str) -> Result<Vec<(String, Direction)>, QueryError> {
    text.split(',')
        .map(|part| match part.split_whitespace().collect::<Vec<_>>()[..] {
            [name] | [name, "asc"] => Ok((name.to_owned(), Direction::Ascending)),
            [name, "desc"] => Ok((name.to_owned(), Direction::Descending)),
            _ => Err(wrong("$orderby", text)),
        })
        .collect()
}

/// Undoes percent-encoding; what is no encoding stays.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
