//! A call as handlers see it: authorised, its query parsed.
//!
//! Knows no HTTP.

use crate::sandbox::odata::{Found, Query, Rules, page};
use crate::sandbox::resources::{GraphError, Reply, collection};
use crate::sandbox::tenant::model::App;
use crate::value::{Json, Timestamp};

/// Which Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
}

impl Version {
    /// As in a path.
    pub fn text(self) -> &'static str {
        match self {
            Version::V1 => "v1.0",
            Version::Beta => "beta",
        }
    }
}

/// A call.
#[derive(Debug)]
pub struct Call<'a> {
    /// Which Graph.
    pub version: Version,
    /// The path as it came, for links: `/v1.0/users`.
    pub path: &'a str,
    /// What the route's braces stand for.
    pub parameters: Vec<String>,
    /// The query.
    pub query: Query,
    /// The JSON body, if there is one.
    pub body: Option<Json>,
    /// Now.
    pub now: Timestamp,
    /// The tenant's origin, for links.
    pub origin: &'a str,
    /// Who asks.
    pub app: &'a App,
    /// `Prefer: odata.maxpagesize=N`
    pub page_size: Option<usize>,
}

impl Call<'_> {
    /// The first parameter.
    pub fn parameter(&self) -> &str {
        self.parameters.first().map_or("", String::as_str)
    }

    /// `…/$metadata#NAME`
    pub fn context(&self, name: &str) -> String {
        format!("{}/{}/$metadata#{name}", self.origin, self.version.text())
    }

    /// One page of a collection.
    pub fn page(
        &self,
        name: &str,
        rules: &Rules,
        items: impl Iterator<Item = Json>,
    ) -> Result<Reply, GraphError> {
        rules.check(&self.query)?;
        let preferred = self
            .page_size
            .map_or(rules.page, |size| size.clamp(1, rules.page_limit));
        let rules = Rules {
            page: preferred,
            ..*rules
        };
        let found: Found = page(&self.query, &rules, items, |item| {
            item.get("id")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        })?;
        Ok(collection(self, name, found))
    }

    /// One item with the selected properties.
    pub fn item(&self, name: &str, rules: &Rules, item: Json) -> Result<Reply, GraphError> {
        rules.check(&self.query)?;
        if self.query.filter.is_some() {
            return Err(GraphError::bad_request(
                "$filter can be applied only to a collection.",
            ));
        }
        let mut found = crate::sandbox::odata::selected(item, &self.query, rules);
        if let Some(fields) = found.as_object_mut() {
            let context = self.context(&format!("{name}/$entity"));
            fields.insert("@odata.context".to_owned(), Json::from(context));
        }
        Ok(Reply::ok(found))
    }
}
