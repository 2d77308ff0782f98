//! What a bundle holds, and which results it takes back.

use serde_json::json;

use super::*;
use crate::powershell::{script, templates};

fn bundle() -> Bundle {
    let script = script::of_text(templates::find("exchange/refresh-auth-metadata").unwrap()).unwrap();
    let request = ScriptRequest {
        template: "exchange/refresh-auth-metadata".to_owned(),
        script: script.digest,
        host: "exchange".to_owned(),
        parameters: vec![("Guid".to_owned(), json!("0f9d\u{2019}$(x)"))],
    };
    build(Contents {
        run: &RunId::new("20261123T101500Z-3f9a1c"),
        nonce: "20261123T101500Z-3f9a1c",
        action: &ActionId::new("refresh/-/1"),
        request: &request,
        script: &script.bytes,
        prepare: &Prepare::ExchangeManagementShell,
    })
    .unwrap()
}

fn file<'a>(bundle: &'a Bundle, name: &str) -> &'a [u8] {
    let found = bundle.files.iter().find(|(known, _)| known == name);
    &found.unwrap().1
}

fn manifest() -> Manifest {
    Manifest::parse(file(&bundle(), MANIFEST)).unwrap()
}

fn result(outcome: &str, script: &str) -> String {
    let manifest = manifest();
    let about = "\"redress\":1,\"nonce\":\"20261123T101500Z-3f9a1c\",\"action\":\"refresh/-/1\"";
    let parameters = manifest.files[parameters::FILE];
    format!(
        "{{{about},\"n\":1,\"type\":\"begin\",\"script\":\"{script}\",\"parameters\":\"{parameters}\",\"at\":\"2026-11-23T10:15:00Z\",\
         \"powershell\":\"5.1\",\"edition\":\"Desktop\",\"computer\":\"EX1\",\"account\":\"d\\\\u\"}}\n\
         {{{about},\"n\":2,\"type\":\"record\",\"value\":true}}\n\
         {{{about},\"n\":3,\"type\":\"end\",\"outcome\":\"{outcome}\"}}\n\
         {{{about},\"n\":4,\"type\":\"done\",\"lines\":3}}\n"
    )
}

#[test]
fn the_manifest_lists_every_other_file() {
    let bundle = bundle();
    let manifest = manifest();
    let others = || bundle.files.iter().filter(|(name, _)| name != MANIFEST);
    assert_eq!(manifest.files.len(), others().count());
    for (name, bytes) in others() {
        assert_eq!(manifest.files[name], Digest::of(bytes), "{name}");
    }
    assert_eq!(bundle.manifest, Digest::of(file(&bundle, MANIFEST)));
    assert_eq!(bundle, self::bundle());
}

#[test]
fn the_instructions_compare_first_and_show_the_values() {
    let bundle = bundle();
    let text = std::str::from_utf8(file(&bundle, INSTRUCTIONS)).unwrap();
    assert!(text.find("manifest.json).Hash").unwrap() < text.find("run.ps1 -ParameterFile").unwrap());
    assert!(text.contains("Guid = '0f9d\u{2019}\u{2019}$(x)'"), "{text}");
    assert!(text.contains("CHANGES, with Set-AuthServer"));
    assert!(!text.contains(&bundle.manifest.to_string()));
}

#[test]
fn a_whole_result_of_this_bundle_is_taken() {
    let manifest = manifest();
    let text = result("ok", &manifest.files[SCRIPT].to_string());
    let checked = check_result(&manifest, text.as_bytes()).unwrap();
    assert_eq!(checked.report.ending, Ending::Done);
    assert_eq!(checked.report.begun.unwrap().computer, "EX1");
    assert_eq!(checked.result, Digest::of(text.as_bytes()));
}

#[test]
fn a_script_that_failed_is_a_result_too() {
    let manifest = manifest();
    let text = result("failed", &manifest.files[SCRIPT].to_string());
    let checked = check_result(&manifest, text.as_bytes()).unwrap();
    assert!(matches!(checked.report.ending, Ending::Failed(_)));
}

#[test]
fn any_other_result_is_refused_in_words() {
    let manifest = manifest();
    let good = result("ok", &manifest.files[SCRIPT].to_string());
    let cut = &good[..good.len() - 1];
    for (text, said) in [
        (result("ok", "0000"), "the script has SHA-256 0000"),
        (
            good.replace(&manifest.files[parameters::FILE].to_string(), "1111"),
            "the parameter file has SHA-256 1111",
        ),
        (good.replace("3f9a1c", "000000"), "another run"),
        (good.replace("refresh/-/1", "refresh/-/2"), "another action"),
        (cut.to_owned(), "no final record"),
        (String::new(), "no whole result"),
    ] {
        let error = check_result(&manifest, text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn another_script_than_the_request_names_is_not_bundled() {
    let script = script::of_text(templates::find("exchange/get-auth-server").unwrap()).unwrap();
    let request = ScriptRequest {
        template: "exchange/get-auth-server".to_owned(),
        script: Digest::of(b"other"),
        host: "exchange".to_owned(),
        parameters: vec![],
    };
    let error = build(Contents {
        run: &RunId::new("r"),
        nonce: "n",
        action: &ActionId::new("a"),
        request: &request,
        script: &script.bytes,
        prepare: &Prepare::None,
    });
    assert!(matches!(error, Err(PowerShellError::Script(_))));
}
