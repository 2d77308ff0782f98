//! What happens in a run, as it happens: one calm line each.
//!
//! Most records say nothing to a person; those give no line.

use std::collections::HashMap;
use std::io::BufRead;

use crate::diagnostic::visible;
use crate::engine::model::ATTEMPT_LIMIT;
use crate::log::model::{Outcome, Record, RunEvent};
use crate::plan::model::Line;
use crate::plan::reader::{ReadError, walk};
use crate::report::titles::titles;
use crate::report::visible::visible_lines;
use crate::run::world::Notice;
use crate::value::{ActionId, StepId, Timestamp};

/// What people call the targets of actions, and steps.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    actions: HashMap<ActionId, String>,
    steps: HashMap<StepId, String>,
}

impl Labels {
    /// The action's target; what the plan does not list, such as a script that reads: its step or id.
    pub fn action(&self, action: &ActionId) -> String {
        match self.actions.get(action) {
            Some(label) => visible(label).into_owned(),
            None => self.read(action),
        }
    }

    /// A step without targets is one read or script: its title says more than its id.
    fn read(&self, action: &ActionId) -> String {
        match action.as_str().split_once('/') {
            Some((step, rest)) if rest.starts_with("-/") => self.step(&StepId::new(step)),
            Some(_) | None => action.to_string(),
        }
    }

    /// The step's id, with its title.
    pub fn step(&self, step: &StepId) -> String {
        match self.steps.get(step) {
            Some(title) => format!("{step}: {}", visible(title)),
            None => step.to_string(),
        }
    }
}

/// The labels of a plan's actions, and the titles of its steps.
///
/// # Errors
/// The bytes are no plan.
pub fn labels(plan: impl BufRead) -> Result<Labels, ReadError> {
    let mut labels = Labels::default();
    walk(plan, |line, _| match line {
        Line::Header(header) => labels.steps = titles(&header.playbook.text),
        Line::Action(action) => {
            labels.actions.insert(action.id, action.label);
        }
        Line::Observation(_)
        | Line::LeftOut(_)
        | Line::Deferred(_)
        | Line::Ahead(_)
        | Line::Preview(_)
        | Line::Totals(_) => {}
    })?;
    Ok(labels)
}

/// A line for a notice, if it is worth one.
pub fn notice(notice: &Notice<'_>, labels: &Labels) -> Option<String> {
    match notice {
        Notice::Recorded(record) => recorded(record, labels),
        Notice::Waiting { until, why } => Some(format!(
            "  waits        until {} at the latest: {why}",
            time(*until)
        )),
        Notice::Say(text) => Some(format!("  {}", visible_lines(text).replace('\n', "\n  "))),
    }
}

fn recorded(record: &Record<RunEvent>, labels: &Labels) -> Option<String> {
    let label = |action: &ActionId| labels.action(action);
    Some(match &record.event {
        RunEvent::StepStarted { step } => format!("{}  {}", time(record.at), labels.step(step)),
        RunEvent::ActionUnanswered { action, attempt, status, .. } => match status {
            Some(status) => format!("  in doubt     {}: attempt {attempt} was answered {status}", label(action)),
            None => format!("  in doubt     {}: attempt {attempt} got no answer", label(action)),
        },
        RunEvent::ActionLookedUp { action, attempt, found, .. } => {
            let seen = match (*found, *attempt < ATTEMPT_LIMIT) {
                (true, _) => "took effect",
                (false, true) => "took no effect, is sent again",
                (false, false) => "took no effect; it is not sent again",
            };
            format!("  looked up    {}: attempt {attempt} {seen}", label(action))
        }
        RunEvent::ActionEnded { action, outcome, .. } => ended(&label(action), *outcome),
        RunEvent::WaveEnded { step, wave } => format!("  wave {wave} of `{step}` is over"),
        RunEvent::HoldOpened { step } => format!("  `{step}` holds"),
        RunEvent::HoldReleased { step, go_ahead } => match go_ahead {
            Some(_) => format!("  `{step}` goes on: a person signed"),
            None => format!("  `{step}` goes on: the watch saw that it is well"),
        },
        RunEvent::RunResumed { torn } => match torn {
            Some(torn) => format!("resumed; {} torn bytes were set aside", torn.bytes),
            None => "resumed".to_owned(),
        },
        RunEvent::BundleImported { action, .. } => format!("  result of `{action}` taken in, attested"),
        RunEvent::RunStarted { .. }
        | RunEvent::ReadAnswered { .. }
        | RunEvent::ReadFailed { .. }
        // The outcome follows at once, and says the same.
        | RunEvent::ActionChecked { .. }
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
    let more = match outcome {
        Outcome::Skipped => ": not needed any more",
        Outcome::Drifted => ": changed since the plan, left alone",
        Outcome::Changed
        | Outcome::Unchanged
        | Outcome::Verified
        | Outcome::Unverified
        | Outcome::Attested
        | Outcome::Protected
        | Outcome::NoEffect
        | Outcome::Waiting
        | Outcome::InDoubt
        | Outcome::Failed
        | Outcome::NotReached => "",
    };
    format!("  {:<12} {label}{more}", outcome.as_str())
}

/// `09:14:03Z`: the day stands in the report.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}
