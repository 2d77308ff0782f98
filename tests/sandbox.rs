//! The sandbox seen by a foreign client: plain HTTP, no code of ours between.
//!
//! Time is virtual and moved by hand; nothing here asserts how long something takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use redress::diagnostic::SourceFile;
use redress::run::clock::JumpClock;
use redress::run::ports::Clock as _;
use redress::sandbox::tenant::model::{Fault, FaultKind};
use redress::sandbox::{Options, Running, Sandbox, TenantFile, tenant};
use redress::value::{Json, Secret, Timestamp};

const ANNA: &str = "11111111-0000-4000-8000-000000000001";
const CLIENT: &str = "0c9f7a52-77c1-4a3e-9f0b-1c5d8a3b2e44";
const TENANT: &str = "5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10";
const SECRET: &str = "sandbox secret + 1";

fn read(path: &str) -> TenantFile {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let source = SourceFile {
        name: path.display().to_string(),
        text: std::fs::read_to_string(&path).expect("the file"),
    };
    tenant::parse(&Arc::new(source)).expect("a tenant")
}

struct World {
    sandbox: Running,
    clock: Arc<JumpClock>,
    http: reqwest::Client,
    token: String,
}

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Json,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Answer {
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: serde_json::from_str(&response.text().await.expect("a body")).unwrap_or(Json::Null),
        }
    }

    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn ids(&self) -> Vec<&str> {
        let items = self.body["value"].as_array().into_iter().flatten();
        items.filter_map(|item| item["id"].as_str()).collect()
    }
}

impl World {
    async fn new() -> World {
        World::with(|_, _| ()).await
    }

    async fn with(change: impl FnOnce(&mut TenantFile, &mut Options)) -> World {
        let mut tenant = read("tests/cases/tenants/small.yaml");
        let mut options = Options::new(Secret::new(SECRET.to_owned()));
        change(&mut tenant, &mut options);
        let clock = Arc::new(JumpClock::new(tenant.start));
        let sandbox = Sandbox::start(tenant, clock.clone(), options).await.expect("it starts");
        let mut world = World {
            sandbox,
            clock,
            http: reqwest::Client::builder().no_proxy().build().expect("a client"),
            token: String::new(),
        };
        world.sign_in().await;
        world
    }

    async fn sign_in(&mut self) {
        let answer = self.token_with(TENANT, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["expires_in"], 3599);
        self.token = answer.body["access_token"].as_str().expect("a token").to_owned();
    }

    /// Asks for a token, with some fields replaced or (empty) left out.
    async fn token_with(&self, tenant: &str, changes: &[(&str, &str)]) -> Answer {
        let scope = format!("{}/.default", self.sandbox.origin);
        let mut form = BTreeMap::from([
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT),
            ("client_secret", SECRET),
            ("scope", &scope),
        ]);
        for (name, value) in changes {
            form.insert(name, value);
        }
        form.retain(|_, value| !value.is_empty());
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.sandbox.origin);
        Answer::of(self.http.post(url).form(&form).send().await.expect("an answer")).await
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let url = format!("{}{path}", self.sandbox.origin);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path).send().await.expect("an answer")).await
    }

    async fn revoke(&self, user: &str) -> Result<Answer, reqwest::Error> {
        let path = format!("/v1.0/users/{user}/revokeSignInSessions");
        Ok(Answer::of(self.request("POST", &path).send().await?).await)
    }

    fn later(&self, seconds: i64) {
        self.clock.advance_to(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
    }

    fn fault(&self, on: &str, kind: FaultKind) {
        let (method, path) = on.split_once(" /").expect("a method and a path");
        self.sandbox.state.add_fault(Fault {
            method: method.to_owned(),
            path: path.split('/').map(str::to_owned).collect(),
            user: None,
            nth: 1,
            times: 1,
            kind,
        });
    }
}

#[tokio::test]
async fn every_tenant_file_in_the_repository_is_accepted() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec!["tests/cases/tenants/small.yaml".to_owned()];
    for folder in std::fs::read_dir(root.join("playbooks")).into_iter().flatten().flatten() {
        let file = format!("playbooks/{}/tenant.yaml", folder.file_name().to_string_lossy());
        files.extend(root.join(&file).exists().then_some(file));
    }
    for file in files {
        assert!(!read(&file).users.is_empty(), "{file}");
    }
}

