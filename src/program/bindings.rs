//! How results are bound: a step's id to what it gave, `steps.ID` to how it went.
//!
//! One shape for a single result, one for the turns of a `for_each`; the documentation shows both.

use serde_json::{Map, json};

use crate::playbook::expression::Scope;
use crate::program::model::ReadAnswer;
use crate::program::precheck::value_of;
use crate::value::{Answer, Json, StepId, Value};

/// One turn of a read step.
#[derive(Debug)]
pub(crate) enum ReadTurn {
    /// Its `when` is false.
    Skipped,
    /// It was asked; `target` is what it was about.
    Asked {
        /// The element's id, where it has one.
        target: Option<String>,
    },
}

/// What became of one turn of a change step.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnOutcome {
    /// The target's id as the tenant knows it, `-` without `for_each`.
    pub target: String,
    /// The outcome's word: `verified`, `protected`.
    pub outcome: String,
    /// HTTP status of the last attempt.
    pub status: Option<u16>,
    /// The error's code.
    pub code: Option<String>,
    /// The service's `request-id`.
    pub request_id: Option<String>,
}

pub(crate) fn unknown(scope: &mut Scope, step: &StepId) {
    scope.bind(step.as_str(), Value::Unknown);
    scope.bind_field("steps", step.as_str(), Value::Unknown);
}

pub(crate) fn skipped(scope: &mut Scope, step: &StepId) {
    scope.bind(step.as_str(), Value::Absent);
    how(scope, step, json!({"outcome": "skipped"}));
}

pub(crate) fn plain(scope: &mut Scope, step: &StepId, value: Value, outcome: &str) {
    scope.bind(step.as_str(), value);
    how(scope, step, json!({"outcome": outcome}));
}

pub(crate) fn read_one(scope: &mut Scope, step: &StepId, answer: &ReadAnswer) {
    let (value, state) = read(answer, None);
    scope.bind(step.as_str(), Value::Known(value));
    how(scope, step, state);
}

pub(crate) fn read_turns(scope: &mut Scope, step: &StepId, turns: &[ReadTurn], answers: &[ReadAnswer]) {
    let mut answers_left = answers.iter();
    let (mut values, mut states) = (Vec::new(), Vec::new());
    for turn in turns {
        let (value, state) = match turn {
            ReadTurn::Skipped => (Json::Null, json!({"outcome": "skipped"})),
            ReadTurn::Asked { target } => {
                let answer = answers_left.next().expect("one answer for each turn asked");
                read(answer, target.as_deref())
            }
        };
        values.push(value);
        states.push(state);
    }
    let failed = answers.iter().any(|a| matches!(a, ReadAnswer::Failed(_)));
    scope.bind(step.as_str(), Value::Known(Json::Array(values)));
    let outcome = if failed { "failed" } else { "answered" };
    how(scope, step, json!({"outcome": outcome, "turns": states}));
}

pub(crate) fn change_turns(scope: &mut Scope, step: &StepId, turns: &[TurnOutcome]) {
    let states: Vec<Json> = turns.iter().map(turn_json).collect();
    let mut counts = Map::new();
    for turn in turns {
        let count = counts.entry(turn.outcome.clone()).or_insert(json!(0));
        *count = json!(count.as_u64().unwrap_or(0) + 1);
    }
    let of = |words: &[&str]| {
        turns
            .iter()
            .filter(|t| words.contains(&t.outcome.as_str()))
            .count()
    };
    let outcome = if of(&["failed", "in_doubt", "unverified", "drifted"]) > 0 {
        "failed"
    } else if of(&["changed", "verified", "attested"]) > 0 {
        "changed"
    } else {
        "unchanged"
    };
    let changed = of(&["changed", "verified", "attested", "unverified"]);
    scope.bind(step.as_str(), Value::Known(Json::Array(states.clone())));
    how(
        scope,
        step,
        json!({"outcome": outcome, "changed": changed, "counts": counts, "turns": states}),
    );
}

fn turn_json(turn: &TurnOutcome) -> Json {
    let mut map = Map::new();
    map.insert("target".to_owned(), json!(turn.target));
    map.insert("outcome".to_owned(), json!(turn.outcome));
    add(
        &mut map,
        turn.status,
        turn.code.as_deref(),
        turn.request_id.as_deref(),
    );
    Json::Object(map)
}

fn read(answer: &ReadAnswer, target: Option<&str>) -> (Json, Json) {
    let mut state = Map::new();
    if let Some(target) = target {
        state.insert("target".to_owned(), json!(target));
    }
    let value = match answer {
        ReadAnswer::Answered(answer) => {
            state.insert("outcome".to_owned(), json!("answered"));
            describe(&mut state, answer);
            value_of(answer)
        }
        ReadAnswer::Failed(failure) => {
            state.insert("outcome".to_owned(), json!("failed"));
            state.insert("error".to_owned(), json!(failure.message));
            add(
                &mut state,
                failure.status,
                failure.code.as_deref(),
                failure.request_id.as_deref(),
            );
            Json::Null
        }
        ReadAnswer::NotReached => {
            state.insert("outcome".to_owned(), json!("not_reached"));
            Json::Null
        }
        ReadAnswer::Later => unreachable!("the interpreter binds such a step as unknown"),
    };
    (value, Json::Object(state))
}

fn describe(state: &mut Map<String, Json>, answer: &Answer) {
    add(
        state,
        Some(answer.status),
        answer.code.as_deref(),
        answer.request_id.as_deref(),
    );
}

fn add(state: &mut Map<String, Json>, status: Option<u16>, code: Option<&str>, request_id: Option<&str>) {
    state.insert("status".to_owned(), json!(status));
    state.insert("code".to_owned(), json!(code));
    state.insert("request_id".to_owned(), json!(request_id));
}

fn how(scope: &mut Scope, step: &StepId, state: Json) {
    scope.bind_field("steps", step.as_str(), Value::Known(state));
}
