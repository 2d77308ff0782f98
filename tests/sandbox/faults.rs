//! What goes wrong: limits, faults on request, cuts; and the journal that counts them.
//!
//! No fault here comes by chance.

use std::collections::BTreeMap;
use std::sync::Arc;

use redress::diagnostic::SourceFile;
use redress::run::ports::Clock as _;
use redress::sandbox::tenant::{
    self,
    model::{FaultKind, Throttling},
};

use crate::{ANNA, Answer, CLIENT, SECRET, World};

#[tokio::test]
async fn reports_are_throttled_in_the_sandboxs_time() {
    let world = World::new().await;
    let path = "/v1.0/auditLogs/signIns?$top=1";
    for _ in 0..5 {
        assert_eq!(world.get(path).await.status, 200);
    }
    let busy = world.get(path).await;
    assert_eq!((busy.status, busy.code()), (429, "TooManyRequests"));
    let wait: i64 = busy.headers["retry-after"].parse().expect("seconds");
    assert!((1..=10).contains(&wait), "{wait}");
    assert!(busy.headers["x-ms-throttle-scope"].contains(CLIENT));
    assert_eq!(world.get("/v1.0/users?$top=1").await.status, 200);
    world.later(wait);
    let again = world.get(path).await;
    assert_eq!(again.status, 200);
    let world = World::with(|tenant, _| tenant.throttling = Throttling::Off).await;
    for _ in 0..7 {
        assert_eq!(world.get(path).await.status, 200);
    }
}

#[tokio::test]
async fn a_cut_leaves_no_answer_and_the_journal_knows_whether_it_was_done() {
    let world = World::new().await;
    let on = "POST /users/{id}/revokeSignInSessions";
    world.fault(on, FaultKind::CutBefore);
    let cut = world.revoke(ANNA).await.err().expect("no answer");
    assert!(cut.is_request() && !cut.is_connect(), "{cut:?}");
    assert!(world.sandbox.state.revocations().is_empty());
    world.fault(on, FaultKind::CutAfter);
    assert!(world.revoke(ANNA).await.is_err());
    let once = BTreeMap::from([("Anna@contoso.example".to_owned(), 1)]);
    assert_eq!(world.sandbox.state.revocations(), once);
    assert_eq!(
        world
            .revoke("bo@contoso.example")
            .await
            .expect("an answer")
            .status,
        200
    );
    let journal = world.sandbox.state.journal();
    let revocations: Vec<_> = journal
        .iter()
        .filter(|entry| entry.method == "POST" && entry.user.is_some())
        .collect();
    let seen: Vec<_> = revocations
        .iter()
        .map(|entry| (entry.status, entry.effect))
        .collect();
    assert_eq!(seen, [(None, false), (None, true), (Some(200), true)]);
}

#[tokio::test]
async fn faults_answer_as_the_tenant_file_says() {
    let world = World::with(|tenant, _| {
        let extra = "faults:
  - {on: 'GET /users/{id}', nth: 2, kind: 429, retry_after: 7}
  - {on: 'POST /users/{id}/revokeSignInSessions', user: anna@contoso.example, kind: 503_after}
  - {on: 'GET /organization', kind: delay, delay: 90s}
  - {on: 'GET /groups', kind: 503, times: 2}
";
        let text = std::fs::read_to_string("tests/cases/tenants/small.yaml").expect("the file");
        let source = SourceFile {
            name: "small.yaml".to_owned(),
            text: text + extra,
        };
        *tenant = tenant::parse(&Arc::new(source)).expect("a tenant");
    })
    .await;
    let path = format!("/v1.0/users/{ANNA}");
    assert_eq!(world.get(&path).await.status, 200);
    let busy = world.get(&path).await;
    assert_eq!((busy.status, busy.headers["retry-after"].as_str()), (429, "7"));
    assert_eq!(world.get(&path).await.status, 200);
    assert_eq!(
        world
            .revoke("bo@contoso.example")
            .await
            .expect("an answer")
            .status,
        200
    );
    assert_eq!(world.revoke(ANNA).await.expect("an answer").status, 503);
    assert_eq!(world.sandbox.state.revocations().len(), 2);
    for expected in [503, 503, 200] {
        assert_eq!(world.get("/v1.0/groups").await.status, expected);
    }
    let before = world.clock.now();
    assert_eq!(world.get("/v1.0/organization").await.status, 200);
    assert!(world.clock.now() >= before + jiff::SignedDuration::from_secs(90));
}

#[tokio::test]
async fn the_journal_is_served_and_written_and_holds_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("journal.jsonl");
    let world = World::with(|_, options| options.journal = Some(file.clone())).await;
    world.revoke(ANNA).await.expect("an answer");
    let url = format!("{}/sandbox/journal", world.sandbox.origin);
    let served = Answer::of(world.http.get(url).send().await.expect("an answer")).await;
    assert_eq!(served.body["revocations"]["Anna@contoso.example"], 1);
    assert_eq!(served.body["entries"].as_array().map(Vec::len), Some(2));
    let written = std::fs::read_to_string(&file).expect("the file");
    assert_eq!(written.lines().count(), 2);
    for text in [written, served.body.to_string()] {
        assert!(!text.contains(SECRET) && !text.contains(&world.token));
    }
    assert!(!format!("{:?}", world.sandbox).contains(SECRET));
}
