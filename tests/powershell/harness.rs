//! Finds PowerShell, makes jobs out of small templates.
//!
//! Mocks nothing: every job runs in a process of its own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use redress::edge::scripts::{HostSettings, PowerShellHosts};
use redress::powershell::model::ScriptRequest;
use redress::powershell::parameters::Prepare;
use redress::powershell::{script, templates};
use redress::run::ports::ScriptJob;
use redress::value::{ActionId, Json};

pub const NONCE: &str = "20261123T101500Z-3f9a1c";

/// PowerShell, or a visible note that the test does not run.
pub fn pwsh() -> Option<PathBuf> {
    let found = match std::env::var_os("REDRESS_TEST_PWSH") {
        Some(given) if Path::new(&given).is_dir() => which::which_in("pwsh", Some(given), ".").ok(),
        Some(given) => Some(PathBuf::from(given)),
        None => which::which("pwsh").ok(),
    };
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI is set and there is no PowerShell"
        );
        skipped("no PowerShell on the PATH and none in REDRESS_TEST_PWSH");
    }
    found
}

/// A note past the test runner's capture, so that it is seen.
pub fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    writeln!(std::io::stderr(), "SKIPPED {test}: {why}").expect("standard error can be written");
}

/// One host `exchange`, here.
pub fn hosts(program: &Path, prepare: Prepare) -> PowerShellHosts {
    hosts_within(program, prepare, Duration::from_secs(120))
}

pub fn hosts_within(program: &Path, prepare: Prepare, time_limit: Duration) -> PowerShellHosts {
    let settings = HostSettings {
        program: Some(program.to_owned()),
        prepare,
        time_limit,
        ..HostSettings::default()
    };
    PowerShellHosts::new(BTreeMap::from([("exchange".to_owned(), settings)]))
}

/// A job for a template's text.
pub fn job(text: &str, parameters: &[(&str, Json)], folder: &Path) -> ScriptJob {
    let file = script::of_text(text).expect("the test's template is well-formed");
    ScriptJob {
        request: ScriptRequest {
            template: "./test".to_owned(),
            script: file.digest,
            host: "exchange".to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        },
        script: Arc::clone(&file.bytes),
        action: ActionId::new("step/target-\u{2019}/1"),
        nonce: NONCE.to_owned(),
        folder: folder.to_owned(),
    }
}

/// A job for an embedded template.
pub fn embedded(name: &str, parameters: &[(&str, Json)], folder: &Path) -> ScriptJob {
    job(templates::find(name).expect("it is embedded"), parameters, folder)
}

/// A template around a function's inside; `parameters` as its header has them.
pub fn template(effect: &str, returns: &str, parameters: &str, inside: &str) -> String {
    let change = effect == "change";
    let changes = if change { "[\"Set-Thing\"]" } else { "[]" };
    format!(
        "# redress: {{\"redress\": 1, \"effect\": \"{effect}\", \"should_process\": {change}, \"returns\": \"{returns}\",\n\
         # redress:  \"module\": \"none\", \"reads\": [], \"changes\": {changes}, \"parameters\": [{parameters}]}}\n\
         function Invoke-RedressTemplate {{\n    [CmdletBinding(SupportsShouldProcess = ${change})]\n{inside}\n}}\n"
    )
}

/// Runs PowerShell with arguments, in a folder, without input.
pub fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(["-NoLogo", "-NoProfile", "-NonInteractive"])
        .args(arguments)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("PowerShell starts")
}

/// Waits until a file has something in it.
pub async fn appears(file: &Path) -> String {
    for _ in 0..3000 {
        if let Ok(text) = std::fs::read_to_string(file)
            && text.ends_with('\n')
        {
            return text.trim().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("`{}` did not appear", file.display());
}

/// All text of all files under a folder.
pub fn everything(folder: &Path) -> String {
    let mut out = String::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            out += &everything(&path);
        } else {
            out += &String::from_utf8_lossy(&std::fs::read(&path).expect("it can be read"));
        }
    }
    out
}
