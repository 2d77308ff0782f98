//! Begin, go, end and final record, and what is left when one of the two processes dies.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use redress::powershell::parameters::{Begin, Identity, Mode, ParameterFile, Prepare};
use redress::powershell::results::{self, Ending, Report};
use redress::powershell::template::Declaration;
use redress::run::ports::{CallErrorKind, Door, ScriptJob, Scripts};
use serde_json::json;

use crate::harness::{NONCE, appears, hosts, hosts_within, job, pwsh, run, template};

/// Writes its process id to a file beside the script, then waits for a file `release`.
const WAITS: &str = "    param()
    [System.IO.File]::WriteAllText((Join-Path -Path $PSScriptRoot -ChildPath 'pid'), \"$PID`n\")
    while (-not (Test-Path -LiteralPath (Join-Path -Path $PSScriptRoot -ChildPath 'release'))) { Start-Sleep -Milliseconds 20 }
    'changed'";

fn waits() -> String {
    template("change", "one", "", WAITS)
}

fn report(job: &ScriptJob, folder: &Path) -> Report {
    let bytes = std::fs::read(folder.join("result.jsonl")).unwrap_or_default();
    let identity = Identity {
        nonce: NONCE,
        action: &job.action,
    };
    results::read(&bytes, identity)
}

/// Lays a change's files out as a run does, without starting it.
fn lay_out(job: &ScriptJob) {
    let identity = Identity {
        nonce: NONCE,
        action: &job.action,
    };
    let declaration = Declaration::of_script(&job.script).unwrap();
    let file = ParameterFile::bind(
        &declaration,
        &job.request,
        identity,
        (Mode::Change, Begin::AfterGo),
        &Prepare::None,
    )
    .unwrap();
    std::fs::write(job.folder.join("script.ps1"), &job.script).unwrap();
    std::fs::write(job.folder.join("parameters.json"), file.bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_stream_is_captured_in_order() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let inside = "    param()
    Write-Warning -Message 'a warning'
    Write-Verbose -Message 'said' -Verbose
    Write-Information -MessageData 'told'
    Write-Error -Message 'not the end' -ErrorId 'Soft' -ErrorAction Continue
    [System.Console]::Out.WriteLine('{\"redress\":1,\"type\":\"done\"}')
    1
    , @(2)";
    let job = job(&template("read", "list", "", inside), &[], folder.path());
    let answer = hosts(&program, Prepare::None).read(&job).await.unwrap();
    assert_eq!(answer.body, json!([1, [2]]));
    let report = report(&job, &folder.path().join("1"));
    let said: Vec<(&str, &str)> = report
        .messages
        .iter()
        .map(|m| (m.stream, m.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("warning", "a warning"),
            ("verbose", "said"),
            ("information", "told")
        ]
    );
    assert_eq!(report.errors[0].message, "not the end");
    assert!(report.errors[0].code.starts_with("Soft"), "{:?}", report.errors);
    assert!(!report.errors[0].stack.is_empty());
    let begun = report.begun.unwrap();
    assert_eq!(begun.script, job.request.script.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_read_says_why_and_a_failed_change_is_in_doubt() {
    let Some(program) = pwsh() else { return };
    let hosts = hosts(&program, Prepare::None);
    for (inside, code) in [
        ("    param()\n    Get-NoSuchThing", "CommandNotFoundException"),
        ("    param()\n    throw 'broken'", "broken"),
        (
            "    param()\n    Write-Error -Message 'hard' -ErrorId 'Hard'",
            "Hard",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let read = job(
            &template("read", "list", "", inside),
            &[],
            &folder.path().join("read"),
        );
        let error = hosts.read(&read).await.unwrap_err();
        assert!(error.code.clone().unwrap().starts_with(code), "{error:?}");
        let permission = code == "CommandNotFoundException";
        assert_eq!(error.kind == CallErrorKind::Permission, permission, "{error:?}");
        let change = job(
            &template("change", "list", "", inside),
            &[],
            &folder.path().join("change"),
        );
        let error = hosts.change(&change).await.unwrap_err();
        assert_eq!(error.kind, CallErrorKind::NoAnswer, "{error:?}");
        assert!(error.code.unwrap().starts_with(code));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_is_killed_in_the_middle_is_in_doubt() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let job = job(&waits(), &[], folder.path());
    let hosts = hosts(&program, Prepare::None);
    let kill = async {
        let pid = appears(&folder.path().join("pid")).await;
        kill(&pid);
    };
    let (result, ()) = tokio::join!(hosts.change(&job), kill);
    assert_eq!(result.unwrap_err().kind, CallErrorKind::NoAnswer);
    let again = hosts.recover(&job).await.unwrap_err();
    assert_eq!(again.kind, CallErrorKind::NoAnswer);
    // A second start in the same folder would be a second change.
    assert_eq!(
        hosts.change(&job).await.unwrap_err().kind,
        CallErrorKind::NoAnswer
    );
}

#[cfg(unix)]
fn kill(pid: &str) {
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
}

#[cfg(windows)]
fn kill(pid: &str) {
    assert!(
        Command::new("taskkill")
            .args(["/F", "/PID", pid])
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_whose_parent_is_gone_before_the_go_starts_nothing() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let job = job(&waits(), &[], folder.path());
    lay_out(&job);
    let mut child = Command::new(&program)
        .args([
            "-NoLogo",
            "-NoProfile",
            "-NonInteractive",
            "-File",
            "script.ps1",
            "-ParameterFile",
            "parameters.json",
        ])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    while !report(&job, folder.path()).ready {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let hosts = hosts(&program, Prepare::None);
    let recovering = hosts.recover(&job);
    drop(child.stdin.take());
    let error = recovering.await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotSent, "{error:?}");
    assert_eq!(child.wait().unwrap().code(), Some(21));
    assert!(!folder.path().join("pid").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_whose_parent_is_gone_after_the_go_finishes_and_is_recovered() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let job = job(&waits(), &[], folder.path());
    lay_out(&job);
    let mut child = Command::new(&program)
        .args([
            "-NoLogo",
            "-NoProfile",
            "-NonInteractive",
            "-File",
            "script.ps1",
            "-ParameterFile",
            "parameters.json",
        ])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    appears(&folder.path().join("pid")).await;
    let hosts = Arc::new(hosts(&program, Prepare::None));
    let recovering = tokio::spawn({
        let (hosts, job) = (Arc::clone(&hosts), job.clone());
        async move { hosts.recover(&job).await }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(
        !recovering.is_finished(),
        "the script still runs and holds its lock"
    );
    std::fs::write(folder.path().join("release"), "").unwrap();
    assert_eq!(recovering.await.unwrap().unwrap().body, json!("changed"));
    assert!(child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_scripts_never_run_in_one_folder() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let job = job(&waits(), &[], folder.path());
    let hosts = hosts(&program, Prepare::None);
    let second = async {
        appears(&folder.path().join("pid")).await;
        let file = folder.path().join("script.ps1");
        let output = run(
            &program,
            folder.path(),
            &[
                "-File",
                file.to_str().unwrap(),
                "-ParameterFile",
                "parameters.json",
            ],
        );
        std::fs::write(folder.path().join("release"), "").unwrap();
        output
    };
    let (first, second) = tokio::join!(hosts.change(&job), second);
    assert_eq!(first.unwrap().body, json!("changed"));
    assert_eq!(second.status.code(), Some(22), "{second:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_dropped_or_too_slow_ends_with_its_process() {
    let Some(program) = pwsh() else { return };
    let dropped = tempfile::tempdir().unwrap();
    let first = job(&waits(), &[], dropped.path());
    let host = hosts(&program, Prepare::None);
    let pid = dropped.path().join("pid");
    tokio::select! {
        _ = host.change(&first) => panic!("it waits for a file that never comes"),
        _ = appears(&pid) => {}
    }
    // The lock is free only when the process is gone.
    assert_eq!(
        host.recover(&first).await.unwrap_err().kind,
        CallErrorKind::NoAnswer
    );

    let slow = tempfile::tempdir().unwrap();
    let second = job(&waits(), &[], slow.path());
    let host = hosts_within(&program, Prepare::None, Duration::from_secs(4));
    let error = host.change(&second).await.unwrap_err();
    assert!(
        matches!(error.kind, CallErrorKind::NoAnswer | CallErrorKind::NotSent),
        "{error:?}"
    );
    assert!(error.message.contains("time limit"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn constrained_language_mode_is_said_and_nothing_is_started() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let job = job(&waits(), &[], folder.path());
    lay_out(&job);
    let file = folder.path().join("script.ps1");
    let command = format!(
        "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; & '{}' -ParameterFile '{}'; exit $LASTEXITCODE",
        file.display(),
        folder.path().join("parameters.json").display()
    );
    let output = run(&program, folder.path(), &["-Command", &command]);
    let report = report(&job, folder.path());
    assert!(
        matches!(&report.ending, Ending::NotStarted(reason) if reason.code == "ConstrainedLanguage"),
        "{report:?} {output:?}"
    );
    let error = hosts(&program, Prepare::None).recover(&job).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotSent);
    assert!(error.hints[0].contains("signed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_began_was_not_sent() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let never = job(&waits(), &[], &folder.path().join("never"));
    let missing = Prepare::Module(folder.path().join("Missing.psm1").display().to_string());
    let host = hosts(&program, missing);
    assert_eq!(
        host.recover(&never).await.unwrap_err().kind,
        CallErrorKind::NotSent
    );
    assert!(!never.folder.exists());
    let error = host.change(&never).await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::NotSent);
    assert!(error.message.contains("Missing.psm1"), "{error:?}");
    assert_eq!(
        host.recover(&never).await.unwrap_err().kind,
        CallErrorKind::NotSent
    );

    let none = hosts(Path::new("/no/such/pwsh"), Prepare::None);
    assert_eq!(none.door("exchange"), Door::NoPowerShell);
    assert_eq!(none.door("other"), Door::NotConfigured);
    assert_eq!(host.door("exchange"), Door::Here);
    assert_eq!(
        none.change(&never).await.unwrap_err().kind,
        CallErrorKind::NotSent
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_run_only_as_what_it_declares() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let hosts = hosts(&program, Prepare::None);
    let change = job(&waits(), &[], &folder.path().join("a"));
    let read = job(
        &template("read", "list", "", "    param()"),
        &[],
        &folder.path().join("b"),
    );
    assert_eq!(
        hosts.read(&change).await.unwrap_err().kind,
        CallErrorKind::NotAllowed
    );
    assert_eq!(
        hosts.change(&read).await.unwrap_err().kind,
        CallErrorKind::NotAllowed
    );
    assert_eq!(
        hosts.preview(&read).await.unwrap_err().kind,
        CallErrorKind::NotAllowed
    );
    let mut other = read.clone();
    other.script = Arc::clone(&change.script);
    assert_eq!(
        hosts.read(&other).await.unwrap_err().kind,
        CallErrorKind::NotAllowed
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
