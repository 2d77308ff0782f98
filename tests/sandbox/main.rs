//! The sandbox seen by a foreign client: plain HTTP, no code of ours between.
//!
//! Time is virtual and moved by hand; nothing here asserts how long something takes. The tests are in the
//! modules; here is what they share.

mod directory;
mod faults;
mod logs;
mod tokens;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use redress::diagnostic::SourceFile;
use redress::run::clock::JumpClock;
use redress::run::ports::Clock as _;
use redress::sandbox::tenant::model::{Fault, FaultKind};
use redress::sandbox::{Options, Running, Sandbox, TenantFile, tenant};
use redress::value::{Json, Secret};

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
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)));
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
        let sandbox = Sandbox::start(tenant, clock.clone(), options)
            .await
            .expect("it starts");
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
        let token = answer.body["access_token"].as_str().expect("a token");
        self.token = String::from(token);
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
        self.clock
            .advance_to(self.clock.now() + jiff::SignedDuration::from_secs(seconds));
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
    for folder in std::fs::read_dir(root.join("playbooks"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let file = format!("playbooks/{}/tenant.yaml", folder.file_name().to_string_lossy());
        files.extend(root.join(&file).exists().then_some(file));
    }
    for file in files {
        assert!(!read(&file).users.is_empty(), "{file}");
    }
}

#[tokio::test]
async fn a_refresh_on_the_exchange_side_is_seen_and_published_certificates_are_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("exchange-state.json");
    let world = World::with(|_, options| options.exchange_state = Some(file.clone())).await;
    let url = format!(
        "{}/{TENANT}/federationmetadata/2007-06/federationmetadata.xml",
        world.sandbox.origin
    );
    let metadata = async || {
        world
            .http
            .get(&url)
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a text")
    };
    assert!(
        metadata()
            .await
            .contains("<X509Certificate>MIICNEW=</X509Certificate>")
    );
    let state = r#"{"published_certificates": ["MIICNEXT="], "refreshes": 1, "auth_servers": []}"#;
    std::fs::write(&file, state).expect("it is written");
    assert!(metadata().await.contains("MIICNEXT="));
    world.later(5 * 3600);
    let mut world = world;
    world.sign_in().await;
    let filter =
        "userPrincipalName eq 'cia@contoso.example' and signInEventTypes/any(t: t eq 'nonInteractiveUser')";
    let seen = world
        .get(&format!("/beta/auditLogs/signIns?$filter={filter}"))
        .await;
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
    let refused = Sandbox::start(tenant, clock, options)
        .await
        .expect_err("it is refused");
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
