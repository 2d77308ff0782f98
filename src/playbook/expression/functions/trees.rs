//! Functions that read other notations: JSON, CSV, HTML, XML.
//!
//! Fetches nothing; the XML of a `rest` step arrives as `{name, attributes, text, children}`.

use std::sync::Arc;

use super::{Call, Function, plain};
use crate::playbook::expression::term::{DEEPEST, Term, TermMap, too_deep};
use crate::playbook::expression::work::Trouble;
use crate::value::Json;

pub(super) const TABLE: &[Function] = &[
    plain(
        parse_json,
        (1, 1),
        "parse_json(text)",
        "The value that a JSON text holds.",
        &[("parse_json('{\"a\": [1]}').a[0]", "1")],
    ),
    plain(
        parse_csv,
        (1, 1),
        "parse_csv(text)",
        "A list of maps by column name from a CSV text with a header; all values are texts.",
        &[(
            "parse_csv('id,n\\n7,\"a,b\"\\n')",
            "[{\"id\": \"7\", \"n\": \"a,b\"}]",
        )],
    ),
    plain(
        strip_html,
        (1, 1),
        "strip_html(text)",
        "The text of an HTML fragment: tags, scripts and comments gone, white space joined.",
        &[(
            "strip_html('<p>Issue&nbsp;is <b>fixed</b> &amp; closed</p><br>')",
            "\"Issue is fixed & closed\"",
        )],
    ),
    plain(
        xml_find,
        (2, 2),
        "xml_find(node, name)",
        "All elements of that name below an XML node, in document order.",
        &[(
            "xml_find({'name': 'r', 'children': [{'name': 'c', 'text': 'x', 'children': []}]}, 'c').map(c, c.text)",
            "[\"x\"]",
        )],
    ),
];

fn parse_json(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let text = call.text(arguments, 0)?;
    call.work.spend(text.len() / 4)?;
    let json: Json = serde_json::from_str(text)
        .map_err(|error| Trouble::wrong(format!("the text is not JSON: {error}")))?;
    Term::from_json(&json)
}

fn parse_csv(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let text = call.text(arguments, 0)?;
    call.work.spend(text.len() / 4)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::Headers)
        .from_reader(text.as_bytes());
    let wrong = |error: csv::Error| Trouble::wrong(format!("the text is not CSV: {error}"));
    let columns: Vec<Arc<str>> = reader.headers().map_err(wrong)?.iter().map(Arc::from).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        call.work.spend(record.len())?;
        rows.push(Term::map(
            columns
                .iter()
                .cloned()
                .zip(record.iter().map(Term::text))
                .collect::<TermMap>(),
        ));
    }
    call.new_list(rows)
}

fn strip_html(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let mut rest = call.text(arguments, 0)?.as_ref();
    let mut text = String::new();
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = after_tag(&rest[at..]);
        text.push(' ');
    }
    text.push_str(rest);
    let decoded = decode_entities(&text);
    let mut out = String::with_capacity(decoded.len());
    for word in decoded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    call.new_text(out)
}

/// What follows the tag, comment, script or style that a text begins with; a lone `<` is dropped.
fn after_tag(text: &str) -> &str {
    let after = |end: &str| text.find(end).map_or("", |at| &text[at + end.len()..]);
    let name: String = text[1..].chars().take(7).collect::<String>().to_ascii_lowercase();
    if name.starts_with("!--") {
        return after("-->");
    }
    for (element, end) in [("script", "</script"), ("style", "</style")] {
        if name.starts_with(element) {
            return find_ignoring_case(text, end).map_or("", |at| {
                text[at..].find('>').map_or("", |end| &text[at + end + 1..])
            });
        }
    }
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?') => after(">"),
        Some(_) | None => &text[1..],
    }
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes()
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

/// The five entities of XML, the no-break space and numeric ones; each once, so `&amp;lt;` is `&lt;`.
fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let entity = end.map(|end| &rest[1..end]);
        if let Some((length, character)) = entity.and_then(|text| Some((text.len(), entity_character(text)?)))
        {
            out.push(character);
            rest = &rest[length + 2..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn entity_character(entity: &str) -> Option<char> {
    let number = match entity.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => digits.parse().ok()?,
        },
        None => match entity {
            "amp" => u32::from('&'),
            "lt" => u32::from('<'),
            "gt" => u32::from('>'),
            "quot" => u32::from('"'),
            "apos" => u32::from('\''),
            "nbsp" => u32::from(' '),
            _other => return None,
        },
    };
    char::from_u32(number).filter(|character| *character != '\0')
}

fn xml_find(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let name = call.text(arguments, 1)?;
    let mut found = Vec::new();
    descend(
        call,
        &Term::Map(Arc::clone(call.map(arguments, 0)?)),
        name,
        0,
        &mut found,
    )?;
    call.new_list(found)
}

fn descend(
    call: &Call<'_>,
    node: &Term,
    name: &Arc<str>,
    depth: usize,
    found: &mut Vec<Term>,
) -> Result<(), Trouble> {
    if depth > DEEPEST {
        return Err(too_deep());
    }
    let Term::Map(members) = node else { return Ok(()) };
    let Some(Term::List(children)) = members.get("children") else {
        return Ok(());
    };
    for child in children.iter() {
        call.work.spend(1)?;
        if let Term::Map(members) = child
            && matches!(members.get("name"), Some(Term::Text(found)) if found == name)
        {
            found.push(child.clone());
        }
        descend(call, child, name, depth + 1, found)?;
    }
    Ok(())
}
