//! The parameter file: what a script is told, as JSON that both PowerShells read alike.
//!
//! Never holds a secret, and writes nothing to the disk. The typed form of values is [`crate::powershell::encoding`]'s.

use serde_json::json;

use crate::powershell::PowerShellError;
use crate::powershell::encoding;
use crate::powershell::model::ScriptRequest;
use crate::powershell::template::{Declaration, Parameter, ParameterKind};
use crate::value::{ActionId, Digest, Json, Timestamp};

/// The file's usual name.
pub const FILE: &str = "parameters.json";
/// The result file's name, beside it.
pub const RESULT: &str = "result.jsonl";
/// The lock file's name, beside it.
pub const LOCK: &str = "lock";

/// What the script shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Run a template that only reads.
    Read,
    /// Run a changing template with `-WhatIf`.
    Preview,
    /// Run a changing template with `-Confirm:$false`.
    Change,
}

impl Mode {
    fn as_str(self) -> &'static str {
        match self {
            Mode::Read => "read",
            Mode::Preview => "preview",
            Mode::Change => "change",
        }
    }
}

/// When the template is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// At once.
    AtOnce,
    /// After a line `go` on the standard input; at its end never.
    AfterGo,
}

/// What comes before the template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prepare {
    /// Nothing.
    #[default]
    None,
    /// Import a module, by path or name.
    Module(String),
    /// Load the Exchange Management Shell, unless this is one.
    ExchangeManagementShell,
}

/// Whose results these will be: both stand in each record.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The run, or the plan's nonce.
    pub nonce: &'a str,
    /// Which read or action.
    pub action: &'a ActionId,
}

/// A parameter file's content.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterFile(Json);

impl ParameterFile {
    /// Binds a request's parameters to what its template declares.
    ///
    /// # Errors
    /// A parameter is unknown, missing, twice there or of another type; a value has no typed form.
    pub fn bind(
        declaration: &Declaration,
        request: &ScriptRequest,
        identity: Identity<'_>,
        (mode, begin): (Mode, Begin),
        prepare: &Prepare,
    ) -> Result<Self, PowerShellError> {
        let (prepare, module) = match prepare {
            Prepare::None => ("none", ""),
            Prepare::Module(module) => ("module", module.as_str()),
            Prepare::ExchangeManagementShell => ("exchange_management_shell", ""),
        };
        Ok(ParameterFile(json!({
            "redress": 1,
            "nonce": encoding::text(identity.nonce),
            "action": encoding::text(identity.action.as_str()),
            "script": encoding::text(&request.script.to_string()),
            "mode": encoding::text(mode.as_str()),
            "wait_for_go": begin == Begin::AfterGo,
            "prepare": encoding::text(prepare),
            "module": encoding::text(module),
            "result": encoding::text(RESULT),
            "lock": encoding::text(LOCK),
            "parameters": bind_all(declaration, &request.parameters)?,
        })))
    }

    /// The file's bytes: UTF-8 without byte order mark, one line.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.0.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }

    /// The SHA-256 of [`Self::bytes`].
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes())
    }

    /// Parses a parameter file.
    ///
    /// # Errors
    /// It is no JSON of version 1.
    pub fn parse(bytes: &[u8]) -> Result<Self, PowerShellError> {
        let json: Json = serde_json::from_slice(bytes)
            .map_err(|error| PowerShellError::Encoding(format!("the parameter file is no JSON: {error}")))?;
        if json["redress"] != 1 {
            return Err(PowerShellError::Encoding(
                "the parameter file has another version than 1".to_owned(),
            ));
        }
        Ok(ParameterFile(json))
    }

    /// The parameters, decoded.
    ///
    /// # Errors
    /// A value is in no typed form.
    pub fn parameters(&self) -> Result<Vec<(String, Json)>, PowerShellError> {
        let pairs = self.0["parameters"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        pairs
            .iter()
            .map(|pair| {
                let name = encoding::decode(&pair[0])?;
                let name = name.as_str().unwrap_or_default().to_owned();
                Ok((name, encoding::decode(&pair[1])?))
            })
            .collect()
    }
}

