//! What is wrong with the values given for inputs.
//!
//! Not about the playbook's text: that is a [`crate::diagnostic::Diagnostic`].

use crate::diagnostic::closest;

/// A mistake in a given value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The playbook declares no such input.
    #[error("the playbook has no input `{name}`")]
    Unknown {
        /// As given.
        name: String,
        /// What it declares.
        known: Vec<String>,
    },
    /// Inputs without a default that were not given: name and type.
    #[error("missing {}", list(.0))]
    Missing(Vec<(String, String)>),
    /// Given twice in the same way.
    #[error("the input `{0}` is given twice")]
    Twice(String),
    /// A value of the wrong type.
    #[error("the input `{input}` is {found}{}, expected {expected}", at(.place))]
    Wrong {
        /// Which input.
        input: String,
        /// `` row 3, column `userPrincipalName` of `users.csv` ``, or nothing.
        place: String,
        /// What was found.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A file that cannot be read as what it should hold.
    #[error("`{file}` cannot be read: {why}")]
    File {
        /// As the user named it.
        file: String,
        /// What was found, what was expected.
        why: String,
        /// The next action.
        hint: String,
    },
}

impl InputError {
    /// The next actions.
    pub fn hints(&self) -> Vec<String> {
        match self {
            InputError::Unknown { name, known } => match closest(name, known.iter().map(String::as_str)) {
                Some(meant) => vec![format!("did you mean `{meant}`?")],
                None if known.is_empty() => vec!["it takes no inputs".to_owned()],
                None => vec![format!("its inputs: {}", quoted(known))],
            },
            InputError::Missing(names) => names
                .iter()
                .map(|(name, _)| format!("give it with `-i {name}=…`, or `-i {name}=@file`"))
                .collect(),
            InputError::Twice(_) => vec!["give it once".to_owned()],
            InputError::Wrong { .. } => Vec::new(),
            InputError::File { hint, .. } => vec![hint.clone()],
        }
    }
}

fn list(names: &[(String, String)]) -> String {
    let each: Vec<String> = names
        .iter()
        .map(|(name, kind)| format!("input `{name}` ({kind})"))
        .collect();
    each.join(", ")
}

fn quoted(names: &[String]) -> String {
    let each: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    each.join(", ")
}

fn at(place: &str) -> String {
    if place.is_empty() {
        String::new()
    } else {
        format!(" ({place})")
    }
}
