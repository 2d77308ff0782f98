//! What a log does not say of itself: rollbacks, other keys, checkpoints, details, plan and ledger.

use super::*;

#[test]
fn a_log_rolled_back_together_with_its_checkpoints_is_seen_by_the_ledger_or_an_anchor() {
    let whole = whole();
    let mut back = whole.clone();
    back.texts.truncate(2);
    let sealed = Checkpoint::parse(back.texts[1].text.as_ref().unwrap())
        .unwrap()
        .prefix;
    back.log.truncate(usize::try_from(sealed.bytes).unwrap());
    let report = back.report();
    assert_eq!(kinds(&report), [Kind::RolledBack], "{}", shown(&report));
    let without = back.clone().without_ledger().report();
    assert_eq!(
        without.standing,
        Standing::NotEnded,
        "nothing kept elsewhere: cannot be seen"
    );
    let anchor = Anchor {
        file: "runs/run-a/audit.jsonl".to_owned(),
        bytes: whole.log.len() as u64,
        sha256: Digest::of(&whole.log),
    };
    assert_eq!(anchored(&anchor, Some(&whole.log)), None);
    assert_eq!(
        anchored(&anchor, Some(&back.log)).map(|p| p.kind),
        Some(Kind::RolledBack)
    );
    let mut edited = whole.log.clone();
    edited[5] ^= 1;
    assert_eq!(
        anchored(&anchor, Some(&edited)).map(|p| p.kind),
        Some(Kind::Edited)
    );
}

#[test]
fn a_log_written_anew_by_another_key_is_seen() {
    let mut forged = sample("run-a", events(2), &[1], 2);
    forged.facts = whole().facts;
    let report = forged.report();
    assert!(kinds(&report).contains(&Kind::UnknownKey), "{}", shown(&report));
    let mut mixed = whole().without_ledger();
    mixed.log = forged.log;
    let report = mixed.report();
    assert_eq!(report.standing, Standing::Broken);
    assert!(
        kinds(&report).contains(&Kind::Edited) || kinds(&report).contains(&Kind::CutTail),
        "{}",
        shown(&report)
    );
}

#[test]
fn a_missing_or_moved_checkpoint_is_named() {
    let mut gone = whole();
    gone.texts.remove(1);
    assert_eq!(kinds(&gone.report())[0], Kind::Removed);
    let mut unsigned = whole();
    unsigned.texts[2].signature = None;
    assert_eq!(kinds(&unsigned.report()), [Kind::Missing]);
    let mut swapped = whole();
    let (a, b) = (swapped.texts[0].clone(), swapped.texts[1].clone());
    (swapped.texts[0].text, swapped.texts[0].signature) = (b.text, b.signature);
    (swapped.texts[1].text, swapped.texts[1].signature) = (a.text, a.signature);
    assert!(kinds(&swapped.report()).contains(&Kind::Edited));
}

#[test]
fn a_checkpoint_that_was_never_finished_is_a_note() {
    let mut torn = whole();
    torn.texts.push(SignedText {
        number: 4,
        file: "runs/run-a/checkpoints/0004".to_owned(),
        text: None,
        signature: Some(Vec::new()),
    });
    let report = torn.report();
    assert_eq!((report.standing, report.notes.len()), (Standing::Sealed, 1));
}

#[test]
fn erased_details_are_a_note_and_edited_ones_a_problem() {
    let name = format!("details/{}", Digest::of(b"details"));
    let mut erased = whole();
    erased.files.remove(&name);
    let report = erased.report();
    assert_eq!(report.standing, Standing::Sealed);
    assert!(
        report.notes[0].contains("1 of 1 files were erased"),
        "{:?}",
        report.notes
    );
    let mut edited = whole();
    edited.files.insert(name.clone(), Digest::of(b"other"));
    let report = edited.report();
    assert_eq!(kinds(&report), [Kind::Edited]);
    assert!(report.problems[0].file.ends_with(&name));
}

#[test]
fn plan_approval_and_ledger_head_must_be_those_of_the_start() {
    let digest = Digest::of(b"other");
    for (name, kind) in [
        ("plan", Kind::Edited),
        ("allowed_signers", Kind::Edited),
        ("approvals/plan.1.approval", Kind::Missing),
    ] {
        let mut edited = whole();
        edited.files.insert(name.to_owned(), digest);
        assert_eq!(kinds(&edited.report()), [kind], "{name}");
    }
    let mut other_plan = whole();
    other_plan.facts.used = Some(digest);
    assert_eq!(kinds(&other_plan.report()), [Kind::Foreign]);
}

#[test]
fn a_run_that_the_ledger_does_not_know_is_foreign() {
    let sample = whole();
    let mut input = RunInput {
        run: &sample.run,
        folder: "runs/run-a",
        log: Some(&sample.log),
        checkpoints: &sample.texts,
        files: &sample.files,
        facts: None,
        ledger_lines: &[head()],
        now: at(),
    };
    assert_eq!(kinds(&run(input, &ours)), [Kind::Foreign]);
    (input.facts, input.ledger_lines) = (Some(&sample.facts), &[]);
    assert_eq!(kinds(&run(input, &ours)), [Kind::RolledBack]);
}
