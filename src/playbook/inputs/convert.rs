//! One given value → one value of the input's type.
//!
//! A text or a file is first read as what the type calls for, then fitted like any other value.

use crate::playbook::inputs::encoding::decode;
use crate::playbook::inputs::fit::{Misfit, fit, found};
use crate::playbook::inputs::table::Table;
use crate::playbook::inputs::{GivenValue, InputError};
use crate::playbook::model::{Input, InputKind};
use crate::value::{Json, canonical};

/// Columns that hold users, the best first: ours, the portals' and what people write.
const USER_COLUMNS: &[&str] = &[
    "userPrincipalName",
    "UPN",
    "User principal name",
    "User",
    "mail",
    "email",
    "id",
    "Object ID",
    "User ID",
];
const GROUP_COLUMNS: &[&str] = &["id", "Object ID", "displayName", "mail"];

pub(super) fn convert(input: &Input, value: &GivenValue) -> Result<Json, InputError> {
    match value {
        GivenValue::Json(json) => {
            fit(&input.kind, &named(&input.kind, json)).map_err(|misfit| wrong(input, "", misfit))
        }
        GivenValue::Text(text) => from_text(input, text),
        GivenValue::File { name, bytes } => {
            let text = decode(bytes).map_err(|(why, hint)| unreadable(name, why, &hint))?;
            from_file(input, name, &text)
        }
    }
}

fn from_text(input: &Input, text: &str) -> Result<Json, InputError> {
    let json = match &input.kind {
        InputKind::List(of) => list_of_text(of, text),
        InputKind::Csv => {
            return Err(InputError::Wrong {
                input: input.name.clone(),
                place: String::new(),
                found: found(&Json::String(text.to_owned())),
                expected: format!("a CSV file: `-i {}=@file.csv`", input.name),
            });
        }
        kind => scalar(kind, text),
    };
    fit(&input.kind, &named(&input.kind, &json)).map_err(|misfit| wrong(input, "", misfit))
}

/// `a, b, c`, lines, or a JSON list.
fn list_of_text(of: &InputKind, text: &str) -> Json {
    if text.trim_start().starts_with('[')
        && let Ok(json @ Json::Array(_)) = canonical::parse(text.as_bytes())
    {
        return json;
    }
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| scalar(of, item))
        .collect()
}

/// A text as the type reads it; what cannot be read stays a text, and does not fit.
fn scalar(kind: &InputKind, text: &str) -> Json {
    let as_text = || Json::String(text.to_owned());
    match kind {
        InputKind::Integer | InputKind::Number | InputKind::Boolean => {
            match serde_json::from_str::<Json>(text.trim()) {
                Ok(json @ (Json::Number(_) | Json::Bool(_))) => json,
                Ok(_) | Err(_) => as_text(),
            }
        }
        InputKind::Map | InputKind::JsonFile | InputKind::List(_) => {
            canonical::parse(text.as_bytes()).unwrap_or_else(|_| as_text())
        }
        InputKind::String
        | InputKind::Duration
        | InputKind::Timestamp
        | InputKind::Enum(_)
        | InputKind::User
        | InputKind::Group
        | InputKind::Csv => as_text(),
    }
}

fn from_file(input: &Input, file: &str, text: &str) -> Result<Json, InputError> {
    let ending = file
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    let place = format!("`{file}`");
    match (&input.kind, ending.as_str()) {
        (InputKind::Csv, _) => Ok(table(file, text)?.json()),
        (InputKind::List(of), "csv" | "tsv") => column(input, of, file, text),
        (InputKind::List(of), ending) if ending != "json" => lines(input, of, file, text),
        (InputKind::List(_) | InputKind::Map | InputKind::JsonFile, _) => {
            let json = canonical::parse(text.as_bytes()).map_err(|error| {
                unreadable(
                    file,
                    format!(
                        "line {}, column {} is no JSON: {error}",
                        error.line(),
                        error.column()
                    ),
                    "give a JSON file",
                )
            })?;
            fit(&input.kind, &named(&input.kind, &json)).map_err(|misfit| wrong(input, &place, misfit))
        }
        (kind, _) => fit(kind, &scalar(kind, text.trim_end_matches(['\r', '\n'])))
            .map_err(|misfit| wrong(input, &place, misfit)),
    }
}

