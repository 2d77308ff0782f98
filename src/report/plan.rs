//! A plan as text: counts first, then what the playbook wants read, then per step, then per target.
//!
//! Reads the plan's lines once; keeps of a long list only what it shows.

mod step;
mod tally;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::BufRead;
use std::time::Duration;

use crate::diagnostic::visible;
use crate::plan::model::{Action, Ahead, Header, LeftOutLine, Line, Preview, Totals};
use crate::plan::reader::{ReadError, walk};
use crate::playbook::expression::format_duration;
use crate::program::model::Deferred;
use crate::report::plan::step::Listed;
use crate::report::titles::titles;
use crate::report::visible::visible_lines;
use crate::value::{Digest, StepId};

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
    titles: HashMap<StepId, String>,
    steps: BTreeMap<StepId, Listed>,
    left_out: BTreeMap<(StepId, String), LeftOut>,
    deferred: Vec<Deferred>,
    ahead: Vec<Ahead>,
    previews: BTreeMap<String, Vec<String>>,
    failed_reads: Vec<(String, String)>,
    totals: Totals,
}

/// Targets of one step that are left out for one reason.
#[derive(Default)]
struct LeftOut {
    count: usize,
    shown: Vec<LeftOutLine>,
}

/// The plan as text, and its digest.
///
/// # Errors
/// The bytes are no plan.
pub fn plan(text: impl BufRead, lines: Lines) -> Result<(String, Digest), ReadError> {
    let mut found = Found::default();
    let digest = walk(text, |line, _| found.take(line, lines))?;
    let header = found.header.take().expect("a plan begins with its header");
    found.titles = titles(&header.playbook.text);
    let mut out = String::new();
    head(&mut out, &header, &digest);
    counts(&mut out, &found.totals);
    shown(&mut out, &found.ahead);
    changes(&mut out, &found, lines);
    not_changed(&mut out, &found);
    later(&mut out, &found.deferred);
    ahead(&mut out, &found.ahead);
    failed_reads(&mut out, &found.failed_reads);
    needs(&mut out, &header);
    Ok((out, digest))
}

/// The texts that the playbook wants read and that are known in the plan: file name → content.
///
/// # Errors
/// The bytes are no plan.
pub fn texts(plan: impl BufRead) -> Result<BTreeMap<String, String>, ReadError> {
    let mut texts = BTreeMap::new();
    walk(plan, |line, _| {
        if let Line::Ahead(Ahead {
            text,
            content: Some(content),
            ..
        }) = line
        {
            texts.insert(text, content);
        }
    })?;
    Ok(texts)
}