#[tokio::test]
async fn a_token_is_refused_with_the_code_that_says_why() {
    let world = World::new().await;
    for (tenant, changes, status, code) in [
        (TENANT, [("client_secret", "wrong")], 401, 7_000_215),
        (TENANT, [("client_secret", "")], 401, 7_000_218),
        (TENANT, [("client_id", "11111111-0000-4000-8000-00000000ffff")], 400, 700_016),
        (TENANT, [("scope", "User.Read")], 400, 1_002_012),
        (TENANT, [("scope", "https://graph.microsoft.com/.default")], 400, 500_011),
        (TENANT, [("grant_type", "password")], 400, 70003),
        (TENANT, [("grant_type", "")], 400, 900_144),
        ("elsewhere.example", [("grant_type", "client_credentials")], 400, 90002),
    ] {
        let answer = world.token_with(tenant, &changes).await;
        assert_eq!((answer.status, &answer.body["error_codes"][0]), (status, &Json::from(code)));
        let text = answer.body["error_description"].as_str().expect("a description");
        assert!(text.starts_with(&format!("AADSTS{code}: ")), "{text}");
    }
    assert_eq!(world.token_with("contoso.example", &[]).await.status, 200);
}

#[tokio::test]
async fn a_call_needs_a_token_that_is_still_good() {
    let mut world = World::new().await;
    world.later(3600);
    let expired = world.get("/v1.0/organization").await;
    assert_eq!((expired.status, expired.code()), (401, "InvalidAuthenticationToken"));
    assert!(expired.headers["www-authenticate"].starts_with("Bearer "));
    world.token = "made up".to_owned();
    assert_eq!(world.get("/beta/organization").await.status, 401);
    world.sign_in().await;
    let organization = world.get("/v1.0/organization").await;
    assert_eq!(organization.ids(), [TENANT]);
    let bare = format!("{}/v1.0/organization", world.sandbox.origin);
    assert_eq!(world.http.get(bare).send().await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn every_answer_has_graphs_headers_and_the_sandboxs_date() {
    let world = World::new().await;
    world.later(86_400);
    let request = world.request("GET", "/v1.0/users/nobody").header("client-request-id", "abc");
    let mut world = world;
    world.sign_in().await;
    let _ = request;
    let request = world.request("GET", "/v1.0/users/nobody").header("client-request-id", "abc");
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.code()), (404, "Request_ResourceNotFound"));
    assert_eq!(answer.headers["client-request-id"], "abc");
    assert!(answer.headers["date"].starts_with("Wed, 25 Mar 2026 08:"), "{}", answer.headers["date"]);
    assert_eq!(answer.headers["x-ms-resource-unit"], "1");
    let inner = &answer.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "abc");
    assert_eq!(inner["request-id"].as_str(), answer.headers.get("request-id").map(String::as_str));
    let date = inner["date"].as_str().expect("a date");
    assert!(date.starts_with("2026-03-25T08:") && !date.ends_with('Z'), "{date}");
}

#[tokio::test]
async fn users_show_what_is_selected_and_nothing_else() {
    let world = World::new().await;
    let plain = world.get("/v1.0/users/anna@contoso.example").await;
    assert_eq!(plain.body["displayName"], "Anna Ek");
    assert_eq!(plain.body.get("accountEnabled"), None);
    let path = format!("/v1.0/users/{ANNA}?$select=accountEnabled,userType,signInSessionsValidFromDateTime");
    let chosen = world.get(&path).await;
    assert_eq!(chosen.body["accountEnabled"], true);
    assert_eq!(chosen.body["signInSessionsValidFromDateTime"], "2025-12-02T12:18:07Z");
    assert_eq!(chosen.body.get("displayName"), None);
    let guest = world.get("/v1.0/users/dan_adatum.example%23EXT%23@contoso.example?$select=userType").await;
    assert_eq!(guest.body["userType"], "Guest");
    let unknown = world.get(&format!("/v1.0/users/{ANNA}?$select=shoeSize")).await;
    assert_eq!((unknown.status, unknown.code()), (400, "Request_BadRequest"));
}

