//! The actions of one step: what they have in common once, then a line a target with what is different.
//!
//! Keeps of a long list only what it shows.

use std::fmt::Write as _;

use super::tally::Tally;
use super::{count, line};
use crate::diagnostic::visible;
use crate::plan::model::{Action, StepTotals};
use crate::program::model::Request;
use crate::report::plan::Lines;
use crate::value::Json;

/// Stands in a request for the target's own id.
const ID: &str = "{id}";
/// The target of a step without `for_each`: what is said of the step is said of it.
const NO_TARGET: &str = "-";
/// A shorter id could stand anywhere in a request by chance.
const SHORTEST_ID: usize = 8;
/// Longer values are cut, unless everything is wanted.
const LONGEST_VALUE: usize = 80;

/// The actions of a step, as far as they are shown.
#[derive(Debug, Default)]
pub(super) struct Listed {
    shown: Vec<Action>,
    requests: Tally,
    consequences: Tally,
    rests_on: Tally,
}

impl Listed {
    /// One more action.
    pub fn add(&mut self, action: Action, lines: Lines) {
        self.requests.add(&request(&action, ID, lines));
        if let Some(consequence) = &action.consequence {
            self.consequences.add(consequence);
        }
        self.rests_on.add(&rests_on(&action));
        if self.shown.len() < lines.limit() {
            self.shown.push(action);
        }
    }

    /// The step, `previews` for an action's id.
    pub fn write<'a>(
        &self,
        out: &mut String,
        totals: &StepTotals,
        lines: Lines,
        previews: impl Fn(&Action) -> &'a [String],
    ) {
        let alone = self
            .shown
            .first()
            .is_some_and(|action| action.target.as_str() == NO_TARGET);
        for text in [self.requests.common(), self.consequences.common()]
            .into_iter()
            .flatten()
        {
            line(out, &format!("    {}", visible(text)));
        }
        if let Some(fields) = self.rests_on.common().filter(|fields| !fields.is_empty()) {
            line(out, &format!("    rests on {}", visible(fields)));
        }
        if !alone {
            self.exceptions(out, totals);
        }
        for action in &self.shown {
            if !alone {
                self.target(out, action, lines);
            }
            for text in previews(action) {
                line(out, &format!("    -WhatIf says: {}", visible(text)));
            }
        }
        let rest = totals.actions - self.shown.len() as u64;
        if rest > 0 {
            line(
                out,
                &format!("      … and {rest} more; `redress show PLAN --all` lists them"),
            );
        }
    }

    /// Of a folded list: how many of all are different, and how.
    fn exceptions(&self, out: &mut String, totals: &StepTotals) {
        if totals.actions <= self.shown.len() as u64 {
            return;
        }
        for (text, count) in self.consequences.exceptions() {
            let besides = beyond(text, self.consequences.common());
            line(out, &format!("    {count} of them: {}", visible(besides)));
        }
    }

    fn target(&self, out: &mut String, action: &Action, lines: Lines) {
        let sign = if action.conditional { '?' } else { '~' };
        let common = self.requests.common() == Some(request(action, ID, lines).as_str());
        let mut text = format!("      {sign} {}", visible(&action.label));
        if common
            && action.label != action.target.as_str()
            && self.requests.common().is_some_and(|r| r.contains(ID))
        {
            let _ = write!(text, "  {}", action.target);
        }
        line(out, &text);
        if !common || lines == Lines::All {
            line(
                out,
                &format!(
                    "          {}",
                    visible(&request(action, action.target.as_str(), lines))
                ),
            );
        }
        if let Some(text) = action
            .consequence
            .as_deref()
            .filter(|text| Some(*text) != self.consequences.common())
        {
            line(
                out,
                &format!("          {}", visible(beyond(text, self.consequences.common()))),
            );
        }
        let fields = rests_on(action);
        if Some(fields.as_str()) != self.rests_on.common() {
            line(out, &format!("          rests on {}", visible(&fields)));
        }
    }
}

/// The first line of a step, and what it does to a list.
pub(super) fn head(out: &mut String, totals: &StepTotals, title: Option<&str>) {
    let mut name = format!("\n  {}", totals.step);
    if let Some(title) = title {
        let _ = write!(name, ": {}", visible(title));
    }
    if totals.irreversible {
        name.push_str("   IRREVERSIBLE");
    }
    line(out, &name);
    let mut text = count(totals.actions, "action", "actions");
    if totals.conditional {
        text = format!("at most {text}, which of them is known at apply");
    }
    if totals.waves.len() > 1 {
        let _ = write!(text, "; in waves of {}", sizes(&totals.waves));
    }
    if totals.hold {
        text.push_str("; holds after the first wave");
    }
    match totals.max_failures {
        0 => text.push_str("; stops at the first failure"),
        borne => {
            let _ = write!(text, "; stops at failure {}", borne + 1);
        }
    }
    line(out, &format!("    {text}"));
}

/// Cumulative ends as sizes: 1, 10 → 1, 9.
fn sizes(ends: &[usize]) -> String {
    let before = std::iter::once(0).chain(ends.iter().copied());
    let sizes = ends
        .iter()
        .zip(before)
        .map(|(end, before)| (end - before).to_string());
    sizes.collect::<Vec<_>>().join(", ")
}

