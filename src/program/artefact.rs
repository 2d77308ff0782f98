//! A value as the bytes of a file: pretty JSON, CSV, or text.
//!
//! CSV cells that a spreadsheet would take for a formula get a leading apostrophe: what came from the tenant
//! is data, also in Excel (<https://owasp.org/www-community/attacks/CSV_Injection>).

use crate::playbook::model::OutputFormat;
use crate::value::Json;

/// The file's bytes.
///
/// # Errors
/// CSV rows that are no list of maps.
pub fn encode(format: &OutputFormat, content: &Json) -> Result<Vec<u8>, String> {
    match format {
        OutputFormat::Json(_) => {
            let mut bytes = serde_json::to_vec_pretty(content).expect("a JSON value can be written");
            bytes.push(b'\n');
            Ok(bytes)
        }
        OutputFormat::Text(_) => Ok(match content {
            Json::String(text) => text.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        }),
        OutputFormat::Csv { columns, .. } => csv(columns, content),
    }
}

fn csv(columns: &[String], rows: &Json) -> Result<Vec<u8>, String> {
    let Json::Array(rows) = rows else {
        return Err("`rows` gave no list, expected a list of maps".to_owned());
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer
        .write_record(columns)
        .expect("writing to memory does not fail");
    for row in rows {
        let Json::Object(row) = row else {
            return Err(format!("`rows` holds `{row}`, expected a map for each row"));
        };
        let cells = columns.iter().map(|column| cell(row.get(column)));
        writer
            .write_record(cells)
            .expect("writing to memory does not fail");
    }
    Ok(writer.into_inner().expect("writing to memory does not fail"))
}

fn cell(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(items)) => items
            .iter()
            .map(|item| cell(Some(item)))
            .collect::<Vec<_>>()
            .join("; "),
        Some(other @ (Json::Bool(_) | Json::Number(_) | Json::Object(_))) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_cell_never_becomes_a_formula() {
        let columns = vec!["name".to_owned(), "n".to_owned(), "list".to_owned()];
        let rows = json!([{"name": "=cmd|' /C calc'!A0", "n": -3, "list": ["a", "b"]}, {"n": null}]);
        let text = String::from_utf8(csv(&columns, &rows).unwrap()).unwrap();
        assert_eq!(text, "name,n,list\r\n'=cmd|' /C calc'!A0,-3,a; b\r\n,,\r\n");
    }

    #[test]
    fn rows_that_are_no_maps_are_refused() {
        assert!(csv(&["a".to_owned()], &json!([1])).is_err());
        assert!(csv(&["a".to_owned()], &json!({"a": 1})).is_err());
    }
}
