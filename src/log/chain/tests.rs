//! Lines: canonical, in order, cut anywhere.

use proptest::prelude::*;

use super::*;
use crate::log::model::{Outcome, RunEvent};
use crate::value::{ActionId, StepId};

fn events() -> Vec<RunEvent> {
    let action = ActionId::new("revoke/4f6c/1");
    let details = Digest::of(b"details");
    vec![
        RunEvent::StepStarted {
            step: StepId::new("revoke"),
        },
        RunEvent::ActionIntended {
            action: action.clone(),
            attempt: 1,
            client_request_id: "a\"\u{1b}\n\u{2028}".to_owned(),
            request: details,
        },
        RunEvent::ActionAnswered {
            action,
            attempt: 1,
            status: 204,
            code: None,
            request_id: Some("r".to_owned()),
            service_date: Some("2026-11-23T10:15:00Z".parse().unwrap()),
            details,
        },
        RunEvent::RunEnded {
            exit: 0,
            outcomes: [(Outcome::Verified, 3), (Outcome::InDoubt, 1)].into(),
        },
    ]
}

fn written() -> Vec<u8> {
    let mut chain = Chain::default();
    let at = "2026-11-23T10:15:00.75Z".parse().unwrap();
    let run = Some(RunId::new("r1"));
    events()
        .into_iter()
        .flat_map(|event| chain.next(event, at, run.clone()).1)
        .collect()
}

#[test]
fn a_log_reads_back_as_written_and_ends_at_the_same_head() {
    let bytes = written();
    let log = read::<RunEvent>(&bytes).unwrap();
    let back: Vec<RunEvent> = log.records.iter().map(|record| record.event.clone()).collect();
    assert_eq!(back, events());
    assert_eq!(log.chain.prefix().sha256, Digest::of(&bytes));
    assert_eq!(log.chain.head().records, 4);
    assert_eq!(
        log.records[0].at.to_string(),
        "2026-11-23T10:15:00Z",
        "whole seconds"
    );
}

#[test]
fn a_line_break_in_a_value_stays_within_its_line() {
    assert_eq!(written().split(|byte| *byte == b'\n').count() - 1, events().len());
}

#[test]
fn other_spellings_of_a_record_are_refused() {
    let bytes = written();
    let line = std::str::from_utf8(bytes.split(|b| *b == b'\n').next().unwrap()).unwrap();
    let others = [
        line.replace("\"seq\":0", "\"seq\": 0"),
        line.replace("\"seq\":0", "\"seq\":0.0"),
        line.replace("\"seq\":0", "\"seq\":0,\"seq\":0"),
        line.replace("\"seq\":0", "\"more\":1,\"seq\":0"),
        line.replace("\"v\":1", "\"v\":2"),
        line.replace("step.started", "step.stopped"),
        line.replace("revoke", "\\u0072evoke"),
        line.replace("00Z", "00.0Z"),
        line.replace("00Z", "00+00:00"),
        format!("{line}\r"),
        format!("\u{feff}{line}"),
    ];
    for other in others {
        assert_ne!(other, line);
        assert!(decode::<RunEvent>(other.as_bytes()).is_err(), "{other}");
    }
}

#[test]
fn a_cut_at_any_byte_leaves_whole_records_and_a_torn_end() {
    let bytes = written();
    for cut in 0..=bytes.len() {
        let log = read::<RunEvent>(&bytes[..cut]).unwrap();
        let whole = cut - log.torn.len();
        assert_eq!(log.chain.head().bytes, whole as u64);
        assert!(whole == 0 || bytes[whole - 1] == b'\n');
    }
}

proptest! {
    #[test]
    fn reading_any_bytes_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let log = read::<RunEvent>(&bytes);
        prop_assert!(log.is_err() || !bytes.contains(&b'\n'));
    }

    #[test]
    fn any_text_in_a_record_comes_back(text in any::<String>()) {
        let mut chain = Chain::default();
        let event = RunEvent::RunStopped { reason: text, details: Digest::of(b"") };
        let (record, line) = chain.next(event, Timestamp::UNIX_EPOCH, None);
        prop_assert_eq!(line.split(|byte| *byte == b'\n').count(), 2);
        prop_assert_eq!(decode::<RunEvent>(&line[..line.len() - 1]), Ok(record));
    }
}
