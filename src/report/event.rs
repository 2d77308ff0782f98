//! What happens in a run, as it happens: one calm line each.
//!
//! Most records say nothing to a person; those give no line.

use std::collections::HashMap;
use std::io::BufRead;

use crate::diagnostic::visible;
use crate::log::model::{CheckVerdict, Outcome, Record, RunEvent};
use crate::plan::model::Line;
use crate::plan::reader::{ReadError, walk};
use crate::report::visible::visible_lines;
use crate::run::world::Notice;
use crate::value::{ActionId, Timestamp};

/// Action → what people call its target.
pub type Labels = HashMap<ActionId, String>;

/// The labels of a plan's actions.
///
/// # Errors
/// The bytes are no plan.
pub fn labels(plan: impl BufRead) -> Result<Labels, ReadError> {
    let mut labels = Labels::new();
    walk(plan, |line, _| {
        if let Line::Action(action) = line {
            labels.insert(action.id, action.label);
        }
    })?;
    Ok(labels)
}

/// A line for a notice, if it is worth one.
pub fn notice(notice: &Notice<'_>, labels: &Labels) -> Option<String> {
    match notice {
        Notice::Recorded(record) => recorded(record, labels),
        Notice::Waiting { until, why } => Some(format!("  waits until {} for {why}", time(*until))),
        Notice::Say(text) => Some(format!("  {}", visible_lines(text).replace('\n', "\n  "))),
    }
}

fn recorded(record: &Record<RunEvent>, labels: &Labels) -> Option<String> {
    let label = |action: &ActionId| match labels.get(action) {
        Some(label) => visible(label).into_owned(),
        None => action.to_string(),
    };
    Some(match &record.event {
        RunEvent::StepStarted { step } => format!("{}  {step}", time(record.at)),
        RunEvent::ActionChecked { action, verdict, .. } => match verdict {
            CheckVerdict::Go => return None,
            CheckVerdict::Skip => format!("  {}: not needed any more", label(action)),
            CheckVerdict::Drifted => format!("  {}: drifted since the plan", label(action)),
        },
        RunEvent::ActionUnanswered { action, attempt, status, .. } => match status {
            Some(status) => format!("  {}: attempt {attempt} answered {status}: in doubt", label(action)),
            None => format!("  {}: attempt {attempt} got no answer: in doubt", label(action)),
        },
        RunEvent::ActionLookedUp { action, attempt, found, .. } => {
            let seen = if *found { "took effect" } else { "took no effect, is sent again" };
            format!("  {}: looked up: attempt {attempt} {seen}", label(action))
        }
        RunEvent::ActionEnded { action, outcome, .. } => ended(&label(action), *outcome),
        RunEvent::WaveEnded { step, wave } => format!("  wave {wave} of {step} is over"),
        RunEvent::HoldOpened { step } => format!("  {step} holds"),
        RunEvent::HoldReleased { step, go_ahead } => match go_ahead {
            Some(_) => format!("  {step} goes on: a person signed"),
            None => format!("  {step} goes on: the watch saw it well"),
        },
        RunEvent::RunResumed { torn } => match torn {
            Some(torn) => format!("resumed; {} torn bytes were set aside", torn.bytes),
            None => "resumed".to_owned(),
        },
        RunEvent::BundleImported { action, .. } => format!("  result of `{action}` taken in, attested"),
        RunEvent::RunStarted { .. }
        | RunEvent::ReadAnswered { .. }
        | RunEvent::ReadFailed { .. }
        | RunEvent::ActionIntended { .. }
        | RunEvent::ActionAnswered { .. }
        | RunEvent::WaitStarted { .. }
        | RunEvent::WaitEnded { .. }
        | RunEvent::OutputWritten { .. }
        | RunEvent::ScriptStarted { .. }
        | RunEvent::BundleWritten { .. }
        | RunEvent::RunStopped { .. }
        | RunEvent::RunContinued { .. }
        | RunEvent::RunLeft { .. }
        | RunEvent::RunEnded { .. } => return None,
    })
}

fn ended(label: &str, outcome: Outcome) -> String {
    format!("  {:<12} {label}", outcome.as_str())
}

/// `09:14:03Z`: the day stands in the report.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}