fn bind_all(declaration: &Declaration, given: &[(String, Json)]) -> Result<Json, PowerShellError> {
    let mut bound: Vec<(&str, Json)> = Vec::with_capacity(given.len());
    for (name, value) in given {
        let parameter = declaration.parameter(name).ok_or_else(|| {
            PowerShellError::Parameter(format!("found `{name}`, expected one of {}", known(declaration)))
        })?;
        if bound.iter().any(|(other, _)| *other == parameter.name) {
            return Err(PowerShellError::Parameter(format!("`{name}` is given twice")));
        }
        if value.is_null() && !parameter.required {
            continue;
        }
        bound.push((&parameter.name, typed(parameter, value)?));
    }
    for parameter in declaration
        .parameters
        .iter()
        .filter(|parameter| parameter.required)
    {
        if !bound.iter().any(|(name, _)| *name == parameter.name) {
            return Err(PowerShellError::Parameter(format!(
                "`{}` is missing",
                parameter.name
            )));
        }
    }
    Ok(bound
        .into_iter()
        .map(|(name, value)| json!([encoding::text(name), value]))
        .collect())
}

fn typed(parameter: &Parameter, value: &Json) -> Result<Json, PowerShellError> {
    let wrong = || {
        let found = match value {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "text",
            Json::Array(_) => "a list",
            Json::Object(_) => "a map",
        };
        let expected = parameter.kind.as_str();
        PowerShellError::Parameter(format!("`{}` is {found}, expected {expected}", parameter.name))
    };
    if !parameter.kind.holds(value) {
        return Err(wrong());
    }
    if parameter.kind == ParameterKind::Timestamp {
        let at = value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
        return Ok(encoding::time(at.ok_or_else(wrong)?));
    }
    encoding::encode(value)
}

fn known(declaration: &Declaration) -> String {
    let names: Vec<String> = declaration
        .parameters
        .iter()
        .map(|parameter| format!("`{}`", parameter.name))
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::powershell::{template::Template, templates};

    fn bind(parameters: &[(&str, Json)]) -> Result<ParameterFile, PowerShellError> {
        let text = templates::find("exchange/refresh-auth-metadata").unwrap();
        let request = ScriptRequest {
            template: "exchange/refresh-auth-metadata".to_owned(),
            script: Digest::of(b"script"),
            host: "exchange".to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        };
        ParameterFile::bind(
            &Template::parse(text).unwrap().declaration,
            &request,
            Identity {
                nonce: "run-1",
                action: &ActionId::new("refresh/-/1"),
            },
            (Mode::Change, Begin::AfterGo),
            &Prepare::None,
        )
    }

    #[test]
    fn parameters_come_back_as_they_were_given() {
        let file = bind(&[("guid", json!("2026-11-23T10:15:00Z"))]).unwrap();
        let read = ParameterFile::parse(&file.bytes()).unwrap();
        assert_eq!(read, file);
        assert_eq!(
            read.parameters().unwrap(),
            [("Guid".to_owned(), json!("2026-11-23T10:15:00Z"))]
        );
    }

    #[test]
    fn what_the_template_does_not_declare_is_refused() {
        for (parameters, said) in [
            (vec![], "`Guid` is missing"),
            (vec![("Guid", json!(null))], "`Guid` is null, expected string"),
            (vec![("Guid", json!(1))], "`Guid` is a number, expected string"),
            (
                vec![("Guid", json!("a")), ("GUID", json!("b"))],
                "`GUID` is given twice",
            ),
            (
                vec![("Guid", json!("a")), ("WhatIf", json!(false))],
                "found `WhatIf`, expected one of `Guid`, `DomainController`",
            ),
        ] {
            let error = bind(&parameters).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn null_leaves_an_optional_parameter_out() {
        let file = bind(&[("Guid", json!("a")), ("DomainController", json!(null))]).unwrap();
        assert_eq!(file.parameters().unwrap().len(), 1);
    }

    #[test]
    fn every_string_of_the_file_is_marked() {
        fn strings(json: &Json, out: &mut Vec<String>) {
            match json {
                Json::String(text) => out.push(text.clone()),
                Json::Array(items) => items.iter().for_each(|item| strings(item, out)),
                Json::Object(members) => members.values().for_each(|member| strings(member, out)),
                Json::Null | Json::Bool(_) | Json::Number(_) => {}
            }
        }
        let mut found = Vec::new();
        strings(&bind(&[("Guid", json!("a"))]).unwrap().0, &mut found);
        assert!(found.iter().all(|text| text.starts_with('=')), "{found:?}");
    }
}
