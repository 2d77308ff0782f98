//! Whole, cut, foreign and edited result files.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::value::ActionId;

const BEGIN: &str = r#""script":"s","parameters":"p","at":"2026-11-23T10:15:00Z","powershell":"7.6.9","edition":"Core","computer":"c","account":"d\\u""#;

fn action() -> ActionId {
    ActionId::new("refresh/-/1")
}

fn file(lines: &[(&str, &str)]) -> Vec<u8> {
    let lines: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(at, (kind, members))| {
            let comma = if members.is_empty() { "" } else { "," };
            let about = r#""redress":1,"nonce":"run-1","action":"refresh/-/1""#;
            format!(
                "{{{about},\"n\":{},\"type\":\"{kind}\"{comma}{members}}}\n",
                at + 1
            )
        })
        .collect();
    lines.concat().into_bytes()
}

fn whole() -> Vec<u8> {
    file(&[
        ("ready", ""),
        ("begin", BEGIN),
        ("warning", r#""message":"careful""#),
        ("record", r#""value":["map",["=Name","=EvoSts"]]"#),
        ("error", r#""message":"m","code":"c""#),
        ("end", r#""outcome":"ok""#),
        ("done", r#""lines":6"#),
    ])
}

fn report(bytes: &[u8]) -> Report {
    let action = action();
    read(
        bytes,
        Identity {
            nonce: "run-1",
            action: &action,
        },
    )
}

fn in_doubt(bytes: &[u8]) -> String {
    match report(bytes).ending {
        Ending::InDoubt { why } => why,
        other => panic!("expected in doubt, found {other:?}"),
    }
}

#[test]
fn a_whole_file_is_believed() {
    let report = report(&whole());
    assert_eq!(report.ending, Ending::Done);
    assert_eq!(report.body(Returns::One).unwrap(), json!({"Name": "EvoSts"}));
    assert_eq!(report.body(Returns::List).unwrap(), json!([{"Name": "EvoSts"}]));
    assert_eq!(report.messages[0].text, "careful");
    assert_eq!(report.errors[0].code, "c");
}

#[test]
fn a_cut_anywhere_is_never_a_success() {
    let whole = whole();
    let begun = whole
        .split_inclusive(|b| *b == b'\n')
        .take(2)
        .map(<[u8]>::len)
        .sum();
    for cut in 0..whole.len() {
        match report(&whole[..cut]).ending {
            Ending::NotBegun => assert!(cut < begun, "cut at {cut}"),
            Ending::InDoubt { .. } => assert!(cut >= begun, "cut at {cut}"),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_success(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let unbelieved = matches!(report(&bytes).ending, Ending::NotBegun | Ending::InDoubt { .. });
        prop_assert!(unbelieved);
    }

    #[test]
    fn a_line_left_out_is_noticed(at in 0_usize..7) {
        let whole = whole();
        let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
        let left: Vec<u8> = lines.iter().enumerate().filter(|(n, _)| *n != at).flat_map(|(_, l)| l.to_vec()).collect();
        prop_assert!(report(&left).ending != Ending::Done);
    }
}

#[test]
fn records_of_another_run_or_action_put_it_in_doubt() {
    let text = String::from_utf8(whole()).unwrap();
    assert!(in_doubt(text.replacen("run-1", "run-2", 1).as_bytes()).contains("another run"));
    assert!(in_doubt(text.replacen("refresh/-/1", "refresh/-/2", 1).as_bytes()).contains("another action"));
}

#[test]
fn what_contradicts_itself_is_in_doubt() {
    let end_without_begin = file(&[("end", r#""outcome":"ok""#), ("done", r#""lines":1"#)]);
    assert!(in_doubt(&end_without_begin).contains("does not fit"));
    let twice = file(&[("begin", BEGIN), ("begin", BEGIN)]);
    assert!(in_doubt(&twice).contains("twice"));
    let mut more = whole();
    more.extend_from_slice(b"x");
    assert!(in_doubt(&more).contains("after the final"));
    let wrong_count = file(&[
        ("begin", BEGIN),
        ("end", r#""outcome":"ok""#),
        ("done", r#""lines":9"#),
    ]);
    assert!(in_doubt(&wrong_count).contains("does not fit"));
}

#[test]
fn how_it_ended_is_told_apart() {
    let with = |outcome: &str| {
        file(&[
            ("begin", BEGIN),
            (
                "end",
                &format!(r#""outcome":"{outcome}","message":"m","code":"c""#),
            ),
            ("done", r#""lines":2"#),
        ])
    };
    let reason = Reason {
        message: "m".to_owned(),
        code: "c".to_owned(),
    };
    assert_eq!(report(&with("failed")).ending, Ending::Failed(reason.clone()));
    assert_eq!(report(&with("refused")).ending, Ending::Refused(reason));
    assert!(in_doubt(&with("not_started")).contains("does not fit"));
}

#[test]
fn the_file_that_windows_powershell_writes_in_constrained_mode_is_read() {
    let text = String::from_utf8(file(&[
        ("end", r#""outcome":"not_started","code":"ConstrainedLanguage""#),
        ("done", r#""lines":1"#),
    ]))
    .unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert!(
        matches!(report(windows.as_bytes()).ending, Ending::NotStarted(reason) if reason.code == "ConstrainedLanguage")
    );
}

#[test]
fn one_record_means_one_record() {
    let none = file(&[
        ("begin", BEGIN),
        ("end", r#""outcome":"ok""#),
        ("done", r#""lines":2"#),
    ]);
    assert!(
        report(&none)
            .body(Returns::One)
            .unwrap_err()
            .contains("0 records")
    );
    assert_eq!(report(&none).body(Returns::List).unwrap(), json!([]));
}

#[test]
fn what_if_text_is_what_stands_between_the_marks() {
    let output = "noise\nredress-what-if-begin\r\nWhat if: one\r\n\r\nWas wäre wenn: zwei\nredress-what-if-end\nmore\n";
    assert_eq!(what_if_lines(output), ["What if: one", "Was wäre wenn: zwei"]);
    assert!(what_if_lines("nothing").is_empty());
}
