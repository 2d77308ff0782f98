//! The shipped playbook `outlook-auth-loop`: it checks without a warning, and decides as its README says.
//!
//! Nothing is sent; what reads would have answered is made up in [`people`].

mod choice;
mod people;
mod sheets;
mod surroundings;
mod verdicts;
mod walk;

use redress::playbook::model::Undo;

#[test]
fn the_shipped_playbook_has_no_mistake_and_no_warning() {
    let checked = walk::checked();
    let found: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|d| {
            let at = d
                .span
                .as_ref()
                .map(|span| span.file.text[..span.range.start].lines().count());
            format!("{} at line {at:?}: {} {:?}", d.code, d.message, d.help)
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_code_of_the_table_is_complete() {
    let playbook = walk::playbook();
    let codes = playbook.tables["codes"].as_object().expect("a map");
    let kinds = playbook.tables["verdict_of_kind"].as_object().expect("a map");
    for (code, entry) in codes {
        assert!(code.parse::<i64>().is_ok(), "{code}");
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        for key in ["name", "meaning", "helps"] {
            assert!(!text(key).is_empty(), "{code} has no `{key}`");
        }
        let word = text("revocation");
        assert!(
            ["may_help", "cannot_help", "makes_worse", "unknown"].contains(&word.as_str()),
            "{code}: {word}"
        );
        let kind = text("kind");
        assert!(kind == "noise" || kinds.contains_key(&kind), "{code}: {kind}");
    }
    // Those that a revocation may be tried on are few, and about what a client holds.
    let helped: Vec<&String> = codes
        .iter()
        .filter(|(_, e)| e["revocation"] == "may_help")
        .map(|(c, _)| c)
        .collect();
    assert_eq!(helped, ["50132", "50133", "50173", "70043"]);
}

#[test]
fn every_change_says_what_it_means_and_how_it_is_undone() {
    let playbook = walk::playbook();
    let changes: Vec<_> = playbook
        .steps
        .iter()
        .filter(|step| step.change.is_some())
        .collect();
    let ids: Vec<&str> = changes.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(ids, ["refresh", "revoke"], "a new change needs its own look");
    for step in changes {
        let change = step.change.as_ref().expect("filtered");
        assert!(
            change.verify.is_some() && change.consequence.is_some() && change.precheck.is_some(),
            "{}",
            step.id
        );
        assert_ne!(change.undo, Undo::NotSaid, "{}", step.id);
    }
}
