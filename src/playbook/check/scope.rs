//! Which names an expression or a hole may refer to, at the place where it stands.
//!
//! Only names: types are not known before a read was answered.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, closest};
use crate::playbook::check::Check;
use crate::playbook::check::names::is_function;
use crate::playbook::check::texts::Part;
use crate::playbook::expression::Reference;

/// Names that only some places bind, and where.
const PLACES: &[(&str, &str)] = &[
    ("result", "the `until` of a `verify`, `wait` or `hold`"),
    ("before", "a `precheck`'s conditions and the `verify` after it"),
    ("wave", "a `hold`"),
];

/// What may be seen from one place of a step.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    /// The step's place in the order: those before it may be referred to.
    pub(super) step: usize,
    /// Names bound here and not everywhere: the `as` name, parts of `compute`, `result`, `before`.
    own: Vec<String>,
}

impl Sight {
    pub(super) fn of_step(step: usize) -> Self {
        Sight {
            step,
            own: Vec::new(),
        }
    }

    pub(super) fn binds(&self, name: &str) -> bool {
        self.own.iter().any(|own| own == name)
    }

    pub(super) fn with<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut sight = self.clone();
        sight.own.extend(names.into_iter().map(str::to_owned));
        sight
    }
}

/// Where in a text its references stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// Anywhere but in quotes.
    Expression,
    /// Between `{{` and `}}`.
    Holes,
}

impl Check<'_> {
    /// Checks each reference of a text against what may be seen.
    pub(super) fn refer(
        &mut self,
        part: Part<'_>,
        references: &BTreeSet<Reference>,
        among: Among,
        sight: &Sight,
    ) {
        for reference in references {
            self.refer_to(part, reference, among, sight);
        }
    }

    fn refer_to(&mut self, part: Part<'_>, reference: &Reference, among: Among, sight: &Sight) {
        let Reference { root, field } = reference;
        if sight.binds(root) {
            return;
        }
        match (root.as_str(), field) {
            ("tenant", _) | ("steps", None) => {}
            ("tables", _) if self.has_tables => {}
            ("tables", _) => {
                let range = self.find(part, reference, among);
                self.error_help(
                    "R0206",
                    &range,
                    "`tables` is referred to, but the playbook has none",
                    "add `tables:` with the constant data",
                );
            }
            ("inputs", None) => self.inputs_used.extend(self.inputs.keys().cloned()),
            ("inputs", Some(input)) => self.refer_to_input(part, reference, input, among),
            ("steps", Some(step)) => {
                if !self.refer_to_step(part, reference, step, among, sight) {
                    self.unknown_step(part, reference, step, among);
                }
            }
            _ => {
                if !self.refer_to_step(part, reference, root, among, sight) {
                    self.unknown_name(part, reference, among, sight);
                }
            }
        }
    }

    fn refer_to_input(&mut self, part: Part<'_>, reference: &Reference, input: &str, among: Among) {
        if self.inputs.contains_key(input) {
            self.inputs_used.insert(input.to_owned());
        } else if self.inputs_known {
            let span = self.span(&self.find(part, reference, among));
            let mistake = Diagnostic::error("R0208", span, format!("the input `{input}` is not declared"))
                .did_you_mean(input, self.inputs.keys().map(String::as_str));
            // A misspelt use is a use.
            if let Some(meant) = closest(input, self.inputs.keys().map(String::as_str)) {
                self.inputs_used.insert(meant.to_owned());
            }
            self.report(if mistake.help.is_empty() {
                mistake.help("declare it under `inputs`")
            } else {
                mistake
            });
        }
    }

    /// False where no step has that id.
    fn refer_to_step(
        &mut self,
        part: Part<'_>,
        reference: &Reference,
        step: &str,
        among: Among,
        sight: &Sight,
    ) -> bool {
        let Some(at) = self.steps.get(step).copied() else {
            return false;
        };
        if at >= sight.step {
            let range = self.find(part, reference, among);
            let (message, help) = if at == sight.step {
                (
                    format!("`{step}` is this step itself, whose result is not there yet"),
                    "refer to an earlier step",
                )
            } else {
                (
                    format!("the step `{step}` stands later, its result is not there yet"),
                    "move it before this step",
                )
            };
            self.error_help("R0207", &range, message, help);
        }
        true
    }

    fn unknown_step(&mut self, part: Part<'_>, reference: &Reference, step: &str, among: Among) {
        if !self.steps_known {
            return;
        }
        let span = self.span(&self.find(part, reference, among));
        self.report(
            Diagnostic::error("R0206", span, format!("no step has the id `{step}`"))
                .did_you_mean(step, self.steps.keys().map(String::as_str)),
        );
    }

    fn unknown_name(&mut self, part: Part<'_>, reference: &Reference, among: Among, sight: &Sight) {
        let root = reference.root.as_str();
        let span = self.span(&self.find(part, reference, among));
        if let Some((_, place)) = PLACES.iter().find(|(name, _)| *name == root) {
            self.report(
                Diagnostic::error("R0210", span, format!("`{root}` is not known here"))
                    .help(format!("it is known in {place}")),
            );
            return;
        }
        if !self.steps_known {
            return;
        }
        let mistake = Diagnostic::error("R0206", span, format!("the name `{root}` is not known here"));
        if self.inputs.contains_key(root) {
            self.inputs_used.insert(root.to_owned());
        }
        let explained = if let Some(step) = self.turns.get(root) {
            mistake.help(format!(
                "it is what the `for_each` of step `{step}` binds, and known only there"
            ))
        } else if self.inputs.contains_key(root) {
            mistake.help(format!("did you mean `inputs.{root}`?"))
        } else if is_function(root) {
            mistake.help(format!("`{root}` is a function: `{root}(…)`"))
        } else {
            let earlier = self
                .steps
                .iter()
                .filter(|(_, at)| **at < sight.step)
                .map(|(id, _)| id.as_str());
            let known = earlier
                .chain(sight.own.iter().map(String::as_str))
                .chain(["inputs", "tenant", "tables", "steps"]);
            match closest(root, known) {
                Some(name) => {
                    let name = name.to_owned();
                    mistake.help(format!("did you mean `{name}`?"))
                }
                None if among == Among::Holes && part.whole.contains("{{#each") => {
                    mistake.help(format!("inside `each` the element is `this`: `this.{root}`"))
                }
                None => mistake
                    .help("known are `inputs`, `tenant`, `tables`, `steps` and the ids of earlier steps"),
            }
        };
        self.report(explained);
    }

    /// Where in the file the reference stands.
    fn find(&self, part: Part<'_>, reference: &Reference, among: Among) -> Range<usize> {
        match find_name(part.text, reference, among) {
            Some(range) => self.place_of(part, range),
            None => self.place(part),
        }
    }
}

