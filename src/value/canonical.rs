//! Canonical bytes of a JSON value (RFC 8785, <https://www.rfc-editor.org/rfc/rfc8785>).
//!
//! Numbers: integers only within ±2^53, because a double would round others silently and two different
//! values would get one digest. [`parse`] turns such integers into strings at the door.

use crate::value::{Digest, Json};

/// The largest integer that a double holds exactly, 2^53 - 1.
pub const INTEGER_LIMIT: i64 = 9_007_199_254_740_991;

/// A number that has no canonical form.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("number `{0}` lies beyond ±2^53 and has no canonical form")]
pub struct NumberOutOfRange(String);

/// The canonical bytes of `json`, without a line end.
///
/// # Errors
/// An integer beyond ±2^53.
pub fn to_bytes(json: &Json) -> Result<Vec<u8>, NumberOutOfRange> {
    let mut out = Vec::with_capacity(256);
    write(json, &mut out)?;
    Ok(out)
}

/// The digest of the canonical bytes.
///
/// # Errors
/// An integer beyond ±2^53.
pub fn digest(json: &Json) -> Result<Digest, NumberOutOfRange> {
    Ok(Digest::of(&to_bytes(json)?))
}

/// Parses JSON that came from outside; integers beyond ±2^53 become strings, so that they stay exact.
///
/// # Errors
/// What `serde_json` says of the text.
pub fn parse(bytes: &[u8]) -> Result<Json, serde_json::Error> {
    let mut json: Json = serde_json::from_slice(bytes)?;
    make_exact(&mut json);
    Ok(json)
}

/// Turns integers beyond ±2^53 into strings, in place.
pub fn make_exact(json: &mut Json) {
    match json {
        Json::Number(number) if !in_range(number) => *json = Json::String(number.to_string()),
        Json::Array(items) => items.iter_mut().for_each(make_exact),
        Json::Object(members) => members.values_mut().for_each(make_exact),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn in_range(number: &serde_json::Number) -> bool {
    match (number.as_i64(), number.as_u64()) {
        (Some(n), _) => (-INTEGER_LIMIT..=INTEGER_LIMIT).contains(&n),
        (None, Some(_)) => false,
        (None, None) => true,
    }
}

fn write(json: &Json, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
    match json {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Number(number) => write_number(number, out)?,
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Json::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write(&members[key], out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn write_number(number: &serde_json::Number, out: &mut Vec<u8>) -> Result<(), NumberOutOfRange> {
    if !in_range(number) {
        return Err(NumberOutOfRange(number.to_string()));
    }
    if let Some(n) = number.as_i64() {
        out.extend_from_slice(n.to_string().as_bytes());
    } else {
        let float = number
            .as_f64()
            .expect("a JSON number is an i64, a u64 or a double");
        out.extend_from_slice(ryu_js::Buffer::new().format(float).as_bytes());
    }
    Ok(())
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    // serde_json escapes exactly what RFC 8785 escapes: `"`, `\`, and C0 controls, with the short forms.
    serde_json::to_writer(&mut *out, text).expect("writing to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(json: &Json) -> String {
        String::from_utf8(to_bytes(json).unwrap()).unwrap()
    }

    #[test]
    fn keys_are_sorted_by_utf16_units() {
        // RFC 8785, section 3.2.3: U+1F600 sorts before U+FB33 by UTF-16 units.
        let sorted = text(&json!({"\u{fb33}": 1, "\u{1f600}": 2, "b": 3, "B": 4, "": 5}));
        assert_eq!(sorted, "{\"\":5,\"B\":4,\"b\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn numbers_follow_ecmascript() {
        assert_eq!(
            text(&json!([1.0, 1e21, 1e-7, 0.1, -0.0, 333_333_333.333_333_3])),
            "[1,1e+21,1e-7,0.1,0,333333333.3333333]"
        );
    }

    #[test]
    fn an_integer_that_a_double_would_round_is_refused_and_becomes_a_string_at_the_door() {
        let big = serde_json::from_str::<Json>("9007199254740993").unwrap();
        assert!(to_bytes(&big).is_err());
        assert_eq!(
            parse(b"{\"a\":[9007199254740993,18446744073709551615]}").unwrap(),
            json!({"a": ["9007199254740993", "18446744073709551615"]})
        );
    }

    #[test]
    fn strings_escape_only_what_the_standard_escapes() {
        assert_eq!(
            text(&json!("\u{8}\t\n\u{c}\r\"\\/\u{1}\u{7f}\u{2028}é")),
            "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\u{7f}\u{2028}é\""
        );
    }
}