/// What a text says beyond another that it begins with.
fn beyond<'a>(text: &'a str, common: Option<&str>) -> &'a str {
    match common.and_then(|common| text.strip_prefix(common)) {
        Some(rest) if !rest.trim().is_empty() => rest.trim(),
        Some(_) | None => text,
    }
}

/// The exact request; `id` stands for the target's.
fn request(action: &Action, id: &str, lines: Lines) -> String {
    let text = match (&action.request, &action.pattern) {
        (Some(request), _) => exact(request, lines),
        (None, Some(pattern)) => format!("{pattern} (known after apply)"),
        (None, None) => "(known after apply)".to_owned(),
    };
    let target = action.target.as_str();
    if target.len() < SHORTEST_ID {
        text
    } else {
        text.replace(target, id)
    }
}

fn exact(request: &Request, lines: Lines) -> String {
    let mut text = request.headline();
    match request {
        Request::Graph(graph) => {
            if let Some(body) = &graph.body {
                let _ = write!(text, " with {}", json(body, lines));
            }
        }
        Request::Rest(_) => {}
        Request::PowerShell(script) => {
            let with = script
                .parameters
                .iter()
                .map(|(name, value)| format!("{name} = {}", json(value, lines)));
            let with: Vec<String> = with.collect();
            if !with.is_empty() {
                let _ = write!(text, " with {}", with.join(", "));
            }
        }
    }
    text
}

fn rests_on(action: &Action) -> String {
    let fields = action.rests_on.iter();
    fields
        .map(|(name, value)| format!("{name} = {}", json(value, Lines::Folded)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn json(value: &Json, lines: Lines) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((at, _)) if lines == Lines::Folded => format!("{}…", &text[..at]),
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_waves_become_sizes() {
        assert_eq!(sizes(&[1, 10, 13, 25]), "1, 9, 3, 12");
        assert_eq!(sizes(&[7]), "7");
    }

    fn revocation(id: &str, consequence: &str) -> Action {
        let json = serde_json::json!({
            "id": format!("revoke/{id}/1"), "step": "revoke", "target": id, "label": format!("Name of {id}"), "wave": 1,
            "request": {"graph": {"method": "POST", "url": format!("/v1.0/users/{id}/revokeSignInSessions")}},
            "consequence": consequence, "rests_on": {"accountEnabled": true}
        });
        serde_json::from_value(json).unwrap()
    }

    fn written(actions: &[Action], lines: Lines) -> String {
        let mut listed = Listed::default();
        for action in actions {
            listed.add(action.clone(), lines);
        }
        let totals = StepTotals {
            step: crate::value::StepId::new("revoke"),
            actions: actions.len() as u64,
            waves: vec![actions.len()],
            hold: false,
            max_failures: 0,
            irreversible: true,
            conditional: false,
        };
        let mut out = String::new();
        listed.write(&mut out, &totals, lines, |_| &[]);
        out
    }

    #[test]
    fn what_targets_have_in_common_is_said_once_and_exceptions_stand_with_their_target() {
        let actions = [
            revocation("0792c670", "Signs out."),
            revocation("3a001664", "Signs out. NO MFA."),
            revocation("43336ebc", "Signs out."),
        ];
        let expected = "    POST /v1.0/users/{id}/revokeSignInSessions
    Signs out.
    rests on accountEnabled = true
      ~ Name of 0792c670  0792c670
      ~ Name of 3a001664  3a001664
          NO MFA.
      ~ Name of 43336ebc  43336ebc
";
        assert_eq!(written(&actions, Lines::Folded), expected);
        assert!(
            written(&actions, Lines::All)
                .contains("          POST /v1.0/users/3a001664/revokeSignInSessions")
        );
    }

    #[test]
    fn a_folded_list_still_counts_its_exceptions() {
        let mut actions: Vec<Action> = (0..20)
            .map(|n| revocation(&format!("a000000{n}"), "Signs out."))
            .collect();
        actions.push(revocation("b0000000", "Signs out. NO MFA."));
        let text = written(&actions, Lines::Folded);
        assert!(
            text.contains("    1 of them: NO MFA.\n") && text.contains("… and 9 more"),
            "{text}"
        );
    }

    #[test]
    fn a_step_without_targets_says_everything_once_and_a_single_target_is_named() {
        let step = written(&[revocation("-", "Signs out.")], Lines::Folded);
        assert_eq!(
            step,
            "    POST /v1.0/users/-/revokeSignInSessions\n    Signs out.\n    rests on accountEnabled = true\n"
        );
        let one = written(&[revocation("0792c670", "Signs out.")], Lines::Folded);
        assert!(one.ends_with("      ~ Name of 0792c670  0792c670\n"), "{one}");
    }

    #[test]
    fn what_two_texts_share_is_not_said_twice() {
        assert_eq!(beyond("Signs out. NO MFA.", Some("Signs out.")), "NO MFA.");
        assert_eq!(beyond("Something else.", Some("Signs out.")), "Something else.");
        assert_eq!(beyond("Signs out.", Some("Signs out.")), "Signs out.");
    }
}
