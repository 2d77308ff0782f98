//! A run as text: outcomes, what each means, what was shown to people, where the evidence lies.
//!
//! Derived from the log's fold alone; decides nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::diagnostic::visible;
use crate::log::fold::RunState;
use crate::log::model::Outcome;
use crate::plan::model::Header;
use crate::report::event::Labels;
use crate::report::visible::visible_lines;
use crate::value::{ActionId, RunId};

/// What a report is made of.
#[derive(Debug)]
pub struct RunReport<'a> {
    /// Which run.
    pub run: &'a RunId,
    /// Its plan's first line.
    pub header: &'a Header,
    /// The fold of its log.
    pub state: &'a RunState,
    /// Labels of the plan's actions.
    pub labels: &'a Labels,
    /// Texts that the playbook wants read, by file name.
    pub shown: &'a [(String, String)],
    /// Files that say, byte for byte, what the plan has shown already.
    pub in_plan: &'a [String],
    /// Who approved.
    pub principals: &'a [String],
    /// What to say at the end, if more than the outcomes do.
    pub message: Option<&'a str>,
    /// Name of a thing → where it lies.
    pub places: &'a [(String, &'a Path)],
}

/// The report as Markdown that also reads well on a terminal.
pub fn report(of: &RunReport<'_>) -> String {
    let mut out = String::new();
    let mark = if of.header.rehearsal { "   REHEARSAL" } else { "" };
    let _ = writeln!(
        out,
        "Run {} of {}{mark}",
        of.run,
        visible(&of.header.playbook.name)
    );
    let tenant = &of.header.tenant;
    let _ = writeln!(
        out,
        "  tenant    {} ({})",
        visible(&tenant.name),
        visible(tenant.id.as_str())
    );
    if let Some(started) = &of.state.started {
        let _ = writeln!(out, "  started   {}", started.at);
        let _ = writeln!(out, "  plan      sha256:{}", started.plan);
    }
    if !of.principals.is_empty() {
        let _ = writeln!(out, "  approved  {}", visible(&of.principals.join(", ")));
    }
    if of.header.policy_by != "machine" {
        out.push_str("  policy    chosen by the operator\n");
    }
    outcomes(&mut out, of);
    for (file, text) in of.shown {
        let _ = writeln!(out, "\n{}:", visible(file));
        for line in visible_lines(text.trim_end()).lines() {
            let _ = writeln!(out, "{}", format!("  {line}").trim_end());
        }
    }
    if !of.in_plan.is_empty() {
        let _ = writeln!(out, "\nAs the plan shows: {}", visible(&of.in_plan.join(", ")));
    }
    if let Some(message) = of.message {
        let _ = writeln!(out, "\n{}", visible_lines(message));
    }
    if !of.places.is_empty() {
        out.push('\n');
        for (name, path) in of.places {
            let _ = writeln!(out, "  {name:<10} {}", path.display());
        }
    }
    out
}

fn outcomes(out: &mut String, of: &RunReport<'_>) {
    let mut by_outcome: BTreeMap<Outcome, Vec<&ActionId>> = BTreeMap::new();
    let mut open = 0;
    for (id, action) in &of.state.actions {
        match &action.ended {
            Some(end) => by_outcome.entry(end.outcome).or_default().push(id),
            None => open += 1,
        }
    }
    out.push('\n');
    if by_outcome.is_empty() && open == 0 {
        out.push_str("Outcomes: nothing was changed\n");
        return;
    }
    out.push_str("Outcomes:\n");
    for (outcome, ids) in &by_outcome {
        let _ = writeln!(
            out,
            "  {:<12} {:>4}  {}",
            outcome.as_str(),
            ids.len(),
            meaning(*outcome)
        );
        if is_worth_naming(*outcome) {
            for id in ids {
                let _ = writeln!(out, "                     {}", of.labels.action(id));
            }
        }
    }
    if open > 0 {
        let _ = writeln!(out, "  {:<12} {open:>4}  begun, without an outcome yet", "open");
    }
}

fn is_worth_naming(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Failed
        | Outcome::InDoubt
        | Outcome::Drifted
        | Outcome::Unverified
        | Outcome::NotReached
        | Outcome::Attested
        | Outcome::Waiting => true,
        Outcome::Changed
        | Outcome::Unchanged
        | Outcome::Verified
        | Outcome::Skipped
        | Outcome::Protected
        | Outcome::NoEffect => false,
    }
}

/// What the word means, in a few more.
fn meaning(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Changed => "accepted by the service; nothing verifies it",
        Outcome::Unchanged => "was as wanted already",
        Outcome::Verified => "the effect was seen",
        Outcome::Unverified => "accepted, but the effect was not seen in time",
        Outcome::Attested => "a person says that it was done",
        Outcome::Skipped => "not needed any more",
        Outcome::Protected => "never a target",
        Outcome::NoEffect => "it would change nothing",
        Outcome::Drifted => "changed since the plan: left alone",
        Outcome::Waiting => "waits",
        Outcome::InDoubt => "sent, and nobody can say whether it took effect",
        Outcome::Failed => "refused by the service",
        Outcome::NotReached => "not tried",
    }
}
