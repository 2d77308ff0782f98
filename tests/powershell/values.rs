//! Values on their way into PowerShell and back.

use redress::powershell::parameters::Prepare;
use redress::run::ports::Scripts;
use redress::value::Json;
use serde_json::json;

use crate::harness::{hosts, job, pwsh, template};

const DECLARED: &str = r#"{"name": "Text", "type": "string"}, {"name": "Whole", "type": "integer"}, {"name": "Flag", "type": "boolean"},
# redress: {"name": "Items", "type": "list"}, {"name": "Table", "type": "map"}, {"name": "At", "type": "timestamp"}"#;

const ECHO: &str = "    param([string] $Text, [long] $Whole, [bool] $Flag, [object[]] $Items, [System.Collections.IDictionary] $Table, [datetime] $At)
    [ordered]@{ Text = $Text; Whole = $Whole; Flag = $Flag; Items = $Items; Table = $Table; At = $At }";

fn hostile() -> Vec<Json> {
    let mut values: Vec<Json> = [
        "",
        "=",
        "==x",
        "' \u{2018} \u{2019} \u{201a} \u{201b} \" \u{201c} \u{201d} \u{201e}",
        "$(exit 9) `$x ${env:PATH} %PATH%",
        "\r\n'@\n\u{2019}@\n\"@",
        "\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}[31m\u{7f}\u{85}\u{a0}",
        "\u{2028}\u{2029}\u{200b}\u{202e}\u{feff}\u{fffd}",
        "\u{1f600} e\u{301} \u{d1}\u{153} \u{10ffff}",
        "2026-11-23T10:15:00Z",
        "2026-11-23T10:15:00.1234567+02:00",
        "/Date(1700000000000)/",
        "\\/Date(0)\\/",
        "null",
        "true",
        "1e5",
        "-WhatIf",
        "\u{2013}Force",
        "#> <# '",
    ]
    .map(Json::from)
    .to_vec();
    values.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(9_223_372_036_854_775_808_u64),
        json!(u64::MAX),
        json!(0.1),
        json!(-1.5e300),
        json!(5e-324),
        json!(1.0),
        json!([]),
        json!([1]),
        json!([[]]),
        json!([[[null]]]),
        json!([["a"], [], [["b", ["c"]]]]),
        json!({}),
        json!({"": 1}),
        json!({"key": 1, "KEY": 2, "Key": {"$ref": [], "__type": null}}),
        json!({"Count": 1, "Length": 2, "PSObject": 3, "Keys": [4]}),
    ]);
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_value_comes_back_as_it_was() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let table: serde_json::Map<String, Json> = hostile()
        .into_iter()
        .enumerate()
        .map(|(at, value)| (format!("{at}\u{2019}'"), value))
        .collect();
    let given = [
        (
            "Text",
            json!("2026-11-23T10:15:00Z' \u{2019}; exit 9 \u{1f600}\n$(exit 8)"),
        ),
        ("Whole", json!(i64::MIN)),
        ("Flag", json!(false)),
        ("Items", Json::Array(hostile())),
        ("Table", Json::Object(table)),
        ("At", json!("2026-11-23T10:15:00.123456Z")),
    ];
    let job = job(&template("read", "one", DECLARED, ECHO), &given, folder.path());
    let answer = hosts(&program, Prepare::None).read(&job).await.unwrap();
    for (name, value) in given {
        assert_eq!(answer.body[name], value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hostile_text_arrives_as_exactly_one_string() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let texts: Vec<Json> = hostile().into_iter().filter(Json::is_string).collect();
    let inside = "    param([object[]] $Items)
    foreach ($item in $Items) {
        [ordered]@{ Type = $item.GetType().FullName; Units = @($item.ToCharArray() | ForEach-Object -Process { [int]$_ }) }
    }";
    let text = template("read", "list", r#"{"name": "Items", "type": "list"}"#, inside);
    let job = job(&text, &[("Items", Json::Array(texts.clone()))], folder.path());
    let answer = hosts(&program, Prepare::None).read(&job).await.unwrap();
    let expected: Vec<Json> = texts
        .iter()
        .map(|text| {
            let units: Vec<u16> = text.as_str().unwrap().encode_utf16().collect();
            json!({"Type": "System.String", "Units": units})
        })
        .collect();
    assert_eq!(answer.body, Json::Array(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_dotnet_has_comes_back_in_a_documented_form() {
    let Some(program) = pwsh() else { return };
    let folder = tempfile::tempdir().unwrap();
    let inside = r"    param()
    $object = New-Object -TypeName PSObject -Property @{ Inner = (New-Object -TypeName PSObject -Property @{ A = 1 }) }
    [ordered]@{
        Guid = [guid]'0F9D6A40-0000-0000-0000-00000000000A'; Enum = [System.DayOfWeek]::Friday; Bytes = [byte[]](1, 2, 255)
        Big = [bigint]::Parse('170141183460469231731687303715884105728'); Exact = [decimal]1.10; Switch = [switch]$true
        Local = [System.DateTimeOffset]'2026-11-23T12:15:00+02:00'; Span = [timespan]'1.02:03:04'; Uri = [uri]'https://example.com/a b'
        Object = $object; Queue = (New-Object -TypeName System.Collections.Queue -ArgumentList (, @(1, 2))); NotANumber = [double]::NaN
        Lone = 'a' + [char]0xD800 + 'b'; Char = [char]0x2019
    }";
    let job = job(&template("read", "one", "", inside), &[], folder.path());
    let answer = hosts(&program, Prepare::None).read(&job).await.unwrap();
    let expected = json!({
        "Guid": "0f9d6a40-0000-0000-0000-00000000000a", "Enum": "Friday", "Bytes": "AQL/",
        "Big": "170141183460469231731687303715884105728", "Exact": 1.1, "Switch": true,
        "Local": "2026-11-23T10:15:00Z", "Span": "1.02:03:04", "Uri": "https://example.com/a b",
        "Object": {"Inner": {"A": 1}}, "Queue": [1, 2], "NotANumber": "NaN", "Lone": "a\u{fffd}b", "Char": "\u{2019}",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.body[name], value, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_environment_beyond_the_list_reaches_the_script() {
    let Some(program) = pwsh() else { return };
    assert!(
        std::env::var_os("CARGO_MANIFEST_DIR").is_some(),
        "cargo sets it for tests"
    );
    let folder = tempfile::tempdir().unwrap();
    let inside = "    param()\n    [ordered]@{ Cargo = $env:CARGO_MANIFEST_DIR; Path = [bool]$env:PATH }";
    let job = job(&template("read", "one", "", inside), &[], folder.path());
    let answer = hosts(&program, Prepare::None).read(&job).await.unwrap();
    assert_eq!(answer.body, json!({"Cargo": null, "Path": true}));
}
