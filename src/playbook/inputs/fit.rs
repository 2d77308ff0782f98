//! Whether a value is of an input's type, and the value as the program sees it.
//!
//! The same rules hold for defaults, for `-i` and for files. Users and groups stay texts here: the tenant is
//! asked at plan time.

use serde_json::Number;

use crate::playbook::expression::parse_duration;
use crate::playbook::model::InputKind;
use crate::value::{Json, Timestamp, canonical};

/// A value of the wrong type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where in the value: `[2]`, or nothing.
    pub path: String,
    /// `` `x` ``, `a list`.
    pub found: String,
    /// `a whole number`.
    pub expected: String,
}

/// The value, if it is of the type.
///
/// # Errors
/// What was found and what was expected.
pub fn fit(kind: &InputKind, value: &Json) -> Result<Json, Misfit> {
    let fits = match kind {
        InputKind::String => value.is_string(),
        InputKind::Integer => as_integer(value).is_some(),
        InputKind::Number => value.is_number(),
        InputKind::Boolean => value.is_boolean(),
        InputKind::Duration => value.as_str().is_some_and(|text| parse_duration(text).is_ok()),
        InputKind::Timestamp => value
            .as_str()
            .is_some_and(|text| text.trim().parse::<Timestamp>().is_ok()),
        InputKind::Enum(values) => value
            .as_str()
            .is_some_and(|text| values.iter().any(|v| v == text)),
        InputKind::User => value.as_str().is_some_and(is_user),
        InputKind::Group => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        InputKind::List(of) => return list(of, value),
        InputKind::Map => value.is_object(),
        InputKind::Csv => value
            .as_array()
            .is_some_and(|rows| rows.iter().all(Json::is_object)),
        InputKind::JsonFile => true,
    };
    if !fits {
        return Err(Misfit {
            path: String::new(),
            found: found(value),
            expected: expected(kind),
        });
    }
    Ok(tidied(kind, value))
}

/// What a type looks like, for messages.
pub fn expected(kind: &InputKind) -> String {
    match kind {
        InputKind::String => "a text".to_owned(),
        InputKind::Integer => "a whole number".to_owned(),
        InputKind::Number => "a number".to_owned(),
        InputKind::Boolean => "`true` or `false`".to_owned(),
        InputKind::Duration => "a duration like `24h` or `1h30m`".to_owned(),
        InputKind::Timestamp => "an instant like `2026-03-01T08:00:00Z`".to_owned(),
        InputKind::Enum(values) => {
            let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("one of {}", quoted.join(", "))
        }
        InputKind::User => "a user as UPN, mail address or object id".to_owned(),
        InputKind::Group => "a group as object id, name or mail address".to_owned(),
        InputKind::List(of) => format!("a list, each element {}", expected(of)),
        InputKind::Map => "a mapping".to_owned(),
        InputKind::Csv => "a list of mappings, as a CSV file gives".to_owned(),
        InputKind::JsonFile => "any value".to_owned(),
    }
}

/// What was found, for messages; a long value is cut.
pub fn found(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::Bool(_) | Json::Number(_) => format!("`{value}`"),
        Json::String(text) if text.is_empty() => "an empty text".to_owned(),
        Json::String(text) => format!("`{}`", crate::playbook::raw::shortened(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "a mapping".to_owned(),
    }
}

/// An address, or an object id.
fn is_user(text: &str) -> bool {
    let text = text.trim();
    let address = text
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'));
    (address && !text.contains(char::is_whitespace)) || uuid::Uuid::try_parse(text).is_ok()
}

/// `3`, and `3.0` too, within ±2^53.
fn as_integer(value: &Json) -> Option<i64> {
    let number = value.as_number()?;
    let integer = if let Some(integer) = number.as_i64() {
        integer
    } else {
        let float = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15)?;
        format!("{float:.0}").parse().ok()?
    };
    (-canonical::INTEGER_LIMIT..=canonical::INTEGER_LIMIT)
        .contains(&integer)
        .then_some(integer)
}

fn list(of: &InputKind, value: &Json) -> Result<Json, Misfit> {
    let Json::Array(items) = value else {
        return Err(Misfit {
            path: String::new(),
            found: found(value),
            expected: expected(&InputKind::List(Box::new(of.clone()))),
        });
    };
    let fitted: Result<Vec<Json>, Misfit> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            fit(of, item).map_err(|misfit| Misfit {
                path: format!("[{index}]{}", misfit.path),
                ..misfit
            })
        })
        .collect();
    fitted.map(Json::Array)
}

fn tidied(kind: &InputKind, value: &Json) -> Json {
    match kind {
        InputKind::Integer => Json::Number(Number::from(as_integer(value).unwrap_or_default())),
        InputKind::Duration | InputKind::Timestamp | InputKind::User | InputKind::Group => {
            Json::String(value.as_str().unwrap_or_default().trim().to_owned())
        }
        InputKind::String
        | InputKind::Number
        | InputKind::Boolean
        | InputKind::Enum(_)
        | InputKind::List(_)
        | InputKind::Map
        | InputKind::Csv
        | InputKind::JsonFile => {
            let mut value = value.clone();
            canonical::make_exact(&mut value);
            value
        }
    }
}
