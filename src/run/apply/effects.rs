//! One effect of a change: read before, send, look up, watch. Reports what happened as a value.
//!
//! Appends nothing and decides nothing: the run's one task does.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use crate::engine::model::Effect;
use crate::log::model::{CheckVerdict, Outcome, RunEvent};
use crate::plan::drift;
use crate::program::change::{Candidate, Disposition};
use crate::program::model::{ProgramError, Request};
use crate::program::precheck::{Judgement, value_of};
use crate::program::watch::WatchRun;
use crate::run::apply::happened::{Performed, What};
use crate::run::apply::{Run, RunError};
use crate::run::ports::CallErrorKind;
use crate::run::world::World;
use crate::value::{ActionId, Digest, Json, Timestamp, canonical};

/// A look-up that cannot be read is tried again so often before a person must look.
const LOOK_UP_TRIES: u32 = 5;

/// The record that must be durable before the attempt is sent.
pub(super) fn intent(candidate: &Candidate, attempt: u32, client_request_id: &str) -> RunEvent {
    let request = serde_json::to_value(exact(candidate)).expect("a request can be said in JSON");
    RunEvent::ActionIntended {
        action: candidate.id.clone(),
        attempt,
        client_request_id: client_request_id.to_owned(),
        request: canonical::digest(&request).unwrap_or_else(|_| Digest::of(request.to_string().as_bytes())),
    }
}

fn exact(candidate: &Candidate) -> &Request {
    match &candidate.disposition {
        Disposition::Act(Some(request)) => request,
        Disposition::Act(None) | Disposition::LeaveOut { .. } => {
            unreachable!("at apply every action's request is known")
        }
    }
}

/// Does it.
pub(super) async fn perform(
    world: World,
    candidate: Candidate,
    effect: Effect,
    before: BTreeMap<String, Json>,
    client_request_id: String,
) -> Performed {
    let mut checks = None;
    let (index, what) = match effect {
        Effect::Check(index) => {
            let (what, read) = check(&world, &candidate).await;
            checks = read;
            (index, what)
        }
        Effect::Send { index, attempt } => {
            (index, send(&world, &candidate, attempt, &client_request_id).await)
        }
        Effect::LookUp { index, attempt } => (index, look_up(&world, &candidate, attempt, &before).await),
        Effect::Verify { index, since } => (index, verify(&world, &candidate, since, &before).await),
        Effect::Close { .. } => unreachable!("closing is a record, not an effect"),
    };
    Performed {
        index,
        action: candidate.id.clone(),
        what,
        checks,
    }
}

async fn check(world: &World, candidate: &Candidate) -> (What, Option<BTreeMap<String, Json>>) {
    let reads = match candidate.check_reads() {
        Ok(reads) => reads,
        Err(error) => return (program_failed(&error), None),
    };
    let mut answers = BTreeMap::new();
    for read in reads {
        let folder = || world.journal.script_folder(&candidate.id, &read.name);
        match world.read.read(&read.request, &candidate.id, folder).await {
            Ok(answer) => {
                answers.insert(read.name, value_of(&answer));
            }
            Err(error) if error.status == Some(404) => {
                let gone =
                    json!({"differences": [{"field": "(target)", "observed": "there", "now": "gone"}]});
                return (
                    What::Checked {
                        verdict: CheckVerdict::Drifted,
                        details: gone,
                    },
                    None,
                );
            }
            Err(error) => {
                let details = json!({"check": read.name, "error": error.message});
                return (ended(Outcome::Failed, details), None);
            }
        }
    }
    match judge(candidate, &answers) {
        Ok((verdict, details)) => (What::Checked { verdict, details }, Some(answers)),
        Err(error) => (program_failed(&error), None),
    }
}

fn judge(
    candidate: &Candidate,
    answers: &BTreeMap<String, Json>,
) -> Result<(CheckVerdict, Json), ProgramError> {
    if let Judgement::Skip { because } = candidate.judge(answers)? {
        return Ok((CheckVerdict::Skip, json!({"read": answers, "because": because})));
    }
    let rests_on = candidate.rests_on()?;
    let subject = candidate.drift_subject(answers).unwrap_or(&Json::Null);
    let differences = drift::differences(&rests_on, subject);
    let verdict = if differences.is_empty() {
        CheckVerdict::Go
    } else {
        CheckVerdict::Drifted
    };
    Ok((verdict, json!({"read": answers, "differences": differences})))
}

