//! `output`: an artefact's name and what goes into it.
//!
//! A name is one plain file name on every platform, so that a playbook written on one runs on the other.

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::check::texts::Part;
use crate::playbook::model::{Output, OutputFormat};
use crate::playbook::raw::Node;
use crate::playbook::text::{MessageFormat, Place, Text};

const KEYS: &[&str] = &["file", "csv", "columns", "json", "text"];
const FORMATS: &[&str] = &["csv", "json", "text"];
const NAME_LIMIT: usize = 120;
/// Names of devices on Windows, with or without an ending
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl Check<'_> {
    pub(super) fn output(&mut self, node: &Node, step: &Fields<'_>, sight: &Sight) -> Option<Output> {
        let mut fields = self.fields(node, "`output`", KEYS)?;
        fields.what = format!("the `output` of {}", step.what);
        let file = self
            .required(&fields, "file")
            .and_then(|node| self.artefact_name(node, step, sight));
        let ending = fields
            .get("file")
            .and_then(Node::text)
            .map(|name| ending(&name))
            .unwrap_or_default();
        let format = self.output_format(&fields, &ending, sight);
        Some(Output {
            file: file?,
            format: format?,
        })
    }

    fn output_format(&mut self, fields: &Fields<'_>, ending: &str, sight: &Sight) -> Option<OutputFormat> {
        let present: Vec<&str> = FORMATS.iter().copied().filter(|key| fields.has(key)).collect();
        let format = match present.as_slice() {
            [one] => *one,
            [] => {
                self.error_help(
                    "R0235",
                    &fields.range,
                    format!("{} has no content", fields.what),
                    "add one of `csv`, `json`, `text`",
                );
                return None;
            }
            [first, second, ..] => {
                let entry = fields.entry(second).expect("it is present");
                self.error(
                    "R0235",
                    &entry.key.range,
                    format!("{} is `{first}` and `{second}` at once", fields.what),
                );
                return None;
            }
        };
        let node = fields.get(format)?;
        if let ("json" | "text", Some(entry)) = (format, fields.entry("columns")) {
            self.error(
                "R0235",
                &entry.key.range,
                format!("`columns` stands at `{format}`, expected only at `csv`"),
            );
        }
        match format {
            "csv" => {
                let rows = self.expression(node, "`csv`", sight);
                let columns = self
                    .required(fields, "columns")
                    .and_then(|node| self.columns(node));
                Some(OutputFormat::Csv {
                    rows: rows?,
                    columns: columns?,
                })
            }
            "json" => self.expression(node, "`json`", sight).map(OutputFormat::Json),
            _ => {
                let format = match ending {
                    "md" => MessageFormat::Markdown,
                    "html" | "htm" => MessageFormat::Html,
                    _ => MessageFormat::Plain,
                };
                self.message(node, "`text`", format, sight)
                    .map(OutputFormat::Text)
            }
        }
    }

    fn columns(&mut self, node: &Node) -> Option<Vec<String>> {
        let columns = self.words(node, "`columns`")?;
        if columns.is_empty() {
            self.error(
                "R0235",
                &self.visible(node),
                "`columns` is empty, expected at least one name",
            );
            return None;
        }
        if let Some((at, name)) = columns
            .iter()
            .enumerate()
            .find(|(at, name)| columns[..*at].contains(name))
        {
            let place = self
                .list(node, "`columns`")
                .map(|items| items[at].range.clone())?;
            self.error("R0235", &place, format!("the column `{name}` stands twice"));
            return None;
        }
        Some(columns)
    }

    fn artefact_name(&mut self, node: &Node, step: &Fields<'_>, sight: &Sight) -> Option<Text> {
        let name = self.plain_text(node, "`file`")?;
        let text = self.text(Part::all(node, &name), Place::FileName, sight)?;
        let pattern = text.pattern();
        let range = self.visible(node);
        if let Some(why) = wrong_name(&pattern) {
            self.error_help(
                "R0234",
                &range,
                format!("`file` is `{name}`: {why}"),
                "write one plain name with an ending, `report.csv` for instance",
            );
            return None;
        }
        // Windows tells no capitals apart.
        let key = pattern.to_lowercase();
        if let (false, Some(other)) = (pattern.contains("{}"), self.artefacts.get(&key)) {
            let message = format!("`{name}` is written by {other} already");
            self.error_help("R0236", &range, message, "give each artefact a name of its own");
            return None;
        }
        self.artefacts.insert(key, step.what.clone());
        Some(text)
    }
}

/// Why a name (with `{}` for each hole) is not a plain file name.
fn wrong_name(pattern: &str) -> Option<&'static str> {
    let stem = pattern.split('.').next().unwrap_or_default().to_lowercase();
    if pattern.contains(['/', '\\', ':']) {
        Some("it leads to another folder")
    } else if pattern
        .chars()
        .any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*'))
    {
        Some("it has a character that Windows does not allow in names")
    } else if pattern.starts_with('.') {
        Some("it begins with a dot")
    } else if pattern.ends_with(['.', ' ']) || pattern.starts_with(' ') {
        Some("it ends with a dot, or has a space at one end")
    } else if DEVICES.contains(&stem.as_str()) {
        Some("Windows takes it for a device")
    } else if pattern.len() > NAME_LIMIT {
        Some("it is longer than 120 bytes")
    } else {
        None
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_file_names() {
        for good in ["report.csv", "help-desk {}.md", "Überblick.json"] {
            assert_eq!(wrong_name(good), None, "{good}");
        }
        for bad in [
            "a/b.csv", "..\\x", ".hidden", "c:x", "con.txt", "NUL", "a.", "a ", "a?b", "a\nb",
        ] {
            assert!(wrong_name(bad).is_some(), "{bad}");
        }
    }
}
