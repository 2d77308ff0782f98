//! Scripts that are run elsewhere: a bundle is written once, and what came back is taken in.

use std::sync::Arc;

use redress::log::model::RunEvent;
use redress::run::apply::WithoutPowerShell;
use redress::run::ports::{Clock, Door};

use crate::bench::{Planned, Process, plan_with, users};
use crate::playbooks::{REFRESH, of, revoke};
use crate::world::{State, id};

/// A script about people, with a check that can be read from here.
const CHECKED: &str = "  - id: mailbox
    title: Repair the mailbox
    for_each: inputs.users
    as: user
    powershell: exchange/set-server
    with: {Identity: '{{user.id}}'}
    precheck:
      graph: GET /users/{{user.id}}?$select=id,usageLocation
      skip_if: before.usageLocation == 'AT'
      because: Repaired already.
    max_failures: 2
    undo: irreversible
    verify:
      powershell: exchange/get-server
      with: {Identity: '{{user.id}}'}
      until: result.refreshed > 0
      every: 15s
      within: 5m
";

async fn handed_over(steps: &str, count: usize, state: &State) -> Arc<Planned> {
    Arc::new(
        plan_with(&of(steps), users(count), state, Door::HandOver)
            .await
            .unwrap(),
    )
}

fn bundles(process: &Process) -> usize {
    let written = |event: &RunEvent| matches!(event, RunEvent::BundleWritten { .. });
    process
        .journal
        .records()
        .iter()
        .filter(|record| written(&record.event))
        .count()
}

#[tokio::test]
async fn a_bundle_is_written_once_and_its_result_is_attested() {
    let state = State::of(1);
    let planned = handed_over(&format!("{REFRESH}{}", revoke("inputs.users", "")), 1, &state).await;
    let process = Process::new(&planned, state).through(Door::HandOver);
    for _ in 0..3 {
        assert_eq!(process.go(&[]).await.unwrap().exit, 11);
        assert_eq!(bundles(&process), 2);
    }
    assert_eq!(process.to_end().await.unwrap().exit, 0);
    let outcomes = process.outcomes();
    assert_eq!(outcomes["refresh/mail1/1"].as_str(), "attested");
    assert_eq!(process.words("revoke", 1), ["verified"]);
}

#[tokio::test]
async fn what_a_handed_over_script_did_is_not_taken_for_somebody_elses_work() {
    let state = State::of(2);
    let planned = handed_over(CHECKED, 2, &state).await;
    let process = Process::new(&planned, state).through(Door::HandOver);
    assert_eq!(process.go(&[]).await.unwrap().exit, 11);
    process.tenant.state.lock().unwrap().user(1).usage = "AT".to_owned();
    assert_eq!(process.go(&[]).await.unwrap().exit, 11);
    assert_eq!(process.words("mailbox", 2), ["-", "-"]);
    assert_eq!(process.to_end().await.unwrap().exit, 0);
    assert_eq!(process.words("mailbox", 2), ["attested", "attested"]);
}

#[tokio::test]
async fn a_check_before_the_bundle_decides_about_its_target_alone() {
    let before = State::of(3);
    let planned = handed_over(CHECKED, 3, &before).await;
    let mut now = before;
    now.failing_reads.insert(id(1), 1);
    now.user(2).usage = "AT".to_owned();
    let process = Process::new(&planned, now).through(Door::HandOver);
    assert_eq!(process.go(&[]).await.unwrap().exit, 11);
    assert_eq!(bundles(&process), 1);
    assert_eq!(process.to_end().await.unwrap().exit, 5);
    assert_eq!(process.words("mailbox", 3), ["failed", "skipped", "attested"]);
}

#[tokio::test]
async fn a_rehearsal_without_powershell_names_what_it_did_not_reach_and_goes_on() {
    let state = State::of(1);
    let text = of(&format!("{REFRESH}{}", revoke("inputs.users", "")));
    let planned = Arc::new(
        plan_with(&text, users(1), &state, Door::NoPowerShell)
            .await
            .unwrap(),
    );
    let mut process = Process::new(&planned, state).through(Door::NoPowerShell);
    process.without_powershell = WithoutPowerShell::GoOn;
    let left = process.go(&[]).await.unwrap();
    assert_eq!((left.exit, left.ended), (0, true), "{left:?}");
    let outcomes = process.outcomes();
    assert_eq!(outcomes["refresh/mail2/2"].as_str(), "not_reached");
    assert_eq!(process.words("revoke", 1), ["verified"]);
    assert!(process.clock.now() > planned.observed.header.planned_at);
}
