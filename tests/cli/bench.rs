//! A simulated tenant served by a process of its own, a folder to work in, and an approver.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use redress::value::Json;
use serde_json::json;

use crate::process::{Process, Said, Surroundings};
use crate::signers::Approver;

/// How much faster than real the tests' time goes: five minutes in six seconds. The limit of five minutes between two
/// clocks must still be many times what a call takes on a busy machine.
pub const CLOCK: &str = "50x";

/// The reported users of `tests/cases/cli/tenant.yaml`.
pub const USERS: [&str; 6] = [
    "u1@contoso.example",
    "u2@contoso.example",
    "u3@contoso.example",
    "u4@contoso.example",
    "u5@contoso.example",
    "u6@contoso.example",
];

/// The path of a file of these tests.
pub fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/cli")
        .join(name)
}

/// The text of a file of these tests.
pub fn case_text(name: &str) -> String {
    fs::read_to_string(case(name)).unwrap()
}

/// Everything that a test works with; all of it is gone when it is dropped.
pub struct Bench {
    // Killed when dropped, before its folder is removed.
    _sandbox: Process,
    pub path: OsString,
    home: tempfile::TempDir,
}

impl Bench {
    /// The small tenant.
    pub fn new() -> Bench {
        Bench::with(|text| text, CLOCK)
    }

