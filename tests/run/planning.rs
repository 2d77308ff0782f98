//! A plan is a function of what was given and read; planning changes nothing.

use redress::plan::model::Line;
use redress::plan::reader::walk;
use redress::run::{DirectoryError, ObserveError};
use serde_json::json;

use crate::bench::{Planned, plan, users};
use crate::playbooks::{WAVES_AND_HOLD, locate, of, revoke};
use crate::world::{State, id};

fn lines(planned: &Planned) -> Vec<Line> {
    let mut lines = Vec::new();
    let digest = walk(planned.bytes.as_slice(), |line, _| lines.push(line)).unwrap();
    assert_eq!(digest, planned.observed.digest);
    lines
}

#[tokio::test]
async fn the_same_input_time_and_nonce_give_the_same_bytes() {
    let text = of(&format!(
        "{}{}",
        revoke("inputs.users", WAVES_AND_HOLD),
        locate("locate", "inputs.users", "")
    ));
    let state = State::of(12);
    let first = plan(&text, users(12), &state).await.unwrap();
    let second = plan(&text, users(12), &state).await.unwrap();
    assert_eq!(first.bytes, second.bytes);
    let mut other = state.clone();
    other.user(7).enabled = false;
    let third = plan(&text, users(12), &other).await.unwrap();
    assert_ne!(first.observed.digest, third.observed.digest);
}

#[tokio::test]
async fn a_plan_lists_each_action_with_its_wave_and_what_it_rests_on() {
    let state = State::of(5);
    let planned = plan(&of(&revoke("inputs.users", WAVES_AND_HOLD)), users(5), &state)
        .await
        .unwrap();
    let actions: Vec<_> = lines(&planned)
        .into_iter()
        .filter_map(|line| match line {
            Line::Action(action) => Some((action.wave, action.target.to_string(), action.rests_on)),
            Line::Header(_)
            | Line::Observation(_)
            | Line::LeftOut(_)
            | Line::Deferred(_)
            | Line::Ahead(_)
            | Line::Preview(_)
            | Line::Totals(_) => None,
        })
        .collect();
    let rests_on = std::collections::BTreeMap::from([("accountEnabled".to_owned(), json!(true))]);
    let listed = [1, 2, 2, 3, 3].into_iter().zip(1..);
    let expected: Vec<_> = listed.map(|(wave, n)| (wave, id(n), rests_on.clone())).collect();
    assert_eq!(actions, expected);
}

#[tokio::test]
async fn one_person_given_twice_is_one_target() {
    let given = json!([id(1), id(2), id(1)]);
    let planned = plan(&of(&revoke("inputs.users", "")), given, &State::of(2))
        .await
        .unwrap();
    assert_eq!(planned.observed.totals.targets, 2);
}

#[tokio::test]
async fn all_unknown_people_are_named_at_once() {
    let given = json!([id(1), id(8), id(9), "nobody@example.com"]);
    let error = plan(&of(&revoke("inputs.users", "")), given, &State::of(2))
        .await
        .unwrap_err();
    let ObserveError::Directory(DirectoryError::Unresolved(unresolved)) = &error else {
        panic!("{error}")
    };
    let names: Vec<&str> = unresolved.iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, [&id(8), &id(9), "nobody@example.com"]);
}

#[tokio::test]
async fn a_change_that_rests_on_what_was_not_read_is_no_plan() {
    let text = of(&revoke("inputs.users.map(u, {'id': u.id})", ""));
    let error = plan(&text, users(1), &State::of(1)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("rests on `user.accountEnabled`, which was not read"),
        "{error}"
    );
}

#[tokio::test]
async fn one_target_twice_in_a_list_is_no_plan() {
    let text = of(&revoke("flatten([inputs.users, inputs.users])", ""));
    let error = plan(&text, users(1), &State::of(1)).await.unwrap_err();
    assert!(error.to_string().contains("twice"), "{error}");
}
