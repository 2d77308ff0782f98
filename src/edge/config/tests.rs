use std::path::{Path, PathBuf};

use super::check::check;
use super::*;

const REAL: &str = "redress: 1
tenants:
  contoso:
    id: 11111111-2222-3333-4444-555555555555
    cloud: global
    sign_in:
      client_id: AAAAAAAA-2222-3333-4444-555555555555
      client_secret: env:REDRESS_CLIENT_SECRET
    hosts:
      adfs: https://adfs.example.com
    powershell:
      exchange:
        run: hand_over
        prepare: exchange_management_shell
        domain_controller: dc1.corp.example.com
state: state
log_key: file:log_key
policy: {approvals: 2, reading_posts: [POST /security/runHuntingQuery]}
";

fn sandbox() -> SandboxConfig {
    SandboxConfig {
        name: "Contoso \"sandbox\"".to_owned(),
        id: crate::value::TenantId::new("11111111-2222-3333-4444-555555555555"),
        graph: "http://127.0.0.1:4711".to_owned(),
        login: "http://127.0.0.1:4711".to_owned(),
        client_id: "99999999-2222-3333-4444-555555555555".to_owned(),
        secret_file: "client.secret".to_owned(),
        hosts: vec![("federation".to_owned(), "http://127.0.0.1:4711".to_owned())],
        exchange: Some(SandboxExchange {
            run: RunWhere::Here,
            module: "exchange/RedressSandboxExchange.psm1".to_owned(),
            domain_controller: Some("dc1.sandbox.example".to_owned()),
        }),
        state: "state".to_owned(),
        log_key: "log_key".to_owned(),
        clock: ClockConfig {
            start: "2026-03-12T08:00:00Z".parse().unwrap(),
            since: "2026-11-23T10:15:00.25Z".parse().unwrap(),
            factor: 60,
        },
    }
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        Files { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self, named: Option<&str>) -> Result<Config, ConfigError> {
        load(&Places {
            named: named.map(|name| self.path(name)),
            user: Some(self.path("user.yaml")),
            machine: vec![self.path("machine.yaml")],
            state: Some(self.path("default-state")),
        })
    }
}

fn mistakes(text: &str) -> Vec<(&'static str, String, String)> {
    let found = check(Path::new("redress.yaml"), text, Platform::Other).unwrap_err();
    found
        .into_iter()
        .map(|d| (d.code, d.span.as_ref().unwrap().place(), format!("{} | {}", d.message, d.help.join(" | "))))
        .collect()
}

#[test]
fn a_configuration_is_read_with_its_paths_relative_to_it() {
    let files = Files::new(&[("user.yaml", REAL)]);
    let config = files.load(None).unwrap();
    let tenant = config.tenant(None).unwrap();
    assert_eq!(tenant.graph.as_str(), "https://graph.microsoft.com");
    assert_eq!(tenant.login.as_str(), "https://login.microsoftonline.com");
    assert_eq!(
        tenant.sign_in,
        SignIn::ClientSecret {
            client_id: "aaaaaaaa-2222-3333-4444-555555555555".to_owned(),
            secret: SecretRef::Env("REDRESS_CLIENT_SECRET".to_owned()),
        }
    );
    let exchange = &tenant.powershell["exchange"];
    assert_eq!((exchange.run, &exchange.prepare), (RunWhere::HandOver, &Prepare::ExchangeManagementShell));
    assert_eq!(config.state, files.path("state"));
    assert_eq!(config.log_key, Some(files.path("log_key")));
    assert_eq!(config.allowed_signers, files.path("allowed_signers"));
    assert_eq!((config.policy.approvals, config.policy_by), (2, PolicyBy::Operator));
    assert!(config.clock.is_none() && config.warnings.is_empty());
}

#[test]
fn what_a_sandbox_writes_is_read() {
    let written = sandbox();
    let files = Files::new(&[("sandbox.yaml", &render_sandbox(&written))]);
    let config = files.load(Some("sandbox.yaml")).unwrap();
    let tenant = config.tenant(Some(&written.name)).unwrap();
    assert!(tenant.sandbox && tenant.graph.is_loopback());
    assert_eq!(tenant.id, written.id);
    assert_eq!(
        tenant.sign_in,
        SignIn::ClientSecret {
            client_id: written.client_id.clone(),
            secret: SecretRef::File(files.path("client.secret")),
        }
    );
    assert_eq!(tenant.hosts["federation"].as_str(), "http://127.0.0.1:4711");
    let exchange = &tenant.powershell["exchange"];
    assert_eq!(exchange.run, RunWhere::Here);
    assert_eq!(exchange.prepare, Prepare::Module(files.path("exchange/RedressSandboxExchange.psm1")));
    assert_eq!(exchange.domain_controller.as_deref(), Some("dc1.sandbox.example"));
    assert_eq!(config.clock, Some(written.clock));
    assert_eq!(config.state, files.path("state"));
}