    /// The small tenant, changed.
    pub fn with(change: impl FnOnce(String) -> String, clock: &str) -> Bench {
        let home = tempfile::Builder::new().prefix("redress-cli-").tempdir().unwrap();
        let folder = home.path().join("work");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("tenant.yaml"), change(case_text("tenant.yaml"))).unwrap();
        fs::create_dir(home.path().join("empty")).unwrap();
        let path = home.path().join("empty").into_os_string();
        let surroundings = Surroundings {
            home: home.path(),
            folder: &folder,
            path: path.clone(),
        };
        let arguments = [
            "sandbox",
            "--tenant",
            "tenant.yaml",
            "--config-out",
            "c/redress.yaml",
            "--clock",
            clock,
        ];
        let mut sandbox = Process::start(&arguments, &surroundings);
        let started = Instant::now();
        while !folder.join("c/redress.yaml").exists() {
            assert!(!sandbox.has_ended(), "the sandbox ended: {}", sandbox.text());
            assert!(started.elapsed() < Duration::from_secs(120), "{}", sandbox.text());
            std::thread::sleep(Duration::from_millis(5));
        }
        let jess = Approver::new(&folder, "jess");
        jess.list(
            &folder.join("c/allowed_signers"),
            "approve@redress,attest@redress",
        );
        Bench {
            _sandbox: sandbox,
            path,
            home,
        }
    }

    /// Home of the processes.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where commands run; `c/` holds the configuration.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join("work")
    }

    pub fn config(&self) -> PathBuf {
        self.folder().join("c/redress.yaml")
    }

    pub fn state(&self) -> PathBuf {
        self.folder().join("c/state")
    }

    pub fn signers(&self) -> PathBuf {
        self.folder().join("c/allowed_signers")
    }

    /// Starts the program with the sandbox's configuration.
    pub fn start(&self, arguments: &[&str]) -> Process {
        let folder = self.folder();
        let surroundings = Surroundings {
            home: self.home(),
            folder: &folder,
            path: self.path.clone(),
        };
        Process::start(
            &[arguments, &["--config", "c/redress.yaml"]].concat(),
            &surroundings,
        )
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Said {
        self.start(arguments).finish()
    }

    /// Runs it without a configuration.
    #[track_caller]
    pub fn run_bare(&self, arguments: &[&str]) -> Said {
        let folder = self.folder();
        let surroundings = Surroundings {
            home: self.home(),
            folder: &folder,
            path: self.path.clone(),
        };
        Process::start(arguments, &surroundings).finish()
    }

    /// Writes a playbook of these tests beside the configuration, changed.
    pub fn playbook(&self, name: &str, change: impl FnOnce(String) -> String) {
        fs::write(self.folder().join(name), change(case_text(name))).unwrap();
    }

    /// Plans `revoke.yaml` as `NAME`.
    #[track_caller]
    pub fn plan(&self, name: &str) {
        if !self.folder().join("revoke.yaml").exists() {
            self.playbook("revoke.yaml", |text| text);
        }
        self.run(&["plan", "revoke.yaml", "--inputs", "c/inputs.yaml", "-o", name])
            .expect(0);
    }

    /// Has Jess approve a plan or run.
    #[track_caller]
    pub fn approve(&self, subject: &str) {
        self.run(&["approve", subject, "--key", "jess", "--as", "jess"])
            .expect(0);
    }

    /// A plan that may be applied.
    #[track_caller]
    pub fn approved(&self, name: &str) {
        self.plan(name);
        self.approve(name);
    }

    /// Ids of the runs that have a folder, oldest first.
    pub fn runs(&self) -> Vec<String> {
        let folders = fs::read_dir(self.state().join("runs")).into_iter().flatten();
        let names = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut runs: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
        runs.sort();
        runs
    }

    /// The only run.
    #[track_caller]
    pub fn only_run(&self) -> String {
        let runs = self.runs();
        assert_eq!(runs.len(), 1, "{runs:?}");
        runs[0].clone()
    }

    pub fn log(&self, run: &str) -> PathBuf {
        self.state().join("runs").join(run).join("audit.jsonl")
    }

    /// The sandbox's origin.
    pub fn origin(&self) -> String {
        let text = fs::read_to_string(self.config()).unwrap();
        let line = text
            .lines()
            .find(|line| line.trim().starts_with("graph:"))
            .unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    }

    /// What arrived at the sandbox.
    pub fn journal(&self) -> Json {
        let url = format!("{}/sandbox/journal", self.origin());
        asked(async |http| parsed(http.get(&url)).await)
    }

    /// Effective revocations by user.
    pub fn revocations(&self) -> Json {
        self.journal()["revocations"].clone()
    }

    /// A token from the sandbox's token endpoint.
    pub fn token(&self) -> String {
        let secret = fs::read_to_string(self.folder().join("c/client-secret")).unwrap();
        let origin = self.origin();
        let url = format!("{origin}/5b6a7c1e-2f70-4b52-9b0e-8f0d3c1a9e10/oauth2/v2.0/token");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "0c9f7a52-77c1-4a3e-9f0b-1c5d8a3b2e44"),
            ("client_secret", &secret),
            ("scope", &format!("{origin}/.default")),
        ];
        let answer: Json = asked(async |http| parsed(http.post(&url).form(&form)).await);
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// Enables or disables a user behind the program's back.
    pub fn set_enabled(&self, user: &str, enabled: bool) {
        let url = format!("{}/v1.0/users/{user}", self.origin());
        let token = self.token();
        let body = json!({"accountEnabled": enabled}).to_string();
        let status = asked(async |http| {
            let request = http
                .patch(&url)
                .bearer_auth(&token)
                .header("content-type", "application/json");
            request.body(body).send().await.unwrap().status()
        });
        assert_eq!(status.as_u16(), 204);
    }

    /// Every reported user was revoked exactly once, and nobody else was.
    #[track_caller]
    pub fn expect_each_revoked_once(&self) {
        let once: serde_json::Map<String, Json> =
            USERS.iter().map(|user| ((*user).to_owned(), json!(1))).collect();
        assert_eq!(self.revocations(), Json::Object(once));
    }
}

/// The records of a run's log, or of the ledger; a last line that does not end is none.
pub fn records(log: &Path) -> Vec<Json> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn parsed(request: reqwest::RequestBuilder) -> Json {
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// One conversation, on a runtime of its own.
fn asked<T>(talk: impl AsyncFnOnce(reqwest::Client) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    runtime.block_on(talk(http))
}
