//! The log is cut after each of its records, the tenant set back to that moment, and the run resumed: the end is
//! the same, nothing is changed twice and nothing lost.
//!
//! Each cut is made twice: what was on its way arrived, or it did not. Many random plans are in `many`.

use std::collections::BTreeMap;
use std::sync::Arc;

use redress::log::fold::{AttemptResult, HoldState, RunState};
use redress::log::model::Outcome;
use redress::program::model::Request;
use redress::run::ports::Door;
use redress::value::Timestamp;

use crate::bench::{Planned, Process, later, plan_with, planned_at, users};
use crate::journal::Snapshot;
use crate::playbooks::{REFRESH, WAVES_AND_HOLD, locate, of, revoke, revoke_as};
use crate::scripts::refresh;
use crate::world::{Fault, State};

/// A run to cut.
pub struct Case {
    pub name: String,
    pub playbook: String,
    pub users: usize,
    pub state: State,
    pub door: Door,
}

impl Case {
    fn new(name: &str, playbook: String, users: usize) -> Self {
        Case {
            name: name.to_owned(),
            playbook,
            users,
            state: State::of(users),
            door: Door::Here,
        }
    }

    fn fault(mut self, user: usize, fault: Fault) -> Self {
        self.state = self.state.fault(user, fault);
        self
    }

    fn door(mut self, door: Door) -> Self {
        self.door = door;
        self
    }

    fn calm_after(mut self, seconds: i64) -> Self {
        self.state.calm_from = Some(later(planned_at(), seconds));
        self
    }
}

/// What must be the same, however often the process died.
#[derive(Debug, PartialEq)]
struct End {
    exit: Option<u8>,
    outcomes: BTreeMap<String, Outcome>,
    steps: BTreeMap<String, (usize, bool, Option<bool>)>,
    reads: Vec<String>,
    artefacts: BTreeMap<String, String>,
    effects: Vec<u32>,
    servers: BTreeMap<String, u32>,
}

fn end(process: &Process) -> End {
    let state: RunState = process.journal.state();
    let tenant = process.tenant.state.lock().unwrap().clone();
    let step = |step: &redress::log::fold::StepState| {
        let released = matches!(step.hold, HoldState::Released { .. });
        let reached = step
            .wait
            .as_ref()
            .and_then(|wait| wait.ended.as_ref())
            .map(|end| end.reached);
        (step.waves_ended, released, reached)
    };
    let text = |bytes: &Arc<Vec<u8>>| String::from_utf8_lossy(bytes).into_owned();
    let artefacts = &process.journal.folder().artefacts;
    End {
        exit: state.ended,
        outcomes: process.outcomes(),
        steps: state
            .steps
            .iter()
            .map(|(id, found)| (id.to_string(), step(found)))
            .collect(),
        reads: state.reads.keys().map(ToString::to_string).collect(),
        artefacts: artefacts
            .iter()
            .map(|(name, bytes)| (name.clone(), text(bytes)))
            .collect(),
        effects: tenant.effects(),
        servers: tenant.servers,
    }
}

/// What was on its way when the process died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnItsWay {
    Lost,
    Arrived,
}

/// A run that went to its end undisturbed.
pub struct Whole {
    pub case: Case,
    pub planned: Arc<Planned>,
    pub process: Process,
    start: Snapshot,
    end: End,
}

impl Whole {
    pub async fn of(case: Case) -> Self {
        let planned = plan_with(&case.playbook, users(case.users), &case.state, case.door).await;
        let planned = Arc::new(planned.unwrap_or_else(|error| panic!("{}: {error}", case.name)));
        let process = Process::new(&planned, case.state.clone()).through(case.door);
        let start = process.left_behind();
        let left = process.to_end().await.unwrap();
        assert!(left.ended, "{}: {left:?}", case.name);
        process.assert_promises(&case.name);
        let end = end(&process);
        Whole {
            case,
            planned,
            process,
            start,
            end,
        }
    }

    pub fn records(&self) -> usize {
        self.process.journal.records().len()
    }

    /// The process that finds the log cut after so many records; none where nothing was on its way to arrive.
    pub fn cut(&self, records: usize, on_its_way: OnItsWay) -> Option<Process> {
        let last = records.checked_sub(1);
        let snapshot = last.map_or_else(|| self.start.clone(), |last| self.process.journal.snapshot(last));
        let died = snapshot.at;
        let log = self.process.journal.cut(records);
        let process = Process::after(&self.planned, &log, snapshot, self.case.door);
        (on_its_way == OnItsWay::Lost || deliver(&process, died)).then_some(process)
    }

    /// Resumes there; false where there is no such cut.
    pub async fn survives(&self, records: usize, on_its_way: OnItsWay) -> bool {
        let Some(process) = self.cut(records, on_its_way) else {
            return false;
        };
        let hint = format!("{}: cut after {records} records, {on_its_way:?}", self.case.name);
        let left = process
            .to_end()
            .await
            .unwrap_or_else(|error| panic!("{hint}: {error}"));
        assert!(left.ended, "{hint}: {left:?}");
        process.assert_promises(&hint);
        assert_eq!(end(&process), self.end, "{hint}");
        true
    }
}

/// Runs to the end, then from every cut; gives how many cuts that were.
async fn cut_everywhere(case: Case) -> usize {
    let whole = Whole::of(case).await;
    let mut cuts = 0;
    for records in 0..=whole.records() {
        for on_its_way in [OnItsWay::Lost, OnItsWay::Arrived] {
            cuts += usize::from(whole.survives(records, on_its_way).await);
        }
    }
    eprintln!("{}: {cuts} cuts of {} records", whole.case.name, whole.records());
    cuts
}

