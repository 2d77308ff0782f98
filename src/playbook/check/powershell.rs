//! `powershell`: the template, its host, and what `with` binds to its parameters.
//!
//! Effect and parameters are the template's own declaration, handed in by [`super::Templates`].

use crate::diagnostic::Diagnostic;
use crate::playbook::check::Check;
use crate::playbook::check::fields::{Fields, listed};
use crate::playbook::check::names::is_name;
use crate::playbook::check::scope::Sight;
use crate::playbook::check::templates::{ParameterKind, TemplateFacts, TemplateProblem};
use crate::playbook::model::{Body, PowerShellCall, ScriptTemplate};
use crate::playbook::raw::{Entry, Node};
use crate::value::Json;

const DEFAULT_HOST: &str = "exchange";

impl Check<'_> {
    pub(super) fn powershell(
        &mut self,
        node: &Node,
        fields: &Fields<'_>,
        sight: &Sight,
    ) -> Option<PowerShellCall> {
        let template = self
            .plain_text(node, "`powershell`")
            .and_then(|name| self.template(&name, node));
        let host = self.optional(fields, "on", Self::host);
        let facts = template.as_ref().map(|(_, facts)| facts);
        let with = self.with(fields, facts, sight);
        let (template, facts) = template?;
        Some(PowerShellCall {
            template,
            host: host?.unwrap_or_else(|| DEFAULT_HOST.to_owned()),
            with: with?,
            effect: facts.effect,
        })
    }

    fn template(&mut self, name: &str, node: &Node) -> Option<(String, TemplateFacts)> {
        if !is_template_name(name) {
            self.error_help(
                "R0230",
                &self.visible(node),
                format!("`{name}` is no template's name"),
                "write `exchange/name` for one that ships, `./name` for one beside the playbook",
            );
            return None;
        }
        match self.around.templates.template(name) {
            Ok(facts) => {
                let script = ScriptTemplate {
                    name: name.to_owned(),
                    text: facts.text.clone(),
                };
                self.scripts.insert(name.to_owned(), script);
                Some((name.to_owned(), facts))
            }
            Err(TemplateProblem::Missing) => {
                self.no_template(name, node);
                None
            }
            Err(TemplateProblem::Unusable(why)) => {
                self.error(
                    "R0244",
                    &self.visible(node),
                    format!("the template `{name}` cannot be used: {why}"),
                );
                None
            }
        }
    }

    fn no_template(&mut self, name: &str, node: &Node) {
        let names = self.around.templates.names();
        let span = self.span(&self.visible(node));
        let mistake = Diagnostic::error("R0229", span, format!("there is no template `{name}`"));
        self.report(if let Some(file) = name.strip_prefix("./") {
            mistake.help(format!("expected a file `{file}.ps1` beside the playbook"))
        } else {
            let suggested = mistake
                .clone()
                .did_you_mean(name, names.iter().map(String::as_str));
            if suggested.help.is_empty() {
                mistake.help(format!("templates: {}", listed(names.iter().map(String::as_str))))
            } else {
                suggested
            }
        });
    }

    fn host(&mut self, node: &Node) -> Option<String> {
        let text = self.plain_text(node, "`on`")?;
        if !is_name(&text) {
            self.error_help(
                "R0203",
                &self.visible(node),
                format!("`on` is `{text}`, expected the name of a host of the configuration"),
                "names are lower-case letters, digits and `_`",
            );
            return None;
        }
        Some(text)
    }

    fn with(
        &mut self,
        fields: &Fields<'_>,
        facts: Option<&TemplateFacts>,
        sight: &Sight,
    ) -> Option<Vec<(String, Body)>> {
        let (mut bound, mut complete) = (Vec::new(), true);
        if let Some(node) = fields.get("with") {
            let with = self.open_fields(node, "`with`")?;
            for (name, entry) in with.iter() {
                let known = facts.is_none_or(|facts| self.parameter(name, entry, facts));
                match self.body(&entry.value, sight) {
                    Some(body) => {
                        complete &= known && facts.is_none_or(|facts| self.fits(name, entry, &body, facts));
                        bound.push((name.to_owned(), body));
                    }
                    None => complete = false,
                }
            }
            let names: Vec<&str> = with.iter().map(|(name, _)| name).collect();
            complete &= facts.is_none_or(|facts| self.all_required(&names, facts, fields));
        } else {
            complete = facts.is_none_or(|facts| self.all_required(&[], facts, fields));
        }
        complete.then_some(bound)
    }

    fn parameter(&mut self, name: &str, entry: &Entry, facts: &TemplateFacts) -> bool {
        if facts.parameters.contains_key(name) {
            return true;
        }
        let span = self.span(&entry.key.range);
        let known = facts.parameters.keys().map(String::as_str);
        let mistake = Diagnostic::error("R0231", span, format!("the template has no parameter `{name}`"));
        let suggested = mistake.clone().did_you_mean(name, known.clone());
        self.report(if suggested.help.is_empty() {
            mistake.help(if facts.parameters.is_empty() {
                "it has no parameters".to_owned()
            } else {
                format!("its parameters: {}", listed(known))
            })
        } else {
            suggested
        });
        false
    }

    fn all_required(&mut self, bound: &[&str], facts: &TemplateFacts, fields: &Fields<'_>) -> bool {
        // A misspelt name is one mistake, not two.
        let misspelt = bound.iter().any(|name| !facts.parameters.contains_key(*name));
        let missing: Vec<&str> = facts
            .required
            .iter()
            .map(String::as_str)
            .filter(|name| !bound.contains(name))
            .collect();
        if missing.is_empty() || misspelt {
            return true;
        }
        let range = fields
            .entry("with")
            .map_or(&fields.range, |entry| &entry.key.range)
            .clone();
        self.error_help(
            "R0232",
            &range,
            format!("`with` does not bind {}", listed(missing)),
            "the template cannot run without them",
        );
        false
    }

    fn fits(&mut self, name: &str, entry: &Entry, body: &Body, facts: &TemplateFacts) -> bool {
        let Some(kind) = facts.parameters.get(name) else {
            return true;
        };
        if body_fits(body, *kind) {
            return true;
        }
        let range = self.visible(&entry.value);
        self.error(
            "R0233",
            &range,
            format!(
                "the parameter `{name}` is {}, expected {kind}",
                entry.value.found()
            ),
        );
        false
    }
}

