//! A plan as text: counts first, then per step, then per target.
//!
//! Reads the plan's lines once; keeps of a long list only what it shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::time::Duration;

use crate::plan::model::{Action, Ahead, Header, LeftOutLine, Line, Preview, StepTotals, Totals};
use crate::plan::reader::{ReadError, walk};
use crate::playbook::expression::format_duration;
use crate::diagnostic::visible;
use crate::program::model::Deferred;
use crate::report::visible::visible_lines;
use crate::value::{Digest, Json, StepId};

/// How many targets of one step are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Long lists are folded.
    Folded,
    /// Everything.
    All,
}

impl Lines {
    fn limit(self) -> usize {
        match self {
            Lines::Folded => 12,
            Lines::All => usize::MAX,
        }
    }
}

/// What is kept of a plan while it is read.
#[derive(Default)]
struct Found {
    header: Option<Header>,
    actions: BTreeMap<StepId, Vec<Action>>,
    left_out: BTreeMap<(StepId, String), Vec<LeftOutLine>>,
    deferred: Vec<Deferred>,
    ahead: Vec<Ahead>,
    previews: BTreeMap<String, Vec<String>>,
    failed_reads: Vec<(String, String)>,
    totals: Totals,
}

/// The plan as text, and its digest.
///
/// # Errors
/// The bytes are no plan.
pub fn plan(text: impl BufRead, lines: Lines) -> Result<(String, Digest), ReadError> {
    let mut found = Found::default();
    let limit = lines.limit();
    let digest = walk(text, |line, _| found.take(line, limit))?;
    let header = found.header.take().expect("a plan begins with its header");
    let mut out = String::new();
    head(&mut out, &header, &digest);
    shown(&mut out, &found.ahead);
    changes(&mut out, &found, limit);
    not_changed(&mut out, &found);
    later(&mut out, &found.deferred);
    ahead(&mut out, &found.ahead);
    failed_reads(&mut out, &found.failed_reads);
    needs(&mut out, &header);
    Ok((out, digest))
}

impl Found {
    fn take(&mut self, line: Line, limit: usize) {
        match line {
            Line::Header(header) => self.header = Some(*header),
            Line::Observation(observation) => {
                if let Some(failure) = observation.failure {
                    self.failed_reads.push((observation.read.to_string(), failure.message));
                }
            }
            Line::Action(action) => {
                let list = self.actions.entry(action.step.clone()).or_default();
                if list.len() < limit {
                    list.push(*action);
                }
            }
            Line::LeftOut(line) => {
                let key = (line.step.clone(), line.outcome.clone());
                let list = self.left_out.entry(key).or_default();
                if list.len() < limit {
                    list.push(line);
                }
            }
            Line::Deferred(deferred) => self.deferred.push(deferred),
            Line::Ahead(ahead) => self.ahead.push(ahead),
            Line::Preview(Preview { action, lines }) => {
                self.previews.insert(action.to_string(), lines);
            }
            Line::Totals(totals) => self.totals = totals,
        }
    }
}

fn head(out: &mut String, header: &Header, digest: &Digest) {
    let mark = if header.rehearsal { "   REHEARSAL" } else { "" };
    line(out, &format!("Plan of {}{mark}", visible(&header.playbook.name)));
    let tenant = &header.tenant;
    line(out, &format!("  tenant    {} ({})", visible(&tenant.name), visible(tenant.id.as_str())));
    line(out, &format!("  planned   {}, valid until {}", header.planned_at, header.valid_until));
    line(out, &format!("  digest    sha256:{digest}"));
}

/// The texts that the playbook wants read.
fn shown(out: &mut String, ahead: &[Ahead]) {
    for text in ahead.iter().filter_map(|ahead| ahead.content.as_ref()) {
        out.push('\n');
        for text in visible_lines(text.trim_end()).lines() {
            line(out, format!("  {text}").trim_end());
        }
    }
}

