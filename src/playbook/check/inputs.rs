//! Declarations of inputs: type, default, values.
//!
//! Binds no values; [`crate::playbook::inputs`] does, with the same rules as the defaults here.

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::inputs::fit;
use crate::playbook::model::{Input, InputKind};
use crate::playbook::raw::{Entry, Node, Raw};
use crate::value::Json;

const KEYS: &[&str] = &["type", "of", "values", "default", "description"];
const TYPES: &[(&str, InputKind)] = &[
    ("string", InputKind::String),
    ("integer", InputKind::Integer),
    ("number", InputKind::Number),
    ("boolean", InputKind::Boolean),
    ("duration", InputKind::Duration),
    ("timestamp", InputKind::Timestamp),
    ("enum", InputKind::Enum(Vec::new())),
    ("user", InputKind::User),
    ("group", InputKind::Group),
    ("map", InputKind::Map),
    ("csv", InputKind::Csv),
    ("json", InputKind::JsonFile),
];

impl Check<'_> {
    /// All declarations; `None` where they cannot even be counted.
    pub(super) fn inputs(&mut self, node: &Node) -> Option<Vec<Input>> {
        let fields = self.open_fields(node, "`inputs`")?;
        let mut inputs = Vec::new();
        for (_, entry) in fields.iter() {
            let Some(name) = self.new_name(&entry.key, "an input's name") else {
                self.inputs_known = false;
                continue;
            };
            self.inputs.insert(name.clone(), entry.key.range.clone());
            inputs.extend(self.input(name, entry));
        }
        Some(inputs)
    }

    fn input(&mut self, name: String, entry: &Entry) -> Option<Input> {
        let what = format!("the input `{name}`");
        let mut fields = self.fields(&entry.value, &what, KEYS)?;
        fields.range = entry.key.range.clone();
        let kind = self
            .required(&fields, "type")
            .and_then(|node| self.input_kind(node, &fields));
        let description = self.optional(&fields, "description", |check, node| {
            check.plain_text(node, "`description`")
        });
        let kind = kind?;
        let default = self.optional(&fields, "default", |check, node| check.default(node, &kind));
        Some(Input {
            name,
            kind,
            default: default?,
            description: description?.unwrap_or_default().trim().to_owned(),
            span: self.span(&entry.key.range),
        })
    }

    fn input_kind(&mut self, node: &Node, fields: &Fields<'_>) -> Option<InputKind> {
        let text = node.text().unwrap_or_default();
        let kind = if text == "list" {
            let of = match fields.get("of") {
                None => InputKind::String,
                Some(of) => self.type_word(of, "`of`", fields)?,
            };
            InputKind::List(Box::new(of))
        } else {
            self.type_word(node, "`type`", fields)?
        };
        if let (Some(of), false) = (fields.entry("of"), matches!(kind, InputKind::List(_))) {
            self.error_help(
                "R0224",
                &of.key.range,
                format!("`of` stands at the type `{text}`, expected only at `list`"),
                "write `type: list`, or remove `of`",
            );
        }
        if let (Some(values), false) = (fields.entry("values"), has_values(&kind)) {
            self.error_help(
                "R0224",
                &values.key.range,
                format!("`values` stands at the type `{text}`, expected only at `enum`"),
                "write `type: enum`, or remove `values`",
            );
        }
        Some(kind)
    }

    fn type_word(&mut self, node: &Node, what: &str, fields: &Fields<'_>) -> Option<InputKind> {
        let mut words: Vec<(&str, usize)> = TYPES
            .iter()
            .enumerate()
            .map(|(i, (word, _))| (*word, i))
            .collect();
        if what == "`type`" {
            words.push(("list", TYPES.len()));
        }
        let index = self.word(node, what, &words)?;
        match TYPES.get(index).map(|(_, kind)| kind.clone())? {
            InputKind::Enum(_) => self.enum_values(node, fields).map(InputKind::Enum),
            kind @ (InputKind::String
            | InputKind::Integer
            | InputKind::Number
            | InputKind::Boolean
            | InputKind::Duration
            | InputKind::Timestamp
            | InputKind::User
            | InputKind::Group
            | InputKind::List(_)
            | InputKind::Map
            | InputKind::Csv
            | InputKind::JsonFile) => Some(kind),
        }
    }

    fn enum_values(&mut self, node: &Node, fields: &Fields<'_>) -> Option<Vec<String>> {
        let Some(values) = fields.get("values") else {
            self.error_help(
                "R0224",
                &self.visible(node),
                "the type `enum` has no `values`",
                "list them: `values: [one, other]`",
            );
            return None;
        };
        let words = self.words(values, "`values`")?;
        if words.is_empty() {
            self.error(
                "R0224",
                &self.visible(values),
                "`values` is empty, expected at least one text",
            );
            return None;
        }
        Some(words)
    }

    fn default(&mut self, node: &Node, kind: &InputKind) -> Option<Json> {
        let json = self.data(node);
        if matches!(node.raw, Raw::Null) {
            self.error_help(
                "R0222",
                &node.range,
                "`default` is nothing",
                "leave `default` out: then the input must be given",
            );
            return None;
        }
        match fit(kind, &json) {
            Ok(json) => Some(json),
            Err(misfit) => {
                let range = self.visible(node);
                let at = if misfit.path.is_empty() {
                    String::new()
                } else {
                    format!("{} ", misfit.path)
                };
                self.error(
                    "R0222",
                    &range,
                    format!("`default` {at}is {}, expected {}", misfit.found, misfit.expected),
                );
                None
            }
        }
    }
}

fn has_values(kind: &InputKind) -> bool {
    match kind {
        InputKind::Enum(_) => true,
        InputKind::List(of) => has_values(of),
        InputKind::String
        | InputKind::Integer
        | InputKind::Number
        | InputKind::Boolean
        | InputKind::Duration
        | InputKind::Timestamp
        | InputKind::User
        | InputKind::Group
        | InputKind::Map
        | InputKind::Csv
        | InputKind::JsonFile => false,
    }
}
