//! Functions of texts, and between texts and other values.
//!
//! No locale: upper and lower case are Unicode's, order is that of code points.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Call, Function, plain};
use crate::playbook::expression::operators;
use crate::playbook::expression::term::{Term, shorten};
use crate::playbook::expression::work::{LONGEST_TEXT_BYTES, Trouble};
use crate::value::Digest;

pub(super) const TABLE: &[Function] = &[
    plain(
        lower,
        (1, 1),
        "lower(text)",
        "The text in lower case.",
        &[("lower('ÄB')", "\"äb\"")],
    ),
    plain(
        upper,
        (1, 1),
        "upper(text)",
        "The text in upper case.",
        &[("upper('äb')", "\"ÄB\"")],
    ),
    plain(
        trim,
        (1, 1),
        "trim(text)",
        "The text without white space at its ends.",
        &[("trim(' a ')", "\"a\"")],
    ),
    plain(
        split,
        (2, 2),
        "split(text, separator)",
        "The parts of a text between separators.",
        &[("split('a,b,', ',')", "[\"a\", \"b\", \"\"]")],
    ),
    plain(
        join,
        (2, 2),
        "join(list, separator)",
        "The elements as one text, with separators between; null is the empty text.",
        &[("join(['a', 2], ', ')", "\"a, 2\"")],
    ),
    plain(
        replace,
        (3, 3),
        "replace(text, from, to)",
        "The text with each `from` replaced.",
        &[("replace('a.b.c', '.', '-')", "\"a-b-c\"")],
    ),
    plain(
        contains,
        (2, 2),
        "contains(text, part)",
        "Whether a text has a part; for lists there is `in`.",
        &[("'abc'.contains('b')", "true"), ("contains('abc', 'x')", "false")],
    ),
    plain(
        starts_with,
        (2, 2),
        "startsWith(text, part)",
        "Whether a text begins with a part.",
        &[("'abc'.startsWith('ab')", "true")],
    ),
    plain(
        ends_with,
        (2, 2),
        "endsWith(text, part)",
        "Whether a text ends with a part.",
        &[("'abc'.endsWith('ab')", "false")],
    ),
    plain(
        sha256,
        (1, 1),
        "sha256(text)",
        "The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits.",
        &[(
            "sha256('')",
            "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        )],
    ),
    plain(
        base64,
        (1, 1),
        "base64(text)",
        "A text's UTF-8 bytes in base64.",
        &[("base64('hi')", "\"aGk=\"")],
    ),
    plain(
        base64_decode,
        (1, 1),
        "base64_decode(text)",
        "The UTF-8 text that a base64 text holds.",
        &[("base64_decode('aGk=')", "\"hi\"")],
    ),
    plain(
        to_text,
        (1, 1),
        "to_text(value)",
        "A value as text: instants as RFC 3339, durations as `1h30m`, null empty, lists and maps as JSON.",
        &[
            ("to_text(3)", "\"3\""),
            ("to_text(null)", "\"\""),
            ("to_text([1, 'a'])", "\"[1,\\\"a\\\"]\""),
            ("to_text(duration('90m'))", "\"1h30m\""),
        ],
    ),
    plain(
        int,
        (1, 1),
        "int(value)",
        "A whole number from a text, or a number cut to a whole one.",
        &[("int('42')", "42"), ("int(1.9)", "1")],
    ),
    plain(
        double,
        (1, 1),
        "double(value)",
        "A number from a text or a whole number.",
        &[("double('1.5')", "1.5")],
    ),
];

fn lower(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_text(call.text(arguments, 0)?.to_lowercase())
}

fn upper(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_text(call.text(arguments, 0)?.to_uppercase())
}

fn trim(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_text(call.text(arguments, 0)?.trim())
}

fn split(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, separator) = (call.text(arguments, 0)?, call.text(arguments, 1)?);
    if separator.is_empty() {
        return Err(Trouble::wrong("`split` needs a separator, found the empty text"));
    }
    call.new_list(text.split(separator.as_ref()).map(Term::text).collect())
}

fn join(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (items, separator) = (call.list(arguments, 0)?, call.text(arguments, 1)?);
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(separator);
        }
        out.push_str(&as_text(call, item)?);
        call.work.spend_text(separator.len())?;
        if out.len() > LONGEST_TEXT_BYTES {
            break;
        }
    }
    call.new_text(out)
}

fn replace(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, from, to) = (
        call.text(arguments, 0)?,
        call.text(arguments, 1)?,
        call.text(arguments, 2)?,
    );
    if from.is_empty() {
        return Err(Trouble::wrong(
            "`replace` needs something to replace, found the empty text",
        ));
    }
    let found = text.matches(from.as_ref()).count();
    call.work
        .spend_text(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(Term::text(text.replace(from.as_ref(), to)))
}

fn contains(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    if let Term::List(_) = &arguments[0] {
        return Err(Trouble::wrong(
            "`contains` looks into a text, found a list; write `x in list`",
        ));
    }
    let (text, part) = (call.text(arguments, 0)?, call.text(arguments, 1)?);
    Ok(Term::Bool(text.contains(part.as_ref())))
}

fn starts_with(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, part) = (call.text(arguments, 0)?, call.text(arguments, 1)?);
    Ok(Term::Bool(text.starts_with(part.as_ref())))
}

fn ends_with(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (text, part) = (call.text(arguments, 0)?, call.text(arguments, 1)?);
    Ok(Term::Bool(text.ends_with(part.as_ref())))
}

fn sha256(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let text = call.text(arguments, 0)?;
    call.new_text(Digest::of(text.as_bytes()).to_string())
}

fn base64(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_text(STANDARD.encode(call.text(arguments, 0)?.as_bytes()))
}

fn base64_decode(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let text = call.text(arguments, 0)?;
    let bytes = STANDARD
        .decode(text.trim())
        .map_err(|error| Trouble::wrong(format!("`{}` is not base64: {error}", shorten(text))))?;
    let decoded = String::from_utf8(bytes).map_err(|_| {
        Trouble::wrong(format!(
            "`{}` holds bytes that are not a UTF-8 text",
            shorten(text)
        ))
    })?;
    call.new_text(decoded)
}

fn to_text(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.new_text(as_text(call, &arguments[0])?)
}

fn as_text(call: &Call<'_>, term: &Term) -> Result<String, Trouble> {
    Ok(match term {
        Term::Null => String::new(),
        Term::List(_) | Term::Map(_) => term.to_json(call.work)?.to_string(),
        scalar => {
            let text = scalar.scalar_text().expect("neither null nor a collection");
            call.work.spend_text(text.len())?;
            text.as_ref().to_owned()
        }
    })
}

fn int(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    match &arguments[0] {
        Term::Int(number) => Ok(Term::Int(*number)),
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the guard: it fits")]
        Term::Float(number) if number.abs() < 9.0e18 => Ok(Term::Int(*number as i128)),
        Term::Text(text) => text
            .trim()
            .parse::<i64>()
            .map(|number| Term::Int(number.into()))
            .map_err(|_| Trouble::wrong(format!("`{}` is not a whole number", shorten(text)))),
        other => Err(call.expected("a number or a text", 0, other)),
    }
}

fn double(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    match &arguments[0] {
        number @ (Term::Int(_) | Term::Float(_)) => Ok(Term::Float(operators::float(number))),
        Term::Text(text) => text
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(Term::Float)
            .ok_or_else(|| Trouble::wrong(format!("`{}` is not a number", shorten(text)))),
        other => Err(call.expected("a number or a text", 0, other)),
    }
}
