//! An inputs file (`--inputs`): YAML or JSON, a mapping from input to value.
//!
//! Does not know which inputs there are: binding does.

use std::sync::Arc;

use crate::diagnostic::SourceFile;
use crate::playbook::inputs::encoding::decode;
use crate::playbook::inputs::{Given, GivenValue, InputError};
use crate::playbook::raw::Raw;
use crate::playbook::yaml;
use crate::value::{Json, canonical};

/// The values of an inputs file.
///
/// # Errors
/// Not YAML, or no mapping; an input that stands twice.
pub fn given_from_file(name: &str, bytes: &[u8]) -> Result<Vec<Given>, InputError> {
    let refuse = |why: String, hint: &str| InputError::File {
        file: name.to_owned(),
        why,
        hint: hint.to_owned(),
    };
    let text = decode(bytes).map_err(|(why, hint)| refuse(why, &hint))?;
    let file = Arc::new(SourceFile {
        name: name.to_owned(),
        text,
    });
    let tree = yaml::parse(&file).map_err(|mistake| {
        let place = mistake.span.map(|span| span.place()).unwrap_or_default();
        refuse(
            format!("{place}: {}", mistake.message),
            mistake.help.first().map_or("expected YAML", String::as_str),
        )
    })?;
    let Raw::Map(entries) = &tree.raw else {
        return Err(refuse(
            format!("it is {}, expected a mapping from input to value", tree.found()),
            "write `name: value`",
        ));
    };
    let mut given: Vec<Given> = Vec::new();
    for entry in entries {
        let key = entry.name().ok_or_else(|| {
            refuse(
                format!("a key is {}, expected a name", entry.key.found()),
                "write `name: value`",
            )
        })?;
        let mut json: Json = entry.value.json();
        canonical::make_exact(&mut json);
        given.push(Given {
            name: key,
            value: GivenValue::Json(json),
        });
    }
    Ok(given)
}
