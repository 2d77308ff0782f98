//! A plan is an assertion: whatever else the program yields at apply stops the run before it is sent.
//!
//! The index is tampered with here because nothing else could: its digest is that of the approved bytes.

use redress::plan::reader::PlanIndex;
use redress::run::apply::RunError;
use redress::value::{ActionId, Digest};

use crate::bench::{Process, plan, users};
use crate::playbooks::{locate, of, revoke};
use crate::stops::planned;
use crate::world::{State, id};

fn arrivals(process: &Process) -> usize {
    process.tenant.seen.lock().unwrap().arrivals
}

#[tokio::test]
async fn an_action_that_the_plan_does_not_list_stops_before_anything_is_sent() {
    type Tamper = fn(&mut PlanIndex, &ActionId);
    let table: [(&str, Tamper); 4] = [
        ("another line", |index, action| {
            index.actions.insert(action.clone(), Digest::of(b"another line"));
        }),
        ("no line", |index, action| {
            index.actions.remove(action);
        }),
        ("fewer", |index, _| index.totals.steps[0].actions -= 1),
        ("no step", |index, _| index.totals.steps.clear()),
    ];
    for (name, tamper) in table {
        let state = State::of(3);
        let mut process = Process::new(&planned(&of(&revoke("inputs.users", "")), &state, 3).await, state);
        tamper(&mut process.index, &ActionId::new(format!("revoke/{}/3", id(3))));
        let left = process.go(&[]).await.unwrap();
        assert_eq!((left.exit, arrivals(&process)), (5, 0), "{name}: {left:?}");
        let stopped = process.journal.state().stopped.unwrap();
        assert_eq!(stopped.reason, "mismatch", "{name}");
    }
}

#[tokio::test]
async fn a_plan_of_other_bytes_than_the_approved_ones_is_not_run() {
    let state = State::of(1);
    let mut process = Process::new(&planned(&of(&revoke("inputs.users", "")), &state, 1).await, state);
    process.index.digest = Digest::of(b"other bytes");
    let error = process.go(&[]).await.unwrap_err();
    assert!(matches!(error, RunError::Mismatch(_)), "{error}");
    assert_eq!((arrivals(&process), process.journal.records().len()), (0, 0));
}

/// Reads everybody again after the change, and then changes `list`.
fn after_a_read(list: &str, more: &str) -> String {
    of(&format!(
        "{}  - id: again
    title: Read them again
    for_each: inputs.users
    as: user
    graph: GET /users/{{{{user.id}}}}?$select=id,usageLocation
  - id: list
    title: Some of them
    compute: \"{list}\"
{}",
        revoke("inputs.users", ""),
        locate("locate", "list", more)
    ))
}

#[tokio::test]
async fn a_deferred_change_stays_within_its_bound() {
    for (bound, exit, sent) in [(3, 0, 6), (2, 5, 3)] {
        let state = State::of(3);
        let text = after_a_read("again.map(a, {'id': a.id})", &format!("at_most: {bound}"));
        let planned = planned(&text, &state, 3).await;
        assert_eq!(planned.observed.totals.deferred_targets, bound);
        let process = Process::new(&planned, state);
        let left = process.go(&[]).await.unwrap();
        assert_eq!((left.exit, arrivals(&process)), (exit, sent), "{left:?}");
    }
}

#[tokio::test]
async fn conditional_actions_come_only_from_among() {
    let state = State::of(4);
    let list = "inputs.users.filter(u, again.exists(a, a.id == u.id && a.id < '00000003'))";
    let planned_ = planned(&after_a_read(list, "among: inputs.users"), &state, 4).await;
    let totals = &planned_.observed.totals;
    assert!(totals.steps[1].conditional && totals.actions == 8, "{totals:?}");
    let process = Process::new(&planned_, state.clone());
    assert_eq!(process.go(&[]).await.unwrap().exit, 0);
    assert_eq!(process.words("locate", 4), ["verified", "verified", "-", "-"]);

    let list = "again.map(a, {'id': a.id})";
    let among = "among: inputs.users.filter(u, u.id < '00000004')";
    let process = Process::new(&planned(&after_a_read(list, among), &state, 4).await, state);
    let left = process.go(&[]).await.unwrap();
    assert_eq!((left.exit, arrivals(&process)), (5, 4), "{left:?}");
    assert_eq!(process.words("locate", 4), ["-"; 4]);
}

#[tokio::test]
async fn a_plan_beyond_its_limits_is_refused() {
    for (top, count, fits) in [
        ("limits: {targets: 3}", 3, true),
        ("limits: {targets: 3}", 4, false),
        ("limits: {targets: 50, tenant_percent: 20}", 2, true),
        ("limits: {targets: 50, tenant_percent: 20}", 3, false),
    ] {
        let text = crate::playbooks::with(top, &revoke("inputs.users", ""));
        let result = plan(&text, users(count), &State::of(10)).await;
        assert_eq!(result.is_ok(), fits, "{top} {count}: {result:?}");
    }
}