#[tokio::test]
async fn filters_find_whom_they_should_and_others_are_refused() {
    let world = World::new().await;
    for (filter, expected) in [
        ("mail eq 'dan@adatum.example'", 1),
        ("displayName eq 'Bo O''Neil'", 1),
        ("startsWith(userPrincipalName,'ANNA')", 1),
        ("accountEnabled eq false", 1),
        ("userType eq 'Guest' or department eq 'Sales'", 2),
        ("onPremisesSyncEnabled eq true", 1),
    ] {
        let answer = world.get(&format!("/v1.0/users?$filter={filter}&$select=id")).await;
        assert_eq!(answer.ids().len(), expected, "{filter}: {}", answer.body);
    }
    for (query, code) in [
        ("$filter=department ne 'Sales'", "Request_UnsupportedQuery"),
        ("$filter=signInSessionsValidFromDateTime ge 2026-01-01T00:00:00Z", "Request_UnsupportedQuery"),
        ("$filter=mail eq", "Request_BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$skip=5", "Request_UnsupportedQuery"),
    ] {
        let answer = world.get(&format!("/v1.0/users?{query}")).await;
        assert_eq!((answer.status, answer.code()), (400, code), "{query}");
    }
}

#[tokio::test]
async fn an_advanced_query_counts_the_licensed_members() {
    let world = World::new().await;
    let filter = "accountEnabled eq true and userType eq 'Member' and assignedLicenses/$count ne 0";
    let path = format!("/v1.0/users?$count=true&$filter={filter}&$select=id&$top=1");
    assert_eq!(world.get(&path).await.code(), "Request_UnsupportedQuery");
    let request = world.request("GET", &path).header("ConsistencyLevel", "eventual");
    let answer = Answer::of(request.send().await.expect("an answer")).await;
    assert_eq!(answer.body["@odata.count"], 123);
    assert_eq!(answer.ids(), [ANNA]);
}

#[tokio::test]
async fn a_group_has_direct_and_nested_members() {
    let world = World::new().await;
    let group = "/v1.0/groups/22222222-0000-4000-8000-000000000002";
    let direct = world.get(&format!("{group}/members")).await;
    assert_eq!(direct.ids(), ["11111111-0000-4000-8000-000000000002", "22222222-0000-4000-8000-000000000001"]);
    let all = world.get(&format!("{group}/transitiveMembers?$select=id")).await;
    assert_eq!(all.ids().len(), 3);
    assert!(all.ids().contains(&"11111111-0000-4000-8000-000000000003"));
    let named = world.get("/v1.0/groups?$filter=mail eq 'x' or displayName eq 'Protected'").await;
    assert_eq!(named.ids().len(), 1);
    assert_eq!(world.get("/v1.0/groups/22222222-0000-4000-8000-0000000000ff/members").await.status, 404);
}

#[tokio::test]
async fn a_revocation_shows_after_its_lag_in_whole_seconds() {
    let world = World::new().await;
    let path = format!("/v1.0/users/{ANNA}?$select=signInSessionsValidFromDateTime");
    let before = world.get(&path).await.body["signInSessionsValidFromDateTime"].clone();
    let sent = world.clock.now();
    let answer = world.revoke(ANNA).await.expect("an answer");
    assert_eq!((answer.status, &answer.body["value"]), (200, &Json::Bool(true)));
    assert_eq!(world.get(&path).await.body["signInSessionsValidFromDateTime"], before);
    world.later(20);
    let after = world.get(&path).await.body["signInSessionsValidFromDateTime"].clone();
    let text = after.as_str().expect("an instant");
    assert_eq!(text.len(), "2026-03-24T08:00:00Z".len());
    let at: Timestamp = text.parse().expect("an instant");
    assert!(at.as_second() >= sent.as_second());
}

#[tokio::test]
async fn a_guests_revocation_is_answered_and_does_nothing() {
    let world = World::new().await;
    let guest = "dan_adatum.example%23EXT%23@contoso.example";
    assert_eq!(world.revoke(guest).await.expect("an answer").status, 200);
    assert_eq!(world.revoke("nobody@contoso.example").await.expect("an answer").status, 404);
    assert!(world.sandbox.state.revocations().is_empty());
}