/// Whatever stands as an intent without an answer and had not arrived does so as the process dies; false where there is none.
fn deliver(process: &Process, died: Timestamp) -> bool {
    let state = process.journal.state();
    let mut delivered = false;
    for (action, found) in &state.actions {
        let Some(last) = found.attempts.last() else {
            continue;
        };
        let open = last.result == AttemptResult::Pending && last.looked_up.is_none() && found.ended.is_none();
        let mut tenant = process.tenant.state.lock().unwrap();
        if !open || tenant.arrived.contains(&last.client_request_id) {
            continue;
        }
        match request(&process.planned, action.as_str()) {
            Some(Request::Graph(graph)) => {
                tenant.arrived.insert(last.client_request_id.clone());
                let _ = tenant.change(&graph, died);
            }
            Some(Request::PowerShell(_)) => {
                let folder = format!("{action}:attempt-{}", last.number);
                if tenant.scripts.contains_key(&folder) {
                    continue;
                }
                tenant.scripts.insert(folder, true);
                drop(tenant);
                refresh(&process.tenant, action.as_str().split('/').nth(1).unwrap());
            }
            Some(Request::Rest(_)) | None => continue,
        }
        delivered = true;
    }
    delivered
}

/// The action's request, from the plan's line.
fn request(planned: &Planned, action: &str) -> Option<Request> {
    let lines = planned
        .bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    for line in lines {
        let line: redress::plan::model::Line = serde_json::from_slice(line).unwrap();
        if let redress::plan::model::Line::Action(found) = line
            && found.id.as_str() == action
        {
            return found.request;
        }
    }
    None
}

fn conditional() -> String {
    of(&format!(
        "{}  - id: again
    title: Who is still there
    for_each: inputs.users
    as: user
    graph: GET /users/{{{{user.id}}}}?$select=id,signInSessionsValidFromDateTime
  - id: left
    title: Half of them
    compute: inputs.users.filter(u, again.exists(a, a.id == u.id && a.id < '00000004'))
{}",
        revoke("inputs.users", "max_failures: 1"),
        locate(
            "locate",
            "left",
            "among: inputs.users\nconcurrency: 2\nmax_failures: 2"
        ),
    ))
}

fn everything() -> String {
    of(&format!(
        "{}  - id: pause
    title: Wait a little
    wait: 5m
  - id: long
    title: Wait long
    wait: 2h
  - id: look
    title: Watch
    wait: {{graph: GET /organization, until: result.calm, every: 1m, within: 20m}}
  - id: gate
    title: Look at it
    approve: All well?
  - id: file
    title: Who was changed
    output:
      file: outcomes.json
      json: steps.revoke.counts
",
        revoke("inputs.users", WAVES_AND_HOLD)
    ))
}

#[tokio::test]
async fn waves_a_hold_and_a_verification_survive_every_cut() {
    let text = of(&revoke("inputs.users", WAVES_AND_HOLD));
    let cuts = cut_everywhere(Case::new("released by the watch", text.clone(), 6).calm_after(300)).await;
    assert!(cuts > 40, "{cuts}");
    cut_everywhere(Case::new("released by a signature", text, 5)).await;
}

#[tokio::test]
async fn faults_survive_every_cut() {
    let text = of(&revoke("inputs.users", "max_failures: 3\nconcurrency: 3"));
    let case = Case::new("once", text, 5)
        .fault(1, Fault::Busy)
        .fault(2, Fault::CutAfter)
        .fault(3, Fault::CutBefore)
        .fault(4, Fault::Throttled);
    cut_everywhere(case).await;
    let text = of(&locate(
        "locate",
        "inputs.users",
        "max_failures: 3\nconcurrency: 3",
    ));
    let case = Case::new("harmless", text, 4)
        .fault(1, Fault::Busy)
        .fault(2, Fault::CutAfter)
        .fault(3, Fault::CutBefore);
    cut_everywhere(case).await;
}

#[tokio::test]
async fn a_threshold_and_its_go_ahead_survive_every_cut() {
    let text = of(&revoke(
        "inputs.users",
        "waves: [1, 100%]\nmax_failures: 1\nconcurrency: 4",
    ));
    let case = Case::new("threshold", text, 6)
        .fault(1, Fault::Refused)
        .fault(3, Fault::Forbidden)
        .fault(5, Fault::Refused);
    cut_everywhere(case).await;
}

#[tokio::test]
async fn reads_after_a_change_and_conditional_actions_survive_every_cut() {
    cut_everywhere(Case::new("among", conditional(), 5).fault(2, Fault::CutAfter)).await;
}

#[tokio::test]
async fn waits_outputs_and_gates_survive_every_cut() {
    cut_everywhere(Case::new("everything", everything(), 4).fault(3, Fault::CutBefore)).await;
}

#[tokio::test]
async fn two_changes_of_the_same_targets_survive_every_cut() {
    let steps = format!(
        "{}{}",
        revoke_as("revoke", "inputs.users", "max_failures: 4"),
        locate(
            "locate",
            "inputs.users",
            "waves: [2, 100%]\nhold: approve\nmax_failures: 1"
        )
    );
    let case = Case::new("two changes", of(&steps), 4)
        .fault(2, Fault::Refused)
        .fault(4, Fault::CutAfter);
    cut_everywhere(case).await;
}

#[tokio::test]
async fn scripts_survive_every_cut() {
    let text = of(&format!("{REFRESH}{}", revoke("inputs.users", "")));
    cut_everywhere(Case::new("here", text.clone(), 1)).await;
    cut_everywhere(Case::new("handed over", text, 1).door(Door::HandOver)).await;
}
