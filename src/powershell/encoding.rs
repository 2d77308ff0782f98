//! The typed form of a value, the same in parameter files and in results.
//!
//! `ConvertFrom-Json` turns strings that look like dates into dates and refuses keys that differ in case, so a
//! string has a leading `=`, and whatever JSON cannot say is a list whose first element names its type:
//! `["null"]`, `["list", …]`, `["map", [name, value], …]`, `["time", "=…"]`, `integer`, `real`, `decimal`, `bytes`.
//! Writes no file. <https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/convertfrom-json>

use serde_json::{Number, json};

use crate::powershell::PowerShellError;
use crate::value::{Json, Timestamp};

/// Deeper values are refused, here and by the script. Windows PowerShell 5.1 reads at most 100 levels of JSON.
pub const MAX_DEPTH: usize = 32;

/// The typed form of `value`.
///
/// # Errors
/// It is nested too deep.
pub fn encode(value: &Json) -> Result<Json, PowerShellError> {
    at_depth(value, 0)
}

fn at_depth(value: &Json, depth: usize) -> Result<Json, PowerShellError> {
    if depth > MAX_DEPTH {
        return Err(PowerShellError::Value(format!(
            "it is nested more than {MAX_DEPTH} levels deep"
        )));
    }
    Ok(match value {
        Json::Null => json!(["null"]),
        Json::Bool(_) => value.clone(),
        Json::Number(number) => self::number(number),
        Json::String(text) => self::text(text),
        Json::Array(items) => {
            let mut out = vec![json!("list")];
            for item in items {
                out.push(at_depth(item, depth + 1)?);
            }
            Json::Array(out)
        }
        Json::Object(members) => {
            let mut out = vec![json!("map")];
            for (name, member) in members {
                out.push(json!([self::text(name), at_depth(member, depth + 1)?]));
            }
            Json::Array(out)
        }
    })
}

/// The typed form of a string.
pub fn text(text: &str) -> Json {
    Json::String(format!("={text}"))
}

/// The typed form of an instant: in PowerShell a `[datetime]` in UTC.
pub fn time(at: Timestamp) -> Json {
    json!(["time", format!("={at}")])
}

fn number(number: &Number) -> Json {
    if number.is_i64() {
        return Json::Number(number.clone());
    }
    let tag = if number.is_u64() { "integer" } else { "real" };
    json!([tag, format!("={number}")])
}

/// The value of a typed form. Instants come back as RFC 3339 text in UTC, bytes as base64 text; a number that
/// JSON cannot hold exactly as text.
///
/// # Errors
/// Nobody who follows the protocol writes such a form.
pub fn decode(form: &Json) -> Result<Json, PowerShellError> {
    match form {
        Json::Bool(_) => Ok(form.clone()),
        Json::Number(number) if number.is_i64() => Ok(form.clone()),
        Json::String(_) => Ok(Json::String(plain(form)?.to_owned())),
        Json::Array(parts) => tagged(parts, form),
        Json::Null | Json::Number(_) | Json::Object(_) => Err(strange(form)),
    }
}

fn tagged(parts: &[Json], form: &Json) -> Result<Json, PowerShellError> {
    let (tag, rest) = parts.split_first().ok_or_else(|| strange(form))?;
    match tag.as_str().ok_or_else(|| strange(form))? {
        "null" if rest.is_empty() => Ok(Json::Null),
        "list" => rest.iter().map(decode).collect::<Result<_, _>>().map(Json::Array),
        "map" => members(rest),
        tag => match rest {
            [only] => scalar(tag, plain(only)?).ok_or_else(|| strange(form)),
            _ => Err(strange(form)),
        },
    }
}

fn members(pairs: &[Json]) -> Result<Json, PowerShellError> {
    let mut out = serde_json::Map::new();
    for pair in pairs {
        let Some([name, value]) = pair.as_array().map(Vec::as_slice) else {
            return Err(strange(pair));
        };
        let name = plain(name)?.to_owned();
        if out.insert(name.clone(), decode(value)?).is_some() {
            return Err(PowerShellError::Encoding(format!(
                "the key `{name}` stands twice in a map"
            )));
        }
    }
    Ok(Json::Object(out))
}

fn scalar(tag: &str, text: &str) -> Option<Json> {
    match tag {
        "time" => text.parse::<Timestamp>().ok().map(|at| json!(at.to_string())),
        "bytes" => Some(json!(text)),
        "integer" => Some(
            text.parse::<i64>()
                .map(Json::from)
                .or_else(|_| text.parse::<u64>().map(Json::from))
                .unwrap_or_else(|_| json!(text)),
        ),
        "real" => Some(
            text.parse::<f64>()
                .ok()
                .and_then(Number::from_f64)
                .map_or_else(|| json!(text), Json::Number),
        ),
        "decimal" => Some(decimal(text)),
        _ => None,
    }
}

/// A .NET decimal has 28 digits; only those that a JSON number gives back unchanged become one.
fn decimal(text: &str) -> Json {
    text.parse::<f64>()
        .ok()
        .filter(|number| number.to_string() == text)
        .and_then(Number::from_f64)
        .map_or_else(|| json!(text), Json::Number)
}

fn plain(form: &Json) -> Result<&str, PowerShellError> {
    form.as_str()
        .and_then(|text| text.strip_prefix('='))
        .ok_or_else(|| strange(form))
}

fn strange(form: &Json) -> PowerShellError {
    let mut text = form.to_string();
    if text.chars().count() > 60 {
        text = text.chars().take(60).chain("…".chars()).collect();
    }
    PowerShellError::Encoding(format!("found `{text}`, which is no typed form"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Json::Null, Json::Number)),
            any::<String>().prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_survives_the_way_there_and_back(value in any_json()) {
            prop_assert_eq!(decode(&encode(&value).unwrap()).unwrap(), value);
        }
    }

    #[test]
    fn nothing_but_numbers_and_booleans_stands_bare() {
        let value = json!({"a": ["2026-11-23T10:15:00Z", null, 1, true], "A": 9_223_372_036_854_775_808_u64});
        let expected = json!([
            "map",
            ["=A", ["integer", "=9223372036854775808"]],
            ["=a", ["list", "=2026-11-23T10:15:00Z", ["null"], 1, true]]
        ]);
        assert_eq!(encode(&value).unwrap(), expected);
    }

    #[test]
    fn too_deep_a_value_is_refused() {
        let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
        assert!(matches!(encode(&deep), Err(PowerShellError::Value(_))));
    }

    #[test]
    fn a_form_that_nobody_writes_is_refused() {
        for form in [
            json!(null),
            json!("bare"),
            json!({}),
            json!([]),
            json!(["null", 1]),
            json!(["map", ["=a"]]),
            json!(["map", ["=a", 1], ["=a", 2]]),
            json!(["time", "=yesterday"]),
            json!(["unheard", "=x"]),
        ] {
            assert!(
                matches!(decode(&form), Err(PowerShellError::Encoding(_))),
                "{form}"
            );
        }
    }

    #[test]
    fn a_decimal_is_a_number_only_where_nothing_is_lost() {
        assert_eq!(decode(&json!(["decimal", "=1.5"])).unwrap(), json!(1.5));
        assert_eq!(decode(&json!(["decimal", "=1.50"])).unwrap(), json!("1.50"));
        let long = "79228162514264337593543950335";
        assert_eq!(
            decode(&json!(["decimal", format!("={long}")])).unwrap(),
            json!(long)
        );
    }
}
