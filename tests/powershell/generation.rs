//! Script text and literals before PowerShell's own parser.

use redress::powershell::{literal, script, templates};
use redress::sandbox::exchange::{self, ExchangeState};
use serde_json::Value;

use crate::harness::{pwsh, run, skipped};

/// What `pwsh -lint` says of a file; `None` where this PowerShell has no such thing.
fn lint(program: &std::path::Path, file: &std::path::Path) -> Option<Value> {
    let folder = file.parent().unwrap();
    let output = std::process::Command::new(program)
        .arg("-lint")
        .arg(file)
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let said: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    let said = said.filter(|said| said["newer"].is_array());
    if said.is_none() {
        skipped("this PowerShell has no -lint");
    }
    said
}

#[test]
fn every_script_is_good_for_windows_powershell_too() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut files = vec![exchange::write(folder.path(), &ExchangeState::default()).unwrap()];
    for name in templates::names() {
        let file = folder.path().join(name.replace('/', "-") + ".ps1");
        std::fs::write(
            &file,
            &script::of_text(templates::find(name).unwrap()).unwrap().bytes,
        )
        .unwrap();
        files.push(file);
    }
    for file in files {
        let Some(said) = lint(&program, &file) else { return };
        for finding in ["errors", "newer", "nonAscii"] {
            assert_eq!(
                said[finding].as_array().unwrap().len(),
                0,
                "{}: {said}",
                file.display()
            );
        }
        assert_eq!(said["bom"], true, "{}", file.display());
    }
}

#[test]
fn every_literal_is_read_as_the_string_that_it_was() {
    let Some(program) = pwsh() else { return };
    let strings = [
        "",
        "plain",
        "a'b",
        "\u{2018}\u{2019}\u{201a}\u{201b}'",
        "\u{201c}$(exit 9)\u{201d}\"",
        "'; exit 9 #",
        "\u{2019}; exit 9; \u{2019}",
        "$env:PATH `n \\ %PATH%",
        "line\r\nbreak\ttab\u{2028}\u{2029}\u{85}end",
        "\u{7}\u{1b}[31m\u{7f}",
        "-Force \u{2013}x",
        "\u{1f600}\u{202e}\u{feff}",
        "@'\n'@",
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("literals.ps1");
    let list: Vec<String> = strings
        .iter()
        .map(|text| literal::string(text).unwrap())
        .collect();
    let text = format!(
        "\u{feff}foreach ($text in @({})) {{ [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($text)) + '.' }}\r\n",
        list.join(", ")
    );
    std::fs::write(&file, text).unwrap();
    let output = run(&program, folder.path(), &["-File", file.to_str().unwrap()]);
    let expected: Vec<String> = strings.iter().map(|text| base64(text) + ".").collect();
    let found = String::from_utf8_lossy(&output.stdout);
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{output:?}");
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