/// The first place where `root` or `root.field` stands as a name.
fn find_name(text: &str, reference: &Reference, among: Among) -> Option<Range<usize>> {
    let wanted = match &reference.field {
        Some(field) => format!("{}.{field}", reference.root),
        None => reference.root.clone(),
    };
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&wanted)
        .map(|(at, _)| at..at + wanted.len())
        .find(|range| {
            let before = text[..range.start].chars().next_back();
            let after = text[range.end..].chars().next();
            !before.is_some_and(|c| is_part(c) || c == '.')
                && !after.is_some_and(is_part)
                && (reference.field.is_some() || after != Some('('))
                && stands_open(&text[..range.start], among)
        })
}

/// Whether what follows this text is outside quotes (and inside a hole).
fn stands_open(before: &str, among: Among) -> bool {
    let code = match among {
        Among::Expression => before,
        Among::Holes => match before.rfind("{{") {
            Some(open) if !before[open..].contains("}}") => &before[open..],
            Some(_) | None => return false,
        },
    };
    let mut quote = None;
    for c in code.chars() {
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            None | Some(_) => {}
        }
    }
    quote.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, root: &str, field: Option<&str>, among: Among) -> Option<usize> {
        let reference = Reference {
            root: root.to_owned(),
            field: field.map(str::to_owned),
        };
        find_name(text, &reference, among).map(|range| range.start)
    }

    #[test]
    fn a_name_is_found_outside_quotes_and_literal_parts() {
        let among = Among::Expression;
        assert_eq!(found("'user' == user.id", "user", None, among), Some(10));
        assert_eq!(found("x.user + users + user", "user", None, among), Some(17));
        assert_eq!(
            found("inputs.ab + inputs.a", "inputs", Some("a"), among),
            Some(12)
        );
        assert_eq!(found("first(first)", "first", None, among), Some(6));
        let among = Among::Holes;
        assert_eq!(found("/user/{{user.id}}", "user", None, among), Some(8));
        assert_eq!(found("{{x}} user", "user", None, among), None);
    }
}