#[test]
fn each_mistake_has_its_code_and_place() {
    let replaced = |from: &str, to: &str| {
        assert!(REAL.contains(from), "{from}");
        REAL.replace(from, to)
    };
    let table = [
        (replaced("redress: 1", "redress: 2"), "R0506", "redress.yaml:1:10", "format 2"),
        (replaced("    cloud:", "    clod:"), "R0502", "redress.yaml:5:5", "did you mean `cloud`?"),
        (replaced("global", "globe"), "R0503", "redress.yaml:5:12", "`us_gov_l4`"),
        (replaced("    cloud: global\n", ""), "R0509", "redress.yaml:4:5", "either `cloud`"),
        (replaced("11111111-2222", "contoso"), "R0507", "redress.yaml:4:9", "no GUID"),
        (replaced("AAAAAAAA", "AAAAAAA"), "R0507", "redress.yaml:7:18", "client id"),
        (replaced("      client_secret: env:REDRESS_CLIENT_SECRET\n", ""), "R0512", "redress.yaml:7:7", "either `client_id`"),
        (replaced("https://adfs.example.com", "http://adfs.example.com"), "R0508", "redress.yaml:10:13", "not encrypted"),
        (replaced("https://adfs.example.com", "http://127.0.0.1:1"), "R0510", "redress.yaml:10:13", "sandbox: true"),
        (replaced("cloud: global", "cloud: global\n    sandbox: true").replace("https://adfs", "http://127.0.0.1").replace(".example.com\n    p", ":1\n    p"), "R0510", "redress.yaml:5:12", "loopback"),
        (replaced("cloud: global", "{graph: 'https://graph.example.com', x"), "R0501", "redress.yaml:5:5", "YAML"),
        (replaced("cloud: global", "graph: https://graph.example.com\n    login: https://login.example.com"), "R0509", "redress.yaml:5:12", "no known cloud"),
        (replaced("cloud: global", "graph: https://graph.microsoft.com\n    login: https://login.microsoftonline.us"), "R0509", "redress.yaml:5:12", "no known cloud"),
        (replaced("run: hand_over", "run: here"), "R0513", "redress.yaml:13:14", "Windows only"),
        (replaced("run: hand_over", "run: there"), "R0503", "redress.yaml:13:14", "`hand_over`"),
        (replaced("dc1.corp.example.com", "dc1"), "R0513", "redress.yaml:15:28", "full name"),
        (replaced("log_key: file:log_key", "log_key: log_key"), "R0516", "redress.yaml:17:10", "`file:PATH`"),
        (replaced("approvals: 2", "approvals: 0"), "R0515", "redress.yaml:18:21", "1 to 20"),
        (replaced("approvals: 2", "approvals: two"), "R0503", "redress.yaml:18:21", "expected"),
        (replaced("[POST /", "[GET /"), "R0515", "redress.yaml:18:40", "POST /path"),
        (replaced("state: state", "state: a\nstate: b"), "R0505", "redress.yaml:17:1", "`state`"),
        (replaced("state: state", "clock: {start: '2026-01-01T00:00:00Z', since: '2026-01-01T00:00:00Z', factor: 60}"), "R0514", "redress.yaml:16:8", "sandboxes"),
    ];
    for (text, code, place, words) in table {
        let found = mistakes(&text);
        let first = &found[0];
        assert_eq!((first.0, first.1.as_str()), (code, place), "{found:?}\n{text}");
        assert!(first.2.contains(words), "{found:?} should contain `{words}`");
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn all_mistakes_of_meaning_come_at_once_in_the_files_order() {
    let text = REAL
        .replace("11111111-2222", "x")
        .replace("env:REDRESS_CLIENT_SECRET", "hunter2")
        .replace("approvals: 2", "approvals: 0");
    let codes: Vec<_> = mistakes(&text).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, ["R0507", "R0511", "R0515"]);
}

#[test]
fn a_secret_in_the_file_is_refused_and_never_shown() {
    let texts = [
        REAL.replace("env:REDRESS_CLIENT_SECRET", "hunter2"),
        REAL.replace("client_secret: env:REDRESS_CLIENT_SECRET", "client_secert: hunter2"),
        REAL.replace("client_secret: env:REDRESS_CLIENT_SECRET", "client_secret: [hunter2]"),
        REAL.replace("client_secret: env:REDRESS_CLIENT_SECRET", "client_secret: >\n        hunter2"),
        REAL.replace("client_secret: env:REDRESS_CLIENT_SECRET", "token: hunter2"),
        REAL.replace("client_secret: env:REDRESS_CLIENT_SECRET", "client_secret: {x: hunter2"),
        REAL.replace("    sign_in:\n", "    sign_in: hunter2\n    x:\n"),
    ];
    for text in texts {
        assert!(text.contains("hunter2"));
        let found = check(Path::new("redress.yaml"), &text, Platform::Other).unwrap_err();
        // The whole source is what a renderer can quote from.
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
}

#[test]
fn on_premises_exchange_runs_here_on_windows_and_in_a_sandbox() {
    let text = REAL.replace("run: hand_over", "run: here");
    assert!(check(Path::new("redress.yaml"), &text, Platform::Windows).is_ok());
    assert!(check(Path::new("redress.yaml"), &render_sandbox(&sandbox()), Platform::Other).is_ok());
}

#[test]
fn the_machine_wide_file_decides_policy_and_signers() {
    let machine = "redress: 1\npolicy: {approvals: 3}\nallowed_signers: machine_signers\n";
    let user = REAL.replace("state: state", "state: state\nallowed_signers: mine");
    let files = Files::new(&[("machine.yaml", machine), ("user.yaml", &user)]);
    let config = files.load(None).unwrap();
    assert_eq!((config.policy.approvals, config.policy_by), (3, PolicyBy::Machine));
    assert!(config.policy.reading_posts.is_empty());
    assert_eq!(config.allowed_signers, files.path("machine_signers"));
    assert_eq!(config.state, files.path("state"));
    let lines: Vec<_> = config.warnings.iter().map(|w| w.span.as_ref().unwrap().place()).collect();
    assert_eq!(lines.len(), 3, "{:?}", config.warnings);
    assert!(config.tenant(None).is_ok());
}

#[test]
fn ones_own_file_may_ask_for_more_approvals_than_the_machine() {
    let files = Files::new(&[("machine.yaml", "redress: 1\n"), ("user.yaml", REAL)]);
    assert_eq!(files.load(None).unwrap().policy.approvals, 2);
}

#[test]
fn a_sandbox_brings_its_own_signers_even_beside_a_machine_wide_file() {
    let files = Files::new(&[
        ("machine.yaml", "redress: 1\npolicy: {approvals: 3}\n"),
        ("sandbox.yaml", &render_sandbox(&sandbox())),
    ]);
    let config = files.load(Some("sandbox.yaml")).unwrap();
    assert_eq!((config.policy.approvals, config.policy_by), (1, PolicyBy::Operator));
    assert_eq!(config.allowed_signers, files.path("allowed_signers"));
}

#[test]
fn a_named_file_comes_before_the_users() {
    let files = Files::new(&[("user.yaml", REAL), ("other.yaml", &REAL.replace("contoso", "fabrikam"))]);
    let config = files.load(Some("other.yaml")).unwrap();
    assert!(config.tenants.contains_key("fabrikam") && config.tenants.len() == 1);
    let missing = files.load(Some("none.yaml")).unwrap_err();
    assert!(matches!(missing, ConfigError::Unreadable { .. }), "{missing}");
}

#[test]
fn without_any_file_the_error_names_the_places() {
    let files = Files::new(&[]);
    let error = files.load(None).unwrap_err();
    assert!(error.to_string().contains("user.yaml") && error.to_string().contains("machine.yaml"), "{error}");
}

#[test]
fn the_profile_picks_a_tenant_and_a_typo_is_suggested() {
    let two = REAL.replace(
        "tenants:\n",
        "tenants:\n  fabrikam: {id: 11111111-2222-3333-4444-666666666666, cloud: china, sign_in: {token: 'env:T'}}\n",
    );
    let files = Files::new(&[("user.yaml", &two)]);
    let config = files.load(None).unwrap();
    assert_eq!(config.tenant(Some("fabrikam")).unwrap().cloud, Some(Cloud::China));
    let which = config.tenant(None).unwrap_err();
    assert_eq!(which.hints(), ["`--profile` picks one of `contoso`, `fabrikam`"]);
    let typo = config.tenant(Some("contosso")).unwrap_err();
    assert_eq!(typo.hints(), ["did you mean `contoso`?"]);
}

#[test]
fn removing_a_signers_line_counts_at_once() {
    let line = "jess@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIoMq4lFwCyHbVMDaB8oXh1vNTyXTnNFHhcHQY6Xcx1Z\n";
    let files = Files::new(&[("user.yaml", REAL), ("allowed_signers", line)]);
    let config = files.load(None).unwrap();
    assert_eq!(config.signers().unwrap().len(), 1);
    std::fs::write(files.path("allowed_signers"), "").unwrap();
    assert!(config.signers().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_machine_wide_file_that_others_may_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let files = Files::new(&[("machine.yaml", REAL)]);
    std::fs::set_permissions(files.path("machine.yaml"), PermissionsExt::from_mode(0o666)).unwrap();
    let error = files.load(None).unwrap_err();
    assert!(error.to_string().contains("others than its owner may write it"), "{error}");
}

#[test]
fn the_codes_are_sorted_and_unique() {
    assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
}
