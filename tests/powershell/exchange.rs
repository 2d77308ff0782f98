//! The Exchange templates against the sandbox's module: find, preview, refresh.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use redress::edge::scripts::PowerShellHosts;
use redress::powershell::parameters::Prepare;
use redress::run::clock::SystemClock;
use redress::run::ports::{CallErrorKind, Clock as _, Scripts};
use redress::sandbox::exchange::{self, AuthServer, ExchangeClock, ExchangeState};
use redress::value::{Json, Timestamp};
use serde_json::json;

use crate::harness::{embedded, everything, hosts, pwsh, run};

const TENANT: &str = "7a1c0000-0000-4000-8000-000000000001";
const OTHER_TENANT: &str = "7a1c0000-0000-4000-8000-000000000002";
const EVO_STS: &str = "0f9d6a40-0000-4000-8000-00000000000a";

fn server(name: &str, guid: &str, realm: &str, url: &str) -> AuthServer {
    AuthServer {
        name: name.to_owned(),
        guid: guid.to_owned(),
        kind: "AzureAD".to_owned(),
        enabled: true,
        realm: realm.to_owned(),
        issuer_identifier: format!("https://sts.windows.net/{realm}/"),
        token_issuing_endpoint: "https://login.windows.net/common/oauth2/token".to_owned(),
        authorization_endpoint: "https://login.windows.net/common/oauth2/authorize".to_owned(),
        auth_metadata_url: url.to_owned(),
        is_default_authorization_endpoint: true,
        application_identifier: String::new(),
        certificate_strings: vec!["T0xE".to_owned()],
        domain_name: vec![],
        distinguished_name: format!("CN={name},CN=Auth Servers,DC=example,DC=com"),
        when_changed_utc: "2026-01-05T08:00:00Z".parse().unwrap(),
        when_created_utc: "2021-01-05T08:00:00Z".parse().unwrap(),
    }
}

fn evo_sts(url: &str) -> AuthServer {
    server(
        "EvoSts - 11111111-2222-4333-8444-555555555555",
        EVO_STS,
        TENANT,
        url,
    )
}

/// What is never the EvoSts object.
fn others() -> Vec<AuthServer> {
    let mut acs = server(
        "ACS - 11111111-2222-4333-8444-555555555555",
        "0f9d6a40-0000-4000-8000-00000000000b",
        TENANT,
        "",
    );
    acs.kind = String::from("MicrosoftACS");
    let mut disabled = server("EvoSts", "0f9d6a40-0000-4000-8000-00000000000c", TENANT, "");
    disabled.enabled = false;
    let named = server("EvoSts copy", "0f9d6a40-0000-4000-8000-00000000000d", TENANT, "");
    let realm = server(
        "EvoSTS",
        "0f9d6a40-0000-4000-8000-00000000000e",
        "example.com",
        "",
    );
    vec![acs, disabled, named, realm]
}

struct Sandbox {
    folder: tempfile::TempDir,
    hosts: PowerShellHosts,
}

impl Sandbox {
    fn new(program: &Path, servers: Vec<AuthServer>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = ExchangeState {
            auth_servers: servers,
            clock: Some(ExchangeClock {
                start: "2026-03-20T10:00:00Z".parse().unwrap(),
                since: SystemClock.now(),
                factor: 60.0,
            }),
            refreshes: 0,
        };
        let module = exchange::write(&folder.path().join("exchange"), &state).unwrap();
        let hosts = hosts(program, Prepare::Module(module.display().to_string()));
        Sandbox { folder, hosts }
    }

