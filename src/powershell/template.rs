//! A template: its declaration (the `# redress:` header) and its constant text.
//!
//! Does not look inside the PowerShell: what a template really does is its author's word. See [`crate::powershell::script`].

use serde::Deserialize;

use crate::playbook::model::Effect;
use crate::powershell::PowerShellError;
use crate::value::Json;

/// Every line of the header begins with this; what follows, joined, is one JSON object.
const HEADER: &str = "# redress:";
/// The function that the wrapper calls.
pub const FUNCTION: &str = "function Invoke-RedressTemplate {";

/// A template as its author wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// What it says of itself.
    pub declaration: Declaration,
    /// The whole text, header included, with LF.
    pub text: String,
}

/// What a template says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Whether it may change something.
    pub effect: Effect,
    /// Whether its function takes `-WhatIf`.
    pub should_process: bool,
    /// What the answer's body is made of.
    pub returns: Returns,
    /// The module or shell that it needs, in words.
    pub module: String,
    /// Cmdlets that it reads with.
    pub reads: Vec<String>,
    /// Cmdlets that it changes with.
    pub changes: Vec<String>,
    /// One sentence.
    pub about: String,
    /// In the author's order; names differ in more than case.
    pub parameters: Vec<Parameter>,
}

/// How many records make a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// Exactly one record, which is the body.
    One,
    /// Any number; the body is their list.
    List,
}

/// One declared parameter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// As in the function's `param()`.
    pub name: String,
    /// What is given.
    #[serde(rename = "type")]
    pub kind: ParameterKind,
    /// Without it the script is not made.
    #[serde(default = "yes")]
    pub required: bool,
    /// For people.
    #[serde(default)]
    pub about: String,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// Text.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list of anything.
    List,
    /// An ordered map whose keys are told apart by case.
    Map,
    /// RFC 3339 text here, a `[datetime]` in UTC there.
    Timestamp,
}

impl ParameterKind {
    /// Whether a value is of this type; a timestamp's text is checked where it is encoded.
    pub fn holds(self, value: &Json) -> bool {
        match self {
            ParameterKind::String | ParameterKind::Timestamp => value.is_string(),
            ParameterKind::Integer => value.is_i64(),
            ParameterKind::Boolean => value.is_boolean(),
            ParameterKind::List => value.is_array(),
            ParameterKind::Map => value.is_object(),
        }
    }

    /// The word in the header.
    pub fn as_str(self) -> &'static str {
        match self {
            ParameterKind::String => "string",
            ParameterKind::Integer => "integer",
            ParameterKind::Boolean => "boolean",
            ParameterKind::List => "list",
            ParameterKind::Map => "map",
            ParameterKind::Timestamp => "timestamp",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    redress: u32,
    effect: RawEffect,
    should_process: bool,
    returns: Returns,
    module: String,
    reads: Vec<String>,
    changes: Vec<String>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    parameters: Vec<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawEffect {
    Read,
    Change,
}

fn yes() -> bool {
    true
}

impl Template {
    /// Parses a template's text.
    ///
    /// # Errors
    /// The header is missing, is no JSON, or contradicts itself; there is no `Invoke-RedressTemplate`.
    pub fn parse(text: &str) -> Result<Self, PowerShellError> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let declaration = Declaration::parse(&header(text.lines()))?;
        if !text.lines().any(|line| line == FUNCTION) {
            return Err(PowerShellError::Script(format!(
                "it has no line `{FUNCTION}`, and that is what is called"
            )));
        }
        Ok(Template { declaration, text })
    }
}

impl Declaration {
    /// The declaration inside a script file that [`crate::powershell::script`] made.
    ///
    /// # Errors
    /// It was not made there.
    pub fn of_script(script: &[u8]) -> Result<Self, PowerShellError> {
        let text = std::str::from_utf8(script)
            .map_err(|_| PowerShellError::Header("the script is not UTF-8".to_owned()))?;
        Declaration::parse(&header(text.lines().skip_while(|line| !line.starts_with(HEADER))))
    }

