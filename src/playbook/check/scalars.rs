//! Words, numbers, durations and portions.
//!
//! Expressions and texts with holes are read in [`super::texts`].

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::playbook::check::Check;
use crate::playbook::check::fields::listed;
use crate::playbook::expression::parse_duration;
use crate::playbook::model::Portion;
use crate::playbook::raw::{Node, Raw};

impl Check<'_> {
    /// A text without holes; an empty one is a mistake.
    pub(super) fn plain_text(&mut self, node: &Node, what: &str) -> Option<String> {
        match node.text() {
            Some(text) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.error("R0122", &node.range, format!("{what} is empty, expected a text"));
                None
            }
            None => {
                self.expected(node, &format!("{what} is {}, expected a text", node.found()));
                None
            }
        }
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&mut self, node: &Node, what: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.plain_text(node, what)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let known = listed(words.iter().map(|(word, _)| *word));
        let known = if words.len() == 1 {
            known
        } else {
            format!("one of {known}")
        };
        let span = self.span(&self.visible(node));
        self.report(
            Diagnostic::error(
                "R0115",
                span,
                format!("{what} is {}, expected {known}", node.found()),
            )
            .did_you_mean(&text, words.iter().map(|(word, _)| *word)),
        );
        None
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&mut self, node: &Node, what: &str, least: u64, most: u64) -> Option<usize> {
        let number = match &node.raw {
            Raw::Number(number, _) => number.as_u64(),
            Raw::Null | Raw::Bool(_) | Raw::Text(_) | Raw::List(_) | Raw::Map(_) => None,
        };
        match number {
            Some(number) if (least..=most).contains(&number) => usize::try_from(number).ok(),
            Some(_) | None => {
                let range = self.visible(node);
                self.error(
                    "R0114",
                    &range,
                    format!(
                        "{what} is {}, expected a whole number from {least} to {most}",
                        node.found()
                    ),
                );
                None
            }
        }
    }

    /// `15m`, `1h30m`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<Duration> {
        let parsed = match node.text() {
            Some(text) => parse_duration(&text).ok(),
            None => None,
        };
        if parsed.is_none() {
            let range = self.visible(node);
            self.error_help(
                "R0116",
                &range,
                format!("{what} is {}, expected a duration", node.found()),
                "write numbers with units: `30s`, `15m`, `1h30m`, `7d`",
            );
        }
        parsed
    }

    /// A number of targets, or a share of them: `10`, `50%`.
    pub(super) fn portion(&mut self, node: &Node, what: &str, least: u64) -> Option<Portion> {
        if let Raw::Text(text) = &node.raw
            && let Some(percent) = text.trim().strip_suffix('%')
        {
            let percent = percent.trim().parse::<u32>().ok();
            if let Some(percent) = percent.filter(|p| *p <= 100 && u64::from(*p) >= least) {
                return Some(Portion::Percent(percent));
            }
        } else if let Raw::Number(number, _) = &node.raw
            && let Some(count) = number.as_u64().filter(|n| *n >= least)
        {
            return usize::try_from(count).ok().map(Portion::Count);
        }
        let range = self.visible(node);
        self.error_help(
            "R0117",
            &range,
            format!(
                "{what} is {}, expected a number of targets or a share of them",
                node.found()
            ),
            "write `10`, or `50%` without a fraction, at most `100%`",
        );
        None
    }

    /// A list of words of people: tags, columns.
    pub(super) fn words(&mut self, node: &Node, what: &str) -> Option<Vec<String>> {
        let items = self.list(node, what)?;
        let words: Vec<Option<String>> = items
            .iter()
            .map(|item| self.plain_text(item, &format!("an entry of {what}")))
            .collect();
        words.into_iter().collect()
    }
}
