//! Whatever is done to a state folder is named.

use std::fs;
use std::path::Path;

use redress::approval::AllowedSigners;
use redress::edge::state::{audit, audit_against};
use redress::log::verify::{Anchor, Kind};
use redress::run::ports::Clock;

use crate::state::{
    State, Still, copy, cut, cut_ledger_to_its_first_checkpoint, edit, edit_details, kinds, roll_back, run_a,
    run_id, signers,
};

type Deed = (&'static str, fn(&Path), Kind, &'static str);

#[tokio::test]
async fn whatever_is_done_to_the_folder_is_named() {
    let state = State::new();
    let receipt = state.run(&run_id("a")).await;
    state.run(&run_id("b")).await;
    let run = "runs/20261123T101500Z-a";
    let deeds: [Deed; 9] = [
        (
            "cut tail",
            |s| cut(&run_a(s).log(), 1),
            Kind::CutTail,
            "audit.jsonl",
        ),
        (
            "edited line",
            |s| edit(&run_a(s).log(), "revoke/u0", "revoke/u9"),
            Kind::Edited,
            "audit.jsonl",
        ),
        (
            "deleted run",
            |s| fs::remove_dir_all(run_a(s).root()).unwrap(),
            Kind::Missing,
            "",
        ),
        (
            "deleted log",
            |s| fs::remove_file(run_a(s).log()).unwrap(),
            Kind::Missing,
            "audit.jsonl",
        ),
        (
            "edited plan",
            |s| fs::write(run_a(s).plan(), "x").unwrap(),
            Kind::Edited,
            "plan",
        ),
        ("rolled back", roll_back, Kind::RolledBack, "audit.jsonl"),
        (
            "lost checkpoint",
            |s| fs::remove_file(run_a(s).checkpoints().join("0001.txt")).unwrap(),
            Kind::Missing,
            "checkpoints/0001.txt",
        ),
        ("edited details", edit_details, Kind::Edited, "details/"),
        (
            "copied run",
            |s| copy(run_a(s).root(), &s.join("runs").join("c")),
            Kind::Foreign,
            "",
        ),
    ];
    for (name, deed, kind, file) in deeds {
        let copied = tempfile::tempdir().unwrap();
        copy(&state.path(), copied.path());
        deed(copied.path());
        let report = audit(copied.path(), &signers(), Still.now());
        let expected = if name == "copied run" {
            "runs/c".to_owned()
        } else {
            format!("{run}{}{file}", if file.is_empty() { "" } else { "/" })
        };
        let named = report
            .all_problems()
            .any(|p| p.kind == kind && p.file.starts_with(&expected));
        assert!(named, "{name}: {report:#?}");
        assert_eq!(report.exit(), 15, "{name}");
    }
    let all = tempfile::tempdir().unwrap();
    copy(&state.path(), all.path());
    assert!(
        kinds(&audit(
            all.path(),
            &AllowedSigners::parse("").unwrap(),
            Still.now()
        ))
        .contains(&Kind::UnknownKey)
    );
    let anchor = Anchor {
        file: format!("{run}/audit.jsonl"),
        bytes: receipt.bytes,
        sha256: receipt.sha256,
    };
    assert_eq!(
        audit_against(all.path(), &signers(), Still.now(), std::slice::from_ref(&anchor)).exit(),
        0
    );
    fs::remove_dir_all(all.path().join("runs")).unwrap();
    cut_ledger_to_its_first_checkpoint(all.path());
    assert_eq!(
        audit(all.path(), &signers(), Still.now()).exit(),
        0,
        "nothing kept elsewhere: cannot be seen"
    );
    let report = audit_against(all.path(), &signers(), Still.now(), &[anchor]);
    assert_eq!((report.exit(), kinds(&report)), (15, vec![Kind::Missing]));
}