    fn parse(header: &str) -> Result<Self, PowerShellError> {
        if header.is_empty() {
            return Err(PowerShellError::Header(
                "the first line does not begin with `# redress:`".to_owned(),
            ));
        }
        let raw: Raw =
            serde_json::from_str(header).map_err(|error| PowerShellError::Header(error.to_string()))?;
        if raw.redress != 1 {
            return Err(PowerShellError::Header(format!(
                "found version {}, expected 1",
                raw.redress
            )));
        }
        let declaration = Declaration {
            effect: match raw.effect {
                RawEffect::Read => Effect::Read,
                RawEffect::Change => Effect::Change,
            },
            should_process: raw.should_process,
            returns: raw.returns,
            module: raw.module,
            reads: raw.reads,
            changes: raw.changes,
            about: raw.about,
            parameters: raw.parameters,
        };
        declaration.check()?;
        Ok(declaration)
    }

    fn check(&self) -> Result<(), PowerShellError> {
        let wrong = match self.effect {
            Effect::Read if !self.changes.is_empty() => {
                Some("`effect` is `read`, but `changes` names cmdlets")
            }
            Effect::Read if self.should_process => Some("`effect` is `read`, but `should_process` is true"),
            Effect::Change if self.changes.is_empty() => Some("`effect` is `change`, but `changes` is empty"),
            Effect::Read | Effect::Change => None,
        };
        if let Some(wrong) = wrong {
            return Err(PowerShellError::Header(wrong.to_owned()));
        }
        let mut seen: Vec<String> = vec!["whatif".to_owned(), "confirm".to_owned()];
        for parameter in &self.parameters {
            let name = parameter.name.to_ascii_lowercase();
            let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(|c| c.is_ascii_alphanumeric());
            if !plain || seen.contains(&name) {
                return Err(PowerShellError::Header(format!(
                    "the parameter name `{}` is taken, or is not made of letters and digits",
                    parameter.name
                )));
            }
            seen.push(name);
        }
        Ok(())
    }

    /// The declared parameter of that name, whatever its case.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }
}

fn header<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines
        .map_while(|line| line.strip_prefix(HEADER))
        .collect::<Vec<_>>()
        .join("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(header: &str) -> String {
        format!("# redress: {header}\n{FUNCTION}\n}}\n")
    }

    #[test]
    fn a_header_may_run_over_several_lines() {
        let text = template(
            "{\"redress\": 1, \"effect\": \"read\",\n# redress: \"should_process\": false, \"returns\": \"list\", \"module\": \"m\", \"reads\": [], \"changes\": []}",
        );
        let template = Template::parse(&text).unwrap();
        assert_eq!(template.declaration.effect, Effect::Read);
        assert_eq!(template.declaration.returns, Returns::List);
    }

    #[test]
    fn a_wrong_header_says_what_is_wrong() {
        let whole = |effect: &str, more: &str| {
            template(&format!(
                "{{\"redress\": 1, \"effect\": \"{effect}\", \"returns\": \"one\", \"module\": \"m\", \"reads\": [], {more}}}"
            ))
        };
        for (text, said) in [
            ("Get-Thing\n".to_owned(), "does not begin"),
            (template("{"), "EOF"),
            (
                whole("maybe", "\"should_process\": false, \"changes\": []"),
                "unknown variant `maybe`",
            ),
            (
                whole("read", "\"should_process\": false, \"changes\": [\"Set-X\"]"),
                "names cmdlets",
            ),
            (
                whole("read", "\"should_process\": true, \"changes\": []"),
                "`should_process` is true",
            ),
            (
                whole("change", "\"should_process\": true, \"changes\": []"),
                "`changes` is empty",
            ),
            (
                whole(
                    "read",
                    "\"should_process\": false, \"changes\": [], \"parameters\": [{\"name\": \"WhatIf\", \"type\": \"string\"}]",
                ),
                "`WhatIf` is taken",
            ),
            (
                whole(
                    "read",
                    "\"should_process\": false, \"changes\": [], \"secret\": 1",
                ),
                "unknown field `secret`",
            ),
        ] {
            let error = Template::parse(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_template_without_its_function_is_refused() {
        let text = template(
            "{\"redress\": 1, \"effect\": \"read\", \"should_process\": false, \"returns\": \"one\", \"module\": \"m\", \"reads\": [], \"changes\": []}",
        );
        let error = Template::parse(&text.replace(FUNCTION, "function Other {")).unwrap_err();
        assert!(matches!(error, PowerShellError::Script(_)));
    }
}
