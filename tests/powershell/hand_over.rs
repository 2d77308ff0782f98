//! A bundle's way: written, run by hand in an empty folder with nothing but it, taken back.

use redress::powershell::PowerShellError;
use redress::powershell::bundle::{self, Bundle, Contents, MANIFEST, Manifest};
use redress::powershell::parameters::Prepare;
use redress::powershell::results::Ending;
use redress::powershell::template::Returns;
use redress::value::{Digest, RunId};
use serde_json::json;

use crate::harness::{NONCE, job, pwsh, run, template};

const TEXT: &str = "    param([string] $Text)\n    [ordered]@{ Said = $Text }";

fn bundle(folder: &std::path::Path) -> (Bundle, Manifest, Returns) {
    let text = template("change", "one", r#"{"name": "Text", "type": "string"}"#, TEXT);
    let job = job(&text, &[("Text", json!("\u{2019} $(exit 1) \u{1f600}"))], folder);
    let bundle = bundle::build(Contents {
        run: &RunId::new(NONCE),
        nonce: &job.nonce,
        action: &job.action,
        request: &job.request,
        script: &job.script,
        prepare: &Prepare::None,
    })
    .unwrap();
    for (name, bytes) in &bundle.files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let manifest = Manifest::parse(&std::fs::read(folder.join(MANIFEST)).unwrap()).unwrap();
    (bundle, manifest, Bundle::returns(&job.script).unwrap())
}

#[test]
fn a_bundle_is_run_once_and_its_result_is_taken() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (bundle, manifest, returns) = bundle(folder.path());
    assert_eq!(
        Digest::of(&std::fs::read(folder.path().join(MANIFEST)).unwrap()),
        bundle.manifest
    );
    let arguments = ["-File", "run.ps1", "-ParameterFile", "parameters.json"];
    let output = run(&program, folder.path(), &arguments);
    assert!(output.status.success(), "{output:?}");
    let result = std::fs::read(folder.path().join(&manifest.result)).unwrap();
    let checked = bundle::check_result(&manifest, &result).unwrap();
    assert_eq!(checked.report.ending, Ending::Done);
    assert_eq!(
        checked.report.body(returns).unwrap(),
        json!({"Said": "\u{2019} $(exit 1) \u{1f600}"})
    );

    let again = run(&program, folder.path(), &arguments);
    assert_eq!(again.status.code(), Some(22), "{again:?}");
    assert_eq!(
        std::fs::read(folder.path().join(&manifest.result)).unwrap(),
        result
    );
}

#[test]
fn an_edited_script_starts_nothing_and_edited_parameters_are_not_taken() {
    let Some(program) = pwsh() else { return };
    let arguments = ["-File", "run.ps1", "-ParameterFile", "parameters.json"];
    let edited = tempfile::tempdir().unwrap();
    let (_, manifest, _) = bundle(edited.path());
    let mut script = std::fs::read(edited.path().join("run.ps1")).unwrap();
    script.extend_from_slice(b"# one more line\r\n");
    std::fs::write(edited.path().join("run.ps1"), script).unwrap();
    assert_eq!(run(&program, edited.path(), &arguments).status.code(), Some(21));
    let result = std::fs::read(edited.path().join(&manifest.result)).unwrap();
    let checked = bundle::check_result(&manifest, &result).unwrap();
    assert!(matches!(checked.report.ending, Ending::NotStarted(_)));

    let swapped = tempfile::tempdir().unwrap();
    let (_, manifest, _) = bundle(swapped.path());
    let parameters = std::fs::read_to_string(swapped.path().join("parameters.json")).unwrap();
    std::fs::write(
        swapped.path().join("parameters.json"),
        parameters.replace("exit 1", "exit 2"),
    )
    .unwrap();
    assert!(run(&program, swapped.path(), &arguments).status.success());
    let result = std::fs::read(swapped.path().join(&manifest.result)).unwrap();
    let error = bundle::check_result(&manifest, &result).unwrap_err();
    assert!(matches!(
        error,
        PowerShellError::Digest {
            what: "parameter file",
            ..
        }
    ));
}