    fn state_bytes(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("exchange").join(exchange::STATE)).unwrap()
    }

    fn state(&self) -> ExchangeState {
        exchange::read(&self.folder.path().join("exchange")).unwrap()
    }

    fn job_folder(&self, name: &str) -> PathBuf {
        self.folder.path().join("jobs").join(name)
    }

    async fn names(&self) -> Vec<String> {
        let job = embedded(
            "exchange/get-auth-server",
            &[("TenantId", json!(TENANT))],
            &self.job_folder("get"),
        );
        let body = self.hosts.read(&job).await.unwrap().body;
        let records = body.as_array().unwrap();
        records
            .iter()
            .map(|record| record["Name"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A server that publishes these certificates; gives its URL and how often it was asked.
async fn published(certificates: &[&str]) -> (String, Arc<Mutex<usize>>) {
    let keys: Vec<String> = certificates
        .iter()
        .map(|text| format!("<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{text}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"))
        .collect();
    let role = format!("<RoleDescriptor>{}</RoleDescriptor>", keys.concat());
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">\
         <Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Certificate>Tk9UTUlORQ==</X509Certificate></Signature>\
         {role}{role}</EntityDescriptor>"
    );
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let serve = axum::Router::new().fallback(move || {
        *count.lock().unwrap() += 1;
        let text = text.clone();
        async move { ([("content-type", "application/xml")], text) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, serve).await });
    (format!("http://{address}/{TENANT}/federationmetadata.xml"), asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_evosts_object_is_found_by_what_it_is() {
    let Some(program) = pwsh() else { return };
    let none = Sandbox::new(&program, others());
    assert!(none.names().await.is_empty());

    let mut servers = others();
    servers.push(evo_sts("http://127.0.0.1:1/"));
    let one = Sandbox::new(&program, servers.clone());
    assert_eq!(
        one.names().await,
        ["EvoSts - 11111111-2222-4333-8444-555555555555"]
    );

    servers.push(server(
        "EvoSts - 22222222-2222-4333-8444-555555555555",
        "0f9d6a40-0000-4000-8000-00000000000f",
        OTHER_TENANT,
        "",
    ));
    let two_tenants = Sandbox::new(&program, servers.clone());
    assert_eq!(
        two_tenants.names().await,
        ["EvoSts - 11111111-2222-4333-8444-555555555555"]
    );

    servers.push(server(
        "EvoSTS",
        "0f9d6a40-0000-4000-8000-000000000010",
        TENANT,
        "",
    ));
    let twice = Sandbox::new(&program, servers);
    assert_eq!(twice.names().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_holds_no_secret_and_typed_values() {
    let Some(program) = pwsh() else { return };
    let sandbox = Sandbox::new(&program, vec![evo_sts("http://127.0.0.1:1/x")]);
    let given = [
        ("TenantId", json!(TENANT)),
        ("DomainController", json!("dc1.example.com")),
    ];
    let job = embedded("exchange/get-auth-server", &given, &sandbox.job_folder("get"));
    let body = sandbox.hosts.read(&job).await.unwrap().body;
    let expected = json!([{
        "Name": "EvoSts - 11111111-2222-4333-8444-555555555555", "Guid": EVO_STS,
        "Identity": "EvoSts - 11111111-2222-4333-8444-555555555555", "Realm": TENANT,
        "AuthMetadataUrl": "http://127.0.0.1:1/x", "IsDefaultAuthorizationEndpoint": true,
        "CertificateStrings": ["T0xE"], "WhenChangedUTC": "2026-01-05T08:00:00Z",
        "DistinguishedName": "CN=EvoSts - 11111111-2222-4333-8444-555555555555,CN=Auth Servers,DC=example,DC=com",
    }]);
    assert_eq!(body, expected);
    assert!(!everything(&sandbox.folder.path().join("jobs")).contains("sandbox-app-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_would_be_done_and_does_nothing() {
    let Some(program) = pwsh() else { return };
    let (url, asked) = published(&["TkVX"]).await;
    let sandbox = Sandbox::new(&program, vec![evo_sts(&url)]);
    let before = sandbox.state_bytes();
    let job = embedded(
        "exchange/refresh-auth-metadata",
        &[("Guid", json!(EVO_STS))],
        &sandbox.job_folder("preview"),
    );
    let body = sandbox.hosts.preview(&job).await.unwrap().body;
    let lines = body["what_if"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{body}");
    assert!(lines[0].as_str().unwrap().contains("EvoSts - 11111111"), "{body}");
    assert_eq!(sandbox.state_bytes(), before);
    assert_eq!(*asked.lock().unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_stores_what_is_published() {
    let Some(program) = pwsh() else { return };
    let (url, asked) = published(&["TkVX", "\n  TkVY\n  VA==\n"]).await;
    let mut servers = others();
    servers.push(evo_sts(&url));
    let sandbox = Sandbox::new(&program, servers);
    let before = sandbox.state();
    let given = [
        ("Guid", json!(EVO_STS)),
        ("DomainController", json!("dc1.example.com")),
    ];
    let job = embedded(
        "exchange/refresh-auth-metadata",
        &given,
        &sandbox.job_folder("change"),
    );
    let body = sandbox.hosts.change(&job).await.unwrap().body;
    assert_eq!(body["before"]["CertificateStrings"], json!(["T0xE"]));
    assert_eq!(body["after"]["CertificateStrings"], json!(["TkVX", "TkVYVA=="]));
    let after = sandbox.state();
    assert_eq!((after.refreshes, *asked.lock().unwrap()), (1, 1));
    assert_eq!(after.auth_servers[..4], before.auth_servers[..4]);
    let changed = &after.auth_servers[4];
    assert_eq!(changed.certificate_strings, ["TkVX", "TkVYVA=="]);
    assert_eq!(changed.when_created_utc, before.auth_servers[4].when_created_utc);
    let on_the_sandboxes_clock: Timestamp = "2026-03-20T10:00:00Z".parse().unwrap();
    assert!(changed.when_changed_utc >= on_the_sandboxes_clock);
    assert!(changed.when_changed_utc < "2026-04-20T10:00:00Z".parse().unwrap());
    assert_eq!(sandbox.hosts.recover(&job).await.unwrap().body, body);
    assert!(!everything(&sandbox.folder.path().join("jobs")).contains("sandbox-app-secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guid_that_is_not_there_is_refused_and_changes_nothing() {
    let Some(program) = pwsh() else { return };
    let sandbox = Sandbox::new(&program, vec![evo_sts("http://127.0.0.1:1/x")]);
    let before = sandbox.state_bytes();
    for (at, guid) in [
        "0f9d6a40-0000-4000-8000-0000000000ff",
        "",
        "EvoSts*",
        "00000000-0000-0000-0000-000000000000",
    ]
    .iter()
    .enumerate()
    {
        let folder = sandbox.job_folder(&at.to_string());
        let job = embedded(
            "exchange/refresh-auth-metadata",
            &[("Guid", json!(guid))],
            &folder,
        );
        let error = sandbox.hosts.change(&job).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::Refused, "{guid}: {error:?}");
    }
    assert_eq!(sandbox.state_bytes(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_metadata_url_that_does_not_answer_leaves_the_change_in_doubt() {
    let Some(program) = pwsh() else { return };
    let sandbox = Sandbox::new(&program, vec![evo_sts("http://127.0.0.1:1/x")]);
    let before = sandbox.state_bytes();
    let job = embedded(
        "exchange/refresh-auth-metadata",
        &[("Guid", json!(EVO_STS))],
        &sandbox.job_folder("change"),
    );
    let error = sandbox.hosts.change(&job).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NoAnswer, "{error:?}");
    assert_eq!(sandbox.state_bytes(), before);
}

#[test]
fn the_sandbox_has_the_habits_of_the_real_cmdlets() {
    let Some(program) = pwsh() else { return };
    let sandbox = Sandbox::new(&program, others());
    let module = sandbox.folder.path().join("exchange").join(exchange::MODULE);
    let said = |command: &str| {
        let command = format!("Import-Module -Name '{}'; {command}", module.display());
        let output = run(&program, sandbox.folder.path(), &["-Command", &command]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    assert_eq!(said("@(Get-AuthServer -Identity $null).Count"), "4");
    assert_eq!(said("@(Get-AuthServer -Identity 'misspelt').Count"), "4");
    assert_eq!(said("@(Get-AuthServer -Identity 'EvoSts copy').Count"), "1");
    let before = sandbox.state_bytes();
    for both in [
        "-AuthMetadataUrl 'http://x'",
        "-IsDefaultAuthorizationEndpoint $true",
        "-ApplicationIdentifier 'x'",
    ] {
        let said = said(&format!(
            "Set-AuthServer -Identity 'EvoSts copy' -RefreshAuthMetadata {both}"
        ));
        assert!(said.contains("Parameter set cannot be resolved"), "{said}");
    }
    assert!(said("Set-AuthServer -Identity 'misspelt' -Enabled $false").contains("couldn't be found"));
    assert_eq!(sandbox.state_bytes(), before);
    assert_eq!(said("Set-AuthServer -Identity 'EvoSts copy' -Enabled $false"), "");
    let named: Vec<Json> = sandbox
        .state()
        .auth_servers
        .iter()
        .map(|server| json!(server.enabled))
        .collect();
    assert_eq!(named, [json!(true), json!(false), json!(false), json!(true)]);
}
