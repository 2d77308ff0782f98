//! Given values → the inputs that a playbook declares.
//!
//! Reads no file and asks nobody: bytes are handed in, users and groups stay texts. All mistakes are named at
//! once. A value given by name (`-i`) goes before one from an inputs file.

use std::collections::BTreeMap;

use crate::playbook::model::{Input, Playbook};
use crate::value::Json;

mod convert;
mod encoding;
mod error;
mod file;
mod fit;
mod table;

pub use error::InputError;
pub use file::given_from_file;
pub use fit::{Misfit, expected, fit};

/// A value for an input, as it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The input's name.
    pub name: String,
    /// What was given.
    pub value: GivenValue,
}

/// How a value was given.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenValue {
    /// `-i name=value`
    Text(String),
    /// `-i name=@file`
    File {
        /// As the user named it; its ending says what is in it.
        name: String,
        /// All of it.
        bytes: Vec<u8>,
    },
    /// An entry of an inputs file.
    Json(Json),
}

/// Binds what was given to what is declared.
///
/// # Errors
/// All that is unknown, missing, given twice or of the wrong type.
pub fn bind(playbook: &Playbook, given: Vec<Given>) -> Result<BTreeMap<String, Json>, Vec<InputError>> {
    let mut errors = Vec::new();
    let chosen = choose(playbook, given, &mut errors);
    let mut bound = BTreeMap::new();
    let mut missing = Vec::new();
    for input in &playbook.inputs {
        match (chosen.get(&input.name), &input.default) {
            (Some(value), _) => match convert::convert(input, value) {
                Ok(json) => {
                    bound.insert(input.name.clone(), json);
                }
                Err(error) => errors.push(error),
            },
            (None, Some(default)) => {
                bound.insert(input.name.clone(), default.clone());
            }
            (None, None) => missing.push(described(input)),
        }
    }
    if !missing.is_empty() {
        errors.push(InputError::Missing(missing));
    }
    if errors.is_empty() { Ok(bound) } else { Err(errors) }
}

/// One value for each declared input.
fn choose(
    playbook: &Playbook,
    given: Vec<Given>,
    errors: &mut Vec<InputError>,
) -> BTreeMap<String, GivenValue> {
    let mut chosen: BTreeMap<String, GivenValue> = BTreeMap::new();
    for Given { name, value } in given {
        if !playbook.inputs.iter().any(|input| input.name == name) {
            let known = playbook.inputs.iter().map(|input| input.name.clone()).collect();
            errors.push(InputError::Unknown { name, known });
            continue;
        }
        let by_name = |value: &GivenValue| !matches!(value, GivenValue::Json(_));
        match chosen.get(&name) {
            Some(known) if by_name(known) == by_name(&value) => errors.push(InputError::Twice(name)),
            Some(known) if by_name(known) => {}
            Some(_) | None => {
                chosen.insert(name, value);
            }
        }
    }
    chosen
}

fn described(input: &Input) -> (String, String) {
    (input.name.clone(), expected(&input.kind))
}

#[cfg(test)]
mod tests;