#[tokio::test]
async fn mailbox_settings_and_methods_tell_people_apart() {
    let world = World::new().await;
    let room = world.get("/v1.0/users/room1@contoso.example/mailboxSettings").await;
    assert_eq!(room.body["userPurpose"], "room");
    for elsewhere in ["cia@contoso.example", "dan_adatum.example%23EXT%23@contoso.example"] {
        let answer = world.get(&format!("/v1.0/users/{elsewhere}/mailboxSettings")).await;
        assert_eq!((answer.status, answer.code()), (404, "MailboxNotEnabledForRESTAPI"));
    }
    let methods = |user: &str| format!("/v1.0/users/{user}/authentication/methods");
    assert_eq!(world.get(&methods(ANNA)).await.ids().len(), 2);
    assert_eq!(world.get(&methods("bo@contoso.example")).await.ids(), ["28c10230-6103-485e-b985-444c60001490"]);
}

#[tokio::test]
async fn an_account_can_be_disabled_and_the_audit_says_so() {
    let world = World::new().await;
    let path = format!("/v1.0/users/{ANNA}");
    let patch = |body: &'static str| world.request("PATCH", &path).body(body).send();
    assert_eq!(patch(r#"{"accountEnabled":false}"#).await.expect("an answer").status(), 204);
    assert_eq!(patch(r#"{"displayName":"X"}"#).await.expect("an answer").status(), 403);
    assert_eq!(patch(r#"{"id":"X"}"#).await.expect("an answer").status(), 400);
    assert_eq!(patch("{").await.expect("an answer").status(), 400);
    world.revoke(ANNA).await.expect("an answer");
    let log = "/v1.0/auditLogs/directoryAudits?$filter=activityDateTime ge 2026-03-24T08:00:00Z";
    assert!(world.get(log).await.ids().is_empty());
    world.later(120);
    let answer = world.get(log).await;
    let names: Vec<_> = (0..2).map(|at| answer.body["value"][at]["activityDisplayName"].clone()).collect();
    assert_eq!(names, ["Update StsRefreshTokenValidFrom Timestamp", "Disable account"]);
    assert_eq!(answer.body["value"][0]["targetResources"][0]["id"], ANNA);
}

/// All pages of a listing, the links followed as they are.
async fn pages(world: &World, path: &str) -> Vec<Vec<Json>> {
    let mut pages = Vec::new();
    let mut next = Some(format!("{}{path}", world.sandbox.origin));
    while let Some(url) = next {
        let request = world.http.get(&url).bearer_auth(&world.token).send();
        let answer = Answer::of(request.await.expect("an answer")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        pages.push(answer.body["value"].as_array().expect("items").clone());
        next = answer.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    pages
}

#[tokio::test]
async fn two_thousand_three_hundred_sign_ins_come_in_three_pages_newest_first() {
    let world = World::new().await;
    let path = format!("/v1.0/auditLogs/signIns?$filter=userId eq '{ANNA}' and status/errorCode eq 70043");
    let pages = pages(&world, &path).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 300]);
    let all: Vec<_> = pages.concat();
    let ids: BTreeSet<_> = all.iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(ids.len(), 2300);
    let times: Vec<Timestamp> = all
        .iter()
        .map(|item| item["createdDateTime"].as_str().and_then(|at| at.parse().ok()).expect("an instant"))
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(all[0]["userPrincipalName"], "anna@contoso.example");
    assert_eq!(all[0]["resourceId"], "00000002-0000-0ff1-ce00-000000000000");
}

#[tokio::test]
async fn the_same_history_gives_the_same_sign_ins() {
    let path = "/v1.0/auditLogs/signIns?$top=50&$filter=createdDateTime le 2026-03-24T07:00:00Z";
    let (one, two) = (World::new().await, World::new().await);
    assert_eq!(one.get(path).await.body["value"], two.get(path).await.body["value"]);
}

#[tokio::test]
async fn sign_ins_of_clients_are_seen_in_beta_and_only_when_asked_for() {
    let world = World::new().await;
    let get = async |version: &str, filter: &str| {
        world.later(10);
        world.get(&format!("/{version}/auditLogs/signIns?$top=1000&$filter={filter}")).await
    };
    let cias = "userPrincipalName eq 'cia@contoso.example'";
    assert!(get("v1.0", cias).await.ids().is_empty());
    assert!(get("beta", cias).await.ids().is_empty());
    let asked = format!("{cias} and signInEventTypes/any(t: t eq 'nonInteractiveUser')");
    assert_eq!(get("beta", &asked).await.ids().len(), 1);
    assert_eq!(get("v1.0", &asked).await.status, 400);
    assert!(get("v1.0", "userPrincipalName eq 'Cia@contoso.example'").await.ids().is_empty());
    for filter in ["status/errorCode ne 0", "isInteractive eq true", "createdDateTime gt 2026-03-24", "endsWith(appId,'x')"] {
        assert_eq!(get("v1.0", filter).await.status, 400, "{filter}");
    }
}

#[tokio::test]
async fn a_sign_in_shows_late_and_its_policies_only_to_those_who_may() {
    let path = "/v1.0/auditLogs/signIns?$filter=userPrincipalName eq 'bo@contoso.example'";
    let world = World::new().await;
    assert!(world.get(path).await.ids().is_empty());
    world.later(60);
    let seen = world.get(path).await;
    let sign_in = &seen.body["value"][0];
    assert_eq!(sign_in["status"]["errorCode"], 53003);
    assert_eq!(sign_in["conditionalAccessStatus"], "failure");
    assert_eq!(sign_in["appliedConditionalAccessPolicies"][0]["result"], "failure");
    let world = World::with(|tenant, _| tenant.app.roles.retain(|role| !role.starts_with("Policy"))).await;
    world.later(60);
    let hidden = world.get(path).await;
    assert_eq!(hidden.body["value"][0]["status"]["errorCode"], 53003);
    assert_eq!(hidden.body["value"][0].get("appliedConditionalAccessPolicies"), None);
}

#[tokio::test]
async fn a_client_recovers_after_its_users_revocation_and_not_without() {
    let world = World::new().await;
    let filter = "userId eq '11111111-0000-4000-8000-000000000001' and createdDateTime ge 2026-03-24T08:30:00Z";
    let path = format!(
        "/beta/auditLogs/signIns?$filter={filter} and signInEventTypes/any(t: t eq 'nonInteractiveUser')"
    );
    let codes = |answer: &Answer| -> BTreeSet<i64> {
        let items = answer.body["value"].as_array().into_iter().flatten();
        items.filter_map(|item| item["status"]["errorCode"].as_i64()).collect()
    };
    world.later(45 * 60);
    assert_eq!(codes(&world.get(&path).await), BTreeSet::from([50196]));
    world.revoke(ANNA).await.expect("an answer");
    world.later(11 * 60);
    assert_eq!(codes(&world.get(&path).await), BTreeSet::from([0, 50196]));
    let before = world.get(&path).await.ids().len();
    world.later(30 * 60);
    assert_eq!(world.get(&path).await.ids().len(), before);
}

#[tokio::test]
async fn summaries_count_what_clients_do() {
    let world = World::new().await;
    let path = "/beta/auditLogs/getSummarizedNonInteractiveSignIns(aggregationWindow='h1')";
    let all = world.get(path).await;
    let counts: i64 = all.body["value"].as_array().into_iter().flatten().filter_map(|i| i["signInCount"].as_i64()).sum();
    assert!(counts > 30, "{counts}");
    let loops = world.get(&format!("{path}?$filter=status/errorCode eq 50196")).await;
    assert!(loops.body["value"][0]["signInCount"].as_i64() > Some(2));
    assert_eq!(world.get(&path.replace("h1", "h2")).await.status, 400);
    assert_eq!(world.get(&path.replace("beta", "v1.0")).await.status, 400);
}

#[tokio::test]
async fn without_a_licence_or_a_role_logs_are_refused_in_different_words() {
    let world = World::with(|tenant, _| tenant.premium = false).await;
    let answer = world.get("/v1.0/auditLogs/signIns").await;
    assert_eq!(answer.code(), "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    let world = World::with(|tenant, _| tenant.app.roles.clear()).await;
    for path in ["/v1.0/auditLogs/signIns", "/v1.0/users", "/v1.0/servicePrincipals"] {
        let answer = world.get(path).await;
        assert_eq!((answer.status, answer.code()), (403, "Authorization_RequestDenied"), "{path}");
    }
    assert_eq!(world.revoke(ANNA).await.expect("an answer").status, 403);
}

#[tokio::test]
async fn basic_rights_show_basic_properties() {
    let world = World::with(|tenant, _| tenant.app.roles = vec!["User.ReadBasic.All".to_owned()]).await;
    assert_eq!(world.get(&format!("/v1.0/users/{ANNA}?$select=id,mail")).await.status, 200);
    assert_eq!(world.get(&format!("/v1.0/users/{ANNA}?$select=accountEnabled")).await.status, 403);
}

#[tokio::test]
async fn issues_principals_and_policies_are_listed() {
    let world = World::new().await;
    let open = "/v1.0/admin/serviceAnnouncement/issues?$filter=service eq 'Exchange Online' and isResolved eq false";
    assert_eq!(world.get(open).await.ids(), ["EX1256020"]);
    assert_eq!(world.get("/v1.0/admin/serviceAnnouncement/issues/EX1253275").await.body["isResolved"], true);
    assert_eq!(world.get("/v1.0/admin/serviceAnnouncement/issues/EX1").await.status, 404);
    let exchange = "00000002-0000-0ff1-ce00-000000000000";
    let found = world.get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{exchange}'")).await;
    assert_eq!(found.body["value"][0]["accountEnabled"], false);
    let keyed = world.get(&format!("/v1.0/servicePrincipals(appId='{exchange}')?$select=appId")).await;
    assert_eq!(keyed.body["appId"], exchange);
    assert!(world.get("/v1.0/servicePrincipals?$filter=appId eq 'x'").await.ids().is_empty());
    let policies = "/v1.0/identity/conditionalAccess/policies";
    assert_eq!(world.get(policies).await.ids().len(), 1);
    let busy = world.get(policies).await;
    assert_eq!((busy.status, busy.headers.get("retry-after")), (429, None));
}

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
    let world = World::with(|tenant, _| tenant.throttling = tenant::model::Throttling::Off).await;
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
    assert_eq!(world.revoke("bo@contoso.example").await.expect("an answer").status, 200);
    let journal = world.sandbox.state.journal();
    let revocations: Vec<_> = journal.iter().filter(|entry| entry.method == "POST" && entry.user.is_some()).collect();
    let seen: Vec<_> = revocations.iter().map(|entry| (entry.status, entry.effect)).collect();
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
    assert_eq!(world.revoke("bo@contoso.example").await.expect("an answer").status, 200);
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

#[tokio::test]
async fn a_refresh_on_the_exchange_side_is_seen_and_published_certificates_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exchange-state.json");
    let world = World::with(|_, options| options.exchange_state = Some(file.clone())).await;
    let url = format!("{}/{TENANT}/federationmetadata/2007-06/federationmetadata.xml", world.sandbox.origin);
    let metadata = async || world.http.get(&url).send().await.expect("an answer").text().await.expect("a text");
    assert!(metadata().await.contains("<X509Certificate>MIICNEW=</X509Certificate>"));
    let state = r#"{"published_certificates": ["MIICNEXT="], "refreshes": 1, "auth_servers": []}"#;
    std::fs::write(&file, state).expect("it is written");
    assert!(metadata().await.contains("MIICNEXT="));
    world.later(5 * 3600);
    let mut world = world;
    world.sign_in().await;
    let filter = "userPrincipalName eq 'cia@contoso.example' and signInEventTypes/any(t: t eq 'nonInteractiveUser')";
    let seen = world.get(&format!("/beta/auditLogs/signIns?$filter={filter}")).await;
    assert!((1..=2).contains(&seen.ids().len()), "{:?}", seen.ids());
}

#[tokio::test]
async fn nothing_but_the_loopback_is_served() {
    let tenant = read("tests/cases/tenants/small.yaml");
    let clock = Arc::new(JumpClock::new(tenant.start));
    let options = Options {
        listen: "0.0.0.0:0".parse().expect("an address"),
        ..Options::new(Secret::new(SECRET.to_owned()))
    };
    let refused = Sandbox::start(tenant, clock, options).await.err().expect("it is refused");
    assert_eq!(
        refused.to_string(),
        "listen on `0.0.0.0:0`: expected a loopback address such as `127.0.0.1:0`"
    );
}

#[tokio::test]
async fn a_sandbox_that_is_shut_down_answers_nobody() {
    let world = World::new().await;
    let url = format!("{}/sandbox/journal", world.sandbox.origin);
    drop(world.http);
    world.sandbox.shutdown().await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    assert!(client.get(url).send().await.is_err());
}
