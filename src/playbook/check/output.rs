//! `output`: an artefact's name and what goes into it.
//!
//! Which names are plain file names is the business of [`crate::playbook::text`]; here they must differ.

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::check::texts::Part;
use crate::playbook::model::{Output, OutputFormat, Show};
use crate::playbook::raw::Node;
use crate::playbook::text::{MessageFormat, Place, Text};

const KEYS: &[&str] = &["file", "csv", "columns", "json", "text", "show"];
const FORMATS: &[&str] = &["csv", "json", "text"];

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
        let show = self.show(&fields);
        Some(Output {
            file: file?,
            format: format?,
            show: show?,
        })
    }

    /// Only text is shown: a table or JSON is for programs.
    fn show(&mut self, fields: &Fields<'_>) -> Option<Show> {
        let Some(entry) = fields.entry("show") else {
            return Some(Show::No);
        };
        let show = self.word(
            fields.get("show")?,
            "`show`",
            &[("true", Show::Yes), ("false", Show::No)],
        )?;
        if show == Show::Yes && !fields.has("text") {
            self.error(
                "R0235",
                &entry.key.range,
                "`show` stands at a file for programs, expected only at `text`",
            );
            return None;
        }
        Some(show)
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

fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default()
}
