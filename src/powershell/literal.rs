//! Values as PowerShell source text, for instructions that a person pastes and for previews.
//!
//! Scripts hold no literals: their values come through the parameter file. Any of five characters ends a
//! single-quoted string and two in a row give the second, so each is doubled with itself.
//! <https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules>

use crate::powershell::PowerShellError;
use crate::powershell::encoding::MAX_DEPTH;
use crate::value::Json;

/// U+0027 U+2018 U+2019 U+201A U+201B.
const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

/// The value as one expression that can stand as an argument.
///
/// # Errors
/// It holds a NUL, is nested too deep, or has keys that differ only in case.
pub fn literal(value: &Json) -> Result<String, PowerShellError> {
    at_depth(value, 0)
}

fn at_depth(value: &Json, depth: usize) -> Result<String, PowerShellError> {
    if depth > MAX_DEPTH {
        return Err(PowerShellError::Value(format!(
            "it is nested more than {MAX_DEPTH} levels deep"
        )));
    }
    match value {
        Json::Null => Ok("$null".to_owned()),
        Json::Bool(true) => Ok("$true".to_owned()),
        Json::Bool(false) => Ok("$false".to_owned()),
        Json::Number(number) if number.is_i64() => Ok(number.to_string()),
        Json::Number(number) if number.is_u64() => Ok(format!("([bigint]'{number}')")),
        Json::Number(number) => Ok(format!("([double]'{number}')")),
        Json::String(text) => string(text),
        Json::Array(items) => list(items, depth),
        Json::Object(members) => map(members, depth),
    }
}

/// A string; control characters, which no literal shows, are written by their number.
///
/// # Errors
/// It holds a NUL.
pub fn string(text: &str) -> Result<String, PowerShellError> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        if c == '\0' {
            return Err(PowerShellError::Value("it holds a NUL character".to_owned()));
        }
        if unseen(c) {
            if !plain.is_empty() || parts.is_empty() {
                parts.push(format!("'{plain}'"));
                plain.clear();
            }
            parts.push(format!("[char]0x{:04X}", u32::from(c)));
        } else {
            plain.push(c);
            if QUOTES.contains(&c) {
                plain.push(c);
            }
        }
    }
    if parts.is_empty() {
        return Ok(format!("'{plain}'"));
    }
    if !plain.is_empty() {
        parts.push(format!("'{plain}'"));
    }
    Ok(format!("({})", parts.join(" + ")))
}

/// Controls, line ends, and what turns the direction of text or has no width; all below U+10000.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `@( @(1) )` is flattened by PowerShell: a list of one takes the comma operator.
fn list(items: &[Json], depth: usize) -> Result<String, PowerShellError> {
    let items: Vec<String> = items
        .iter()
        .map(|item| at_depth(item, depth + 1))
        .collect::<Result<_, _>>()?;
    Ok(match items.as_slice() {
        [only] => format!("@(, {only})"),
        items => format!("@({})", items.join(", ")),
    })
}

fn map(members: &serde_json::Map<String, Json>, depth: usize) -> Result<String, PowerShellError> {
    let mut seen = Vec::with_capacity(members.len());
    let mut pairs = Vec::with_capacity(members.len());
    for (name, member) in members {
        let folded = name.to_uppercase();
        if seen.contains(&folded) {
            return Err(PowerShellError::Value(format!(
                "its key `{name}` differs from another only in case"
            )));
        }
        seen.push(folded);
        pairs.push(format!("{} = {}", string(name)?, at_depth(member, depth + 1)?));
    }
    Ok(format!("([ordered]@{{{}}})", pairs.join("; ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// Reads a single-quoted string as PowerShell's tokenizer does; `None` if it ends early or never.
    fn read_back(literal: &str) -> Option<String> {
        let mut chars = literal.chars();
        chars.next().filter(|c| QUOTES.contains(c))?;
        let mut out = String::new();
        loop {
            let c = chars.next()?;
            if !QUOTES.contains(&c) {
                out.push(c);
                continue;
            }
            match chars.next() {
                None => return Some(out),
                Some(next) if QUOTES.contains(&next) => out.push(next),
                Some(_) => return None,
            }
        }
    }

    proptest! {
        #[test]
        fn every_visible_string_is_read_back_as_it_was(
            text in prop::collection::vec(prop_oneof![prop::sample::select(QUOTES.to_vec()), any::<char>()], 0..30)
        ) {
            let text: String = text.into_iter().filter(|c| !unseen(*c)).collect();
            prop_assert_eq!(read_back(&string(&text).unwrap()), Some(text));
        }
    }

    #[test]
    fn values_become_one_expression_each() {
        for (value, expected) in [
            (json!(null), "$null"),
            (json!(true), "$true"),
            (json!(-5), "-5"),
            (
                json!(9_223_372_036_854_775_808_u64),
                "([bigint]'9223372036854775808')",
            ),
            (json!(1.5), "([double]'1.5')"),
            (json!("a'b\u{2019}c"), "'a''b\u{2019}\u{2019}c'"),
            (json!("$(x)"), "'$(x)'"),
            (json!("a\nb"), "('a' + [char]0x000A + 'b')"),
            (json!("\n"), "('' + [char]0x000A)"),
            (json!([]), "@()"),
            (json!([[1]]), "@(, @(, 1))"),
            (json!([1, "a"]), "@(1, 'a')"),
            (json!({"b": 1, "a": []}), "([ordered]@{'a' = @(); 'b' = 1})"),
        ] {
            assert_eq!(literal(&value).unwrap(), expected);
        }
    }

    #[test]
    fn what_has_no_literal_is_refused() {
        for value in [json!("a\0"), json!({"a": 1, "A": 2})] {
            assert!(
                matches!(literal(&value), Err(PowerShellError::Value(_))),
                "{value}"
            );
        }
    }
}