impl Found {
    fn take(&mut self, line: Line, lines: Lines) {
        match line {
            Line::Header(header) => self.header = Some(*header),
            Line::Observation(observation) => {
                if let Some(failure) = observation.failure {
                    self.failed_reads
                        .push((observation.read.to_string(), failure.message));
                }
            }
            Line::Action(action) => self
                .steps
                .entry(action.step.clone())
                .or_default()
                .add(*action, lines),
            Line::LeftOut(line) => {
                let left = self
                    .left_out
                    .entry((line.step.clone(), line.outcome.clone()))
                    .or_default();
                left.count += 1;
                if left.shown.len() < lines.limit() {
                    left.shown.push(line);
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

    fn preview(&self, action: &Action) -> &[String] {
        self.previews.get(action.id.as_str()).map_or(&[], Vec::as_slice)
    }
}

fn head(out: &mut String, header: &Header, digest: &Digest) {
    let mark = if header.rehearsal { "   REHEARSAL" } else { "" };
    line(out, &format!("Plan of {}{mark}", visible(&header.playbook.name)));
    let tenant = &header.tenant;
    line(
        out,
        &format!(
            "  tenant    {} ({})",
            visible(&tenant.name),
            visible(tenant.id.as_str())
        ),
    );
    line(
        out,
        &format!(
            "  planned   {}, valid until {}",
            header.planned_at, header.valid_until
        ),
    );
    line(out, &format!("  digest    sha256:{digest}"));
}

fn counts(out: &mut String, totals: &Totals) {
    if has_no_change(totals) {
        return line(out, "  changes   none");
    }
    let conditional: u64 = totals
        .steps
        .iter()
        .filter(|step| step.conditional)
        .map(|step| step.actions)
        .sum();
    let mut text = format!("  changes   {}", count(totals.actions, "action", "actions"));
    if conditional > 0 {
        let _ = write!(text, ", {conditional} of them only where still needed then");
    }
    if totals.deferred_targets > 0 {
        let _ = write!(
            text,
            ", and at most {} that are known at apply",
            totals.deferred_targets
        );
    }
    line(out, &text);
    let mut touched = format!(
        "  touches   at most {}",
        count(totals.targets + totals.deferred_targets, "target", "targets")
    );
    if let Some(members) = totals.tenant_members {
        let _ = write!(touched, "; the tenant has {members} enabled, licensed members");
    }
    line(out, &touched);
    for (outcome, number) in &totals.left_out {
        line(out, &format!("  {outcome:<10}{number}"));
    }
    let shortest = format_duration(Duration::from_secs(totals.shortest_seconds));
    let waits = format_duration(Duration::from_secs(totals.waits_seconds));
    line(
        out,
        &format!("  takes     at least {shortest} of calls, and at most {waits} of waits and watches"),
    );
}

fn has_no_change(totals: &Totals) -> bool {
    totals.actions == 0 && totals.deferred_targets == 0
}

fn shown(out: &mut String, ahead: &[Ahead]) {
    for text in ahead.iter().filter_map(|ahead| ahead.content.as_ref()) {
        out.push('\n');
        for text in visible_lines(text.trim_end()).lines() {
            line(out, format!("  {text}").trim_end());
        }
    }
}

fn changes(out: &mut String, found: &Found, lines: Lines) {
    let totals = &found.totals;
    out.push('\n');
    if has_no_change(totals) {
        line(out, "Changes: none");
        if let Some(message) = &totals.ended {
            line(out, &format!("  {}", visible(message)));
        }
        return;
    }
    line(out, "Changes:");
    for step in totals.steps.iter().filter(|step| step.actions > 0) {
        step::head(out, step, found.titles.get(&step.step).map(String::as_str));
        if let Some(listed) = found.steps.get(&step.step) {
            listed.write(out, step, lines, |action| found.preview(action));
        }
    }
    for one in &found.deferred {
        if let Some(bound) = &one.bound {
            let title = found
                .titles
                .get(&one.step)
                .map_or(String::new(), |title| format!(": {}", visible(title)));
            line(out, &format!("\n  {}{title}", one.step));
            line(out, &format!("    {}", visible(&one.because)));
            let targets = count(bound.targets as u64, "target", "targets");
            line(
                out,
                &format!("    at most {targets} of {}", visible(&bound.pattern)),
            );
        }
    }
}

fn not_changed(out: &mut String, found: &Found) {
    if found.left_out.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Not changed:");
    for ((step, outcome), left) in &found.left_out {
        line(out, &format!("\n  {step}: {} {outcome}", left.count));
        for one in &left.shown {
            line(
                out,
                &format!("    {}: {}", visible(&one.label), visible(&one.because)),
            );
        }
        let rest = left.count - left.shown.len();
        if rest > 0 {
            line(
                out,
                &format!("    … and {rest} more; `redress show PLAN --all` lists them"),
            );
        }
    }
}

/// Steps without a bound of their own, together where the reason is the same.
fn later(out: &mut String, deferred: &[Deferred]) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for one in deferred.iter().filter(|one| one.bound.is_none()) {
        match reasons.iter_mut().find(|(because, _)| *because == one.because) {
            Some((_, steps)) => steps.push(one.step.as_str()),
            None => reasons.push((&one.because, vec![one.step.as_str()])),
        }
    }
    if reasons.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "Known at apply:");
    for (because, steps) in reasons {
        line(out, &format!("  {}: {}", steps.join(", "), visible(because)));
    }
}

/// What is not shown as a text already.
fn ahead(out: &mut String, ahead: &[Ahead]) {
    let rest: Vec<&Ahead> = ahead.iter().filter(|one| one.content.is_none()).collect();
    if rest.is_empty() {
        return;
    }
    out.push('\n');
    line(out, "On the way:");
    for one in rest {
        line(
            out,
            &format!("  {}: {} {}", one.step, one.what, visible(&one.text)),
        );
    }
}

fn failed_reads(out: &mut String, failed: &[(String, String)]) {
    if failed.is_empty() {
        return;
    }
    let mut steps: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (read, message) in failed {
        let step = read.split('/').next().unwrap_or(read);
        *steps.entry((step, message)).or_default() += 1;
    }
    out.push('\n');
    line(out, "Could not be read (the playbook goes on without):");
    for ((step, message), number) in steps {
        let times = if number == 1 {
            String::new()
        } else {
            format!(", {number} times")
        };
        line(out, &format!("  {step}{times}: {}", visible(message)));
    }
}

fn needs(out: &mut String, header: &Header) {
    out.push('\n');
    let approvals = count(header.approvals as u64, "approval", "approvals");
    let policy = match header.policy_by.as_str() {
        "machine" => "policy of this machine",
        _ => "policy chosen by the operator",
    };
    line(
        out,
        &format!(
            "Needs {approvals} ({policy}); may be applied once, under ledger {}.",
            header.ledger
        ),
    );
}

fn count(number: u64, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