/// One element a line; empty lines and lines that begin with `#` are left out.
fn lines(input: &Input, of: &InputKind, file: &str, text: &str) -> Result<Json, InputError> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            fit(of, &scalar(of, line))
                .map_err(|misfit| wrong(input, &format!("line {number} of `{file}`"), misfit))
        })
        .collect()
}

/// One column of a CSV file: of users and groups the one that names them, else the one called like the input.
fn column(input: &Input, of: &InputKind, file: &str, text: &str) -> Result<Json, InputError> {
    let table = table(file, text)?;
    if matches!(of, InputKind::Map | InputKind::JsonFile) {
        return fit(&input.kind, &table.json()).map_err(|misfit| wrong(input, &format!("`{file}`"), misfit));
    }
    let names = match columns_of(of) {
        [] => vec![input.name.as_str()],
        columns => columns.to_vec(),
    };
    let only = (table.columns.len() == 1).then_some(0);
    let Some(at) = table.column(&names).or(only) else {
        return Err(unreadable(
            file,
            format!("it has the columns `{}`", table.columns.join("`, `")),
            &format!("expected a column `{}`", names[0]),
        ));
    };
    let cells = table.rows.iter().map(|row| {
        let cell = row.cells[at].trim();
        fit(of, &scalar(of, cell)).map_err(|misfit| {
            let place = format!("row {}, column `{}` of `{file}`", row.number, table.columns[at]);
            wrong(input, &place, misfit)
        })
    });
    cells.collect()
}

fn table(file: &str, text: &str) -> Result<Table, InputError> {
    Table::parse(text).map_err(|why| unreadable(file, why, "expected CSV with a row of column names"))
}

/// The columns that may hold what is named by an address or an id.
fn columns_of(kind: &InputKind) -> &'static [&'static str] {
    match kind {
        InputKind::User => USER_COLUMNS,
        InputKind::Group => GROUP_COLUMNS,
        InputKind::String
        | InputKind::Integer
        | InputKind::Number
        | InputKind::Boolean
        | InputKind::Duration
        | InputKind::Timestamp
        | InputKind::Enum(_)
        | InputKind::List(_)
        | InputKind::Map
        | InputKind::Csv
        | InputKind::JsonFile => &[],
    }
}

/// Users and groups given as mappings (an export of the portal, a `Get-MgUser`) are meant by their names.
fn named(kind: &InputKind, json: &Json) -> Json {
    if let (InputKind::List(of), Json::Array(items)) = (kind, json) {
        return items.iter().map(|item| named(of, item)).collect();
    }
    let Json::Object(members) = json else {
        return json.clone();
    };
    let found = columns_of(kind).iter().find_map(|name| {
        members
            .iter()
            .find(|(key, value)| key.eq_ignore_ascii_case(name) && value.is_string())
            .map(|(_, value)| value.clone())
    });
    found.unwrap_or_else(|| json.clone())
}

fn wrong(input: &Input, place: &str, misfit: Misfit) -> InputError {
    let element = misfit
        .path
        .trim_start_matches('[')
        .split(']')
        .next()
        .unwrap_or_default();
    let place = match (element.parse::<usize>(), place) {
        (Ok(index), "") => format!("element {}", index + 1),
        (Ok(index), place) => format!("element {} of {place}", index + 1),
        (Err(_), place) => place.to_owned(),
    };
    InputError::Wrong {
        input: input.name.clone(),
        place,
        found: misfit.found,
        expected: misfit.expected,
    }
}

fn unreadable(file: &str, why: String, hint: &str) -> InputError {
    InputError::File {
        file: file.to_owned(),
        why,
        hint: hint.to_owned(),
    }
}
