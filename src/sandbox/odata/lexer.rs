//! The words of a `$filter`.
//!
//! Knows no grammar; numbers, dates and GUIDs are told apart by their look, as OData does.

use crate::sandbox::odata::QueryError;
use crate::sandbox::odata::expression::Literal;

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, an operator or a function; may hold `/`, `.` and `$`.
    Name(String),
    /// A value.
    Literal(Literal),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
}

/// Splits a filter into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '(' => (Token::Open, &rest[1..]),
            ')' => (Token::Close, &rest[1..]),
            ',' => (Token::Comma, &rest[1..]),
            ':' => (Token::Colon, &rest[1..]),
            '\'' => quoted(&rest[1..])?,
            _ => word(rest)?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// A text in quotes, in which two quotes stand for one.
fn quoted(rest: &str) -> Result<(Token, &str), QueryError> {
    let mut text = String::new();
    let mut rest = rest;
    loop {
        let Some(end) = rest.find('\'') else {
            return Err(QueryError::Malformed(
                "Invalid filter clause: a quote is not closed.".to_owned(),
            ));
        };
        text.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                text.push('\'');
                rest = after;
            }
            None => return Ok((Token::Literal(Literal::Text(text)), rest)),
        }
    }
}

fn word(rest: &str) -> Result<(Token, &str), QueryError> {
    // A date holds colons; a lambda's variable ends at one.
    let dated = rest.len() > 4 && rest.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || "_/.$-+@".contains(c) || (dated && c == ':')))
        .unwrap_or(rest.len());
    if end == 0 {
        let what = rest.chars().next().unwrap_or(' ');
        return Err(QueryError::Malformed(format!(
            "Invalid filter clause: unexpected '{what}'."
        )));
    }
    Ok((named(&rest[..end]), &rest[end..]))
}

fn named(word: &str) -> Token {
    let literal = match word {
        "true" => Some(Literal::Bool(true)),
        "false" => Some(Literal::Bool(false)),
        "null" => Some(Literal::Null),
        _ => valued(word),
    };
    literal.map_or_else(|| Token::Name(word.to_owned()), Token::Literal)
}

fn valued(word: &str) -> Option<Literal> {
    if word.len() == 36 && uuid::Uuid::try_parse(word).is_ok() {
        return Some(Literal::Guid(word.to_lowercase()));
    }
    if !word.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        return None;
    }
    if let Ok(instant) = word.parse() {
        return Some(Literal::Instant(instant));
    }
    // A date alone stands for its midnight.
    if let Ok(instant) = format!("{word}T00:00:00Z").parse() {
        return Some(Literal::Instant(instant));
    }
    word.parse().ok().map(Literal::Number)
}