/// Whether a value may be of the type; what a hole gives is known later.
fn body_fits(body: &Body, kind: ParameterKind) -> bool {
    match body {
        Body::Literal(json) => literal_fits(json, kind),
        Body::Text(text) => {
            text.pattern().trim() == "{}" || matches!(kind, ParameterKind::String | ParameterKind::Timestamp)
        }
        Body::List(_) => kind == ParameterKind::List,
        Body::Map(_) => kind == ParameterKind::Map,
    }
}

fn literal_fits(json: &Json, kind: ParameterKind) -> bool {
    match kind {
        ParameterKind::String => json.is_string(),
        ParameterKind::Integer => json.is_i64() || json.is_u64(),
        ParameterKind::Boolean => json.is_boolean(),
        ParameterKind::List => json.is_array(),
        ParameterKind::Map => json.is_object(),
        ParameterKind::Timestamp => json
            .as_str()
            .is_some_and(|text| text.parse::<crate::value::Timestamp>().is_ok()),
    }
}

/// `exchange/name`, `./name`: lower-case words, no way out of the folder.
fn is_template_name(name: &str) -> bool {
    let segment = |text: &str| {
        !text.is_empty()
            && text.len() <= 64
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    match name.split_once('/') {
        Some((folder, name)) => (folder == "." || segment(folder)) && segment(name),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_name_cannot_leave_its_folder() {
        for good in ["exchange/get-auth-server", "./mine"] {
            assert!(is_template_name(good), "{good}");
        }
        for bad in [
            "mine",
            "../x",
            "./../x",
            "/x",
            "exchange/a/b",
            "exchange/",
            "c:/x",
            "./x.ps1",
            "exchange/A",
        ] {
            assert!(!is_template_name(bad), "{bad}");
        }
    }
}
