//! One page of a collection: filtered, sorted, cut, with the properties that were asked for.
//!
//! Items come in the collection's own order. The next page begins after the last item's key, so that items
//! that arrive meanwhile neither repeat nor hide any.

use crate::sandbox::odata::query::Direction;
use crate::sandbox::odata::{Query, QueryError, Rules};
use crate::value::Json;

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The items, with the selected properties.
    pub items: Vec<Json>,
    /// `@odata.count`, where it was asked for.
    pub count: Option<usize>,
    /// `$skiptoken` of the next page, if there is one.
    pub next: Option<String>,
}

/// The page that the query asks for; `key` names an item for ever (its id).
pub fn page(
    query: &Query,
    rules: &Rules,
    items: impl Iterator<Item = Json>,
    key: impl Fn(&Json) -> String,
) -> Result<Found, QueryError> {
    let mut found: Vec<Json> = items.filter(|item| matches(query, rules, item)).collect();
    for (name, direction) in query.order_by.iter().rev() {
        found.sort_by(|a, b| {
            let order = sort_key(a, name).cmp(&sort_key(b, name));
            match direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            }
        });
    }
    let count = (query.count && query.eventual).then_some(found.len());
    let from = match &query.skip_token {
        None => 0,
        Some(token) => 1 + after(token, &found, &key)?,
    };
    let size = query.top.unwrap_or(rules.page);
    let rest = found.len().saturating_sub(from);
    let page: Vec<Json> = found.drain(from..from + rest.min(size)).collect();
    let next = page
        .last()
        .filter(|_| rest > size)
        .map(|last| hex::encode(key(last)));
    Ok(Found {
        items: page
            .into_iter()
            .map(|item| selected(item, query, rules))
            .collect(),
        count,
        next,
    })
}

fn matches(query: &Query, rules: &Rules, item: &Json) -> bool {
    query
        .filter
        .as_ref()
        .is_none_or(|filter| filter.holds(item, rules.case))
}

fn sort_key(item: &Json, name: &str) -> String {
    item.get(name)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_lowercase()
}

fn after(token: &str, found: &[Json], key: &impl Fn(&Json) -> String) -> Result<usize, QueryError> {
    let wanted = hex::decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    wanted
        .and_then(|wanted| found.iter().position(|item| key(item) == wanted))
        .ok_or_else(|| QueryError::Malformed("The page token is not valid or has expired.".to_owned()))
}

/// The item with the properties that the query selects; `id` is always among them.
pub fn selected(item: Json, query: &Query, rules: &Rules) -> Json {
    let shown: Vec<&str> = match &query.select {
        Some(select) if select.iter().any(|name| name == "*") => return item,
        Some(select) => select.iter().map(String::as_str).collect(),
        None if rules.shown.is_empty() => return item,
        None => rules.shown.to_vec(),
    };
    let Json::Object(fields) = item else {
        return item;
    };
    let mut kept = serde_json::Map::new();
    for name in shown.iter().copied().chain(["id", "@odata.type"]) {
        match fields.get(name) {
            Some(value) => {
                kept.insert(name.to_owned(), value.clone());
            }
            None if name == "id" || name == "@odata.type" => {}
            None => {
                kept.insert(name.to_owned(), Json::Null);
            }
        }
    }
    Json::Object(kept)
}