fn changes(out: &mut String, found: &Found, limit: usize) {
    let totals = &found.totals;
    out.push('\n');
    if totals.actions == 0 && totals.deferred_targets == 0 {
        line(out, "Changes: none");
        if let Some(message) = &totals.ended {
            line(out, &format!("  {}", visible(message)));
        }
        return;
    }
    let mut counts = format!("Changes: {}", count(totals.actions, "action", "actions"));
    let _ = write!(counts, " on {}", count(totals.targets, "target", "targets"));
    if totals.deferred_targets > 0 {
        let _ = write!(counts, ", and at most {} more that are known at apply", totals.deferred_targets);
    }
    if let Some(members) = totals.tenant_members {
        let _ = write!(counts, "; the tenant has {members} enabled, licensed members");
    }
    line(out, &counts);
    let shortest = format_duration(Duration::from_secs(totals.shortest_seconds));
    let waits = format_duration(Duration::from_secs(totals.waits_seconds));
    line(out, &format!("  takes at least {shortest} of calls, and at most {waits} of waits and watches"));
    for step in totals.steps.iter().filter(|step| step.actions > 0) {
        step_head(out, step);
        let shown = found.actions.get(&step.step).map_or(&[][..], Vec::as_slice);
        for one in shown {
            action(out, one, found.previews.get(one.id.as_str()));
        }
        let rest = step.actions - shown.len() as u64;
        if rest > 0 && shown.len() >= limit {
            line(out, &format!("    … and {rest} more; `redress show PLAN --all` lists them"));
        }
    }
}

fn step_head(out: &mut String, step: &StepTotals) {
    let mut text = format!("\n  {}: {}", step.step, count(step.actions, "action", "actions"));
    if step.conditional {
        text.push_str(" at most; which of them is known at apply");
    }
    if step.waves.len() > 1 {
        let waves: Vec<String> = step.waves.iter().map(ToString::to_string).collect();
        let _ = write!(text, "; waves end after {}", waves.join(", "));
    }
    if step.hold {
        text.push_str("; holds after the first wave");
    }
    let _ = write!(text, "; stops after {} failures", step.max_failures + 1);
    if step.irreversible {
        text.push_str("; IRREVERSIBLE");
    }
    line(out, &text);
}

fn action(out: &mut String, action: &Action, preview: Option<&Vec<String>>) {
    let sign = if action.conditional { '?' } else { '~' };
    line(out, &format!("    {sign} {}", visible(&action.label)));
    let request = match (&action.request, &action.pattern) {
        (Some(request), _) => request.headline(),
        (None, Some(pattern)) => format!("{pattern} (known after apply)"),
        (None, None) => "(known after apply)".to_owned(),
    };
    line(out, &format!("        {}", visible(&request)));
    if let Some(consequence) = &action.consequence {
        line(out, &format!("        {}", visible(consequence)));
    }
    if !action.rests_on.is_empty() {
        let fields: Vec<String> = action.rests_on.iter().map(|(k, v)| format!("{k} = {}", json(v))).collect();
        line(out, &format!("        rests on {}", visible(&fields.join(", "))));
    }
    for text in preview.into_iter().flatten() {
        line(out, &format!("        -WhatIf: {}", visible(text)));
    }
}

fn json(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn not_changed(out: &mut String, found: &Found) {
    if found.left_out.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Not changed:");
    for ((step, outcome), lines) in &found.left_out {
        for left in lines {
            line(
                out,
                &format!("  {step}: {outcome}  {}: {}", visible(&left.label), visible(&left.because)),
            );
        }
    }
}

fn later(out: &mut String, deferred: &[Deferred]) {
    if deferred.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Known at apply:");
    for one in deferred {
        let bound = one.bound.as_ref().map_or(String::new(), |bound| {
            format!("; at most {} of {}", count(bound.targets as u64, "target", "targets"), bound.pattern)
        });
        line(out, &format!("  {}: {}{}", one.step, visible(&one.because), visible(&bound)));
    }
}

fn ahead(out: &mut String, ahead: &[Ahead]) {
    if ahead.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "On the way:");
    for one in ahead {
        line(out, &format!("  {}: {} {}", one.step, one.what, visible(&one.text)));
    }
}

fn failed_reads(out: &mut String, failed: &[(String, String)]) {
    if failed.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Could not be read (the playbook goes on without):");
    for (read, message) in failed {
        line(out, &format!("  {read}: {}", visible(message)));
    }
}

fn needs(out: &mut String, header: &Header) {
    out.push('\n');
    let approvals = count(header.approvals as u64, "approval", "approvals");
    let policy = match header.policy_by.as_str() {
        "machine" => "policy of this machine",
        _ => "policy chosen by the operator",
    };
    line(out, &format!("Needs {approvals} ({policy}); may be applied once, under ledger {}.", header.ledger));
}

fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
