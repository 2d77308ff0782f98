//! CSV text → rows, as Excel, the portals and `Export-Csv` write it.
//!
//! Takes off a `#TYPE` line and a `sep=` line, finds the delimiter, keeps every cell a text.

use csv::{ReaderBuilder, StringRecord};
use serde_json::Map;

use crate::value::Json;

/// A table: its columns, and each row with the line that it begins in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Row number as a spreadsheet shows it: the header is row 1.
    pub(super) number: usize,
    pub(super) cells: Vec<String>,
}

impl Table {
    /// Parses a CSV text.
    ///
    /// # Errors
    /// What was found, what was expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (text, told) = without_preamble(text);
        let delimiter = told.unwrap_or_else(|| delimiter(text));
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut records = reader.records().enumerate();
        let header = match records.next() {
            Some((_, record)) => record.map_err(|error| error.to_string())?,
            None => return Err("it is empty, expected a row of column names".to_owned()),
        };
        let columns = columns(&header)?;
        let mut rows = Vec::new();
        for (index, record) in records {
            let record = record.map_err(|error| error.to_string())?;
            rows.extend(row(index + 1, &record, columns.len())?);
        }
        Ok(Table { columns, rows })
    }

    /// The first column that has one of these names, capitals aside.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| {
            self.columns
                .iter()
                .position(|column| column.eq_ignore_ascii_case(name))
        })
    }

    /// Each row as a mapping from column name to text.
    pub(super) fn json(&self) -> Json {
        let rows = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(&row.cells);
            let map: Map<String, Json> = cells
                .map(|(column, cell)| (column.clone(), Json::String(cell.clone())))
                .collect();
            Json::Object(map)
        });
        Json::Array(rows.collect())
    }
}

fn columns(header: &StringRecord) -> Result<Vec<String>, String> {
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    for (index, name) in columns.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name in row 1", index + 1));
        }
        if columns[..index].contains(name) {
            return Err(format!("row 1 names the column `{name}` twice"));
        }
    }
    Ok(columns)
}

/// `None` for a row without any content.
fn row(number: usize, record: &StringRecord, width: usize) -> Result<Option<Row>, String> {
    if record.iter().all(|cell| cell.trim().is_empty()) {
        return Ok(None);
    }
    let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
    // Some exports end each row with a delimiter.
    while cells.len() > width && cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    if cells.len() != width {
        return Err(format!(
            "row {number} has {} cells, expected {width}",
            cells.len()
        ));
    }
    Ok(Some(Row { number, cells }))
}

/// Takes off `#TYPE …` (Windows PowerShell's `Export-Csv`) and `sep=;` (Excel).
fn without_preamble(text: &str) -> (&str, Option<u8>) {
    let after_line = |text: &str| text.find('\n').map_or(text.len(), |at| at + 1);
    let mut text = text;
    if text.starts_with("#TYPE ") {
        text = &text[after_line(text)..];
    }
    let line = text.lines().next().unwrap_or_default().trim_end();
    match line.trim_matches('"').strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) => (&text[after_line(text)..], Some(*delimiter)),
        Some(_) | None => (text, None),
    }
}

/// The one of `,`, `;` and tab that stands most often in the first row, outside quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ => {}
        }
        if let (false, Some((_, count))) = (quoted, counts.iter_mut().find(|(d, _)| *d == byte)) {
            *count += 1;
        }
    }
    let (mut best, mut most) = (b',', 0);
    for (delimiter, count) in counts {
        if count > most {
            (best, most) = (delimiter, count);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_delimiter_preamble_and_line_end_gives_the_same_rows() {
        let wanted = json!([{"name": "a, b", "mail": "x@y"}, {"name": "two\nlines", "mail": ""}]);
        for text in [
            "name,mail\n\"a, b\",x@y\n\"two\nlines\",\n",
            "name;mail\r\na, b;x@y\r\n\r\n\"two\nlines\";\r\n",
            "name\tmail\na, b\tx@y\n\"two\nlines\"\t",
            "sep=;\r\nname;mail\r\n\"a, b\";x@y\r\n\"two\nlines\";\r\n",
            "#TYPE System.Management.Automation.PSCustomObject\r\n\"name\",\"mail\"\r\n\"a, b\",\"x@y\"\r\n\"two\nlines\",\"\"\r\n",
        ] {
            assert_eq!(Table::parse(text).unwrap().json(), wanted, "{text}");
        }
    }

    #[test]
    fn mistakes_name_their_row() {
        for (text, why) in [
            ("", "it is empty, expected a row of column names"),
            ("a,b\n1\n", "row 2 has 1 cells, expected 2"),
            ("a,b\n1,2\n1,2,3\n", "row 3 has 3 cells, expected 2"),
            ("a,a\n", "row 1 names the column `a` twice"),
            ("a,,b\n", "column 2 has no name in row 1"),
        ] {
            assert_eq!(Table::parse(text).unwrap_err(), why);
        }
    }
}