async fn send(world: &World, candidate: &Candidate, attempt: u32, client_request_id: &str) -> What {
    let request = exact(candidate);
    let result = match request {
        Request::Graph(graph) => world.changes.change(graph, client_request_id).await,
        Request::PowerShell(_) => {
            let folder = script_folder(world, candidate, attempt);
            world
                .read
                .scripts
                .change(&world.read.job(request, &candidate.id, folder))
                .await
        }
        Request::Rest(_) => unreachable!("a `rest` step only reads"),
    };
    match result {
        Ok(answer) => What::Answered { attempt, answer },
        Err(error) => match error.kind {
            CallErrorKind::Refused | CallErrorKind::Permission => What::Refused { attempt, error },
            CallErrorKind::SignIn | CallErrorKind::NotAllowed | CallErrorKind::NotSent => {
                ended(Outcome::Failed, json!({"never_sent": error.message}))
            }
            CallErrorKind::Busy | CallErrorKind::NoAnswer | CallErrorKind::Malformed => {
                What::Unanswered { attempt, error }
            }
        },
    }
}

fn script_folder(world: &World, candidate: &Candidate, attempt: u32) -> std::path::PathBuf {
    world
        .journal
        .script_folder(&candidate.id, &format!("attempt-{attempt}"))
}

/// A script's own records come first: they say whether it began and how it ended.
async fn look_up(
    world: &World,
    candidate: &Candidate,
    attempt: u32,
    before: &BTreeMap<String, Json>,
) -> What {
    let request = exact(candidate);
    if let Request::PowerShell(_) = request {
        let folder = script_folder(world, candidate, attempt);
        let job = world.read.job(request, &candidate.id, folder);
        match world.read.scripts.recover(&job).await {
            Ok(answer) => return What::Answered { attempt, answer },
            Err(error) if error.kind == CallErrorKind::NotSent => {
                let details = json!({"script": "left no begin record"});
                return What::LookedUp {
                    attempt,
                    found: false,
                    details,
                };
            }
            Err(error) if error.kind == CallErrorKind::Refused => return What::Refused { attempt, error },
            Err(_) => {}
        }
    }
    let watch = match candidate.verification(before) {
        Ok(Some(watch)) => watch,
        Ok(None) => return ended(Outcome::InDoubt, json!({"look_up": "nothing can be looked up"})),
        Err(error) => return program_failed(&error),
    };
    let mut last = String::new();
    for _ in 0..LOOK_UP_TRIES {
        match see(world, candidate, &watch, "lookup").await {
            Ok((found, details)) => {
                return What::LookedUp {
                    attempt,
                    found,
                    details,
                };
            }
            Err(message) => last = message,
        }
        world.read.clock.sleep(watch.every).await;
    }
    ended(Outcome::InDoubt, json!({"look_up": last}))
}

async fn verify(
    world: &World,
    candidate: &Candidate,
    since: Timestamp,
    before: &BTreeMap<String, Json>,
) -> What {
    let watch = match candidate.verification(before) {
        Ok(Some(watch)) => watch,
        Ok(None) => return ended(Outcome::Changed, Json::Null),
        Err(error) => return program_failed(&error),
    };
    let until = add(since, watch.within);
    let mut last;
    loop {
        match see(world, candidate, &watch, "verify").await {
            Ok((true, details)) => return ended(Outcome::Verified, details),
            Ok((false, details)) => last = details,
            Err(message) => last = json!({"error": message}),
        }
        let now = world.read.clock.now();
        if now >= until {
            return ended(Outcome::Unverified, last);
        }
        let left = Duration::try_from(until.duration_since(now)).unwrap_or_default();
        world.read.clock.sleep(watch.every.min(left)).await;
    }
}

/// One look: whether the condition holds, and what was read.
async fn see(
    world: &World,
    candidate: &Candidate,
    watch: &WatchRun,
    label: &str,
) -> Result<(bool, Json), String> {
    let folder = || world.journal.script_folder(&candidate.id, label);
    let answer = world
        .read
        .read(&watch.request, &candidate.id, folder)
        .await
        .map_err(|error| error.message)?;
    let holds = watch.holds(&answer).map_err(|error| error.message)?;
    Ok((holds, json!({"read": value_of(&answer)})))
}

pub(super) fn add(at: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| at.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

fn ended(outcome: Outcome, details: Json) -> What {
    What::Ended { outcome, details }
}

fn program_failed(error: &ProgramError) -> What {
    ended(Outcome::Failed, json!({"program": error.to_string()}))
}

impl Run<'_> {
    /// What was read right before the change: from this process, else from the log's details.
    pub(super) fn before(&self, action: &ActionId) -> Result<BTreeMap<String, Json>, RunError> {
        if let Some(checks) = self.checks.get(action) {
            return Ok(checks.clone());
        }
        let checked = self.state.actions.get(action).and_then(|a| a.checked.as_ref());
        let Some(checked) = checked else {
            return Ok(BTreeMap::new());
        };
        let details: Json = self.kept(&checked.details)?;
        Ok(details
            .get("read")
            .and_then(Json::as_object)
            .map(|read| read.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
            .unwrap_or_default())
    }
}
