//! Bits flipped, lines removed, doubled, swapped, spliced, cut: each is named with its line.

use proptest::prelude::*;

use super::*;

/// Flips a bit and gives the report.
fn flipped(sample: &Sample, bit: usize) -> LogReport {
    let mut edited = sample.clone();
    edited.log[bit / 8] ^= 1 << (bit % 8);
    edited.report()
}

fn line_of(log: &[u8], byte: usize) -> u64 {
    log[..byte].split(|b| *b == b'\n').count() as u64
}

fn assert_every_bit_of_the_log_is_named(sample: &Sample) {
    for bit in 0..sample.log.len() * 8 {
        let report = flipped(sample, bit);
        assert_eq!(report.standing, Standing::Broken, "bit {bit}");
        let line = line_of(&sample.log, bit / 8);
        assert!(
            names_line(&report, line),
            "bit {bit} of line {line}: {}",
            shown(&report)
        );
    }
}

#[test]
fn every_flipped_bit_of_the_log_is_named_with_its_line() {
    assert_every_bit_of_the_log_is_named(&sample("run-a", events(1), &[1], 1));
}

#[test]
#[ignore = "160 000 and more verifications; run it with `cargo test -- --ignored`"]
fn every_flipped_bit_of_a_log_of_20_kilobytes_is_named_with_its_line() {
    let large = sample("run-a", events(36), &[1, 10, 30], 1);
    assert!(large.log.len() >= 20_000, "{} bytes", large.log.len());
    assert_every_bit_of_the_log_is_named(&large);
}

#[test]
fn every_flipped_bit_of_a_checkpoint_or_its_signature_is_named() {
    let whole = whole();
    let middle = whole.texts[1].clone();
    for (pick, length) in [
        (0, middle.text.as_ref().unwrap().len()),
        (1, middle.signature.as_ref().unwrap().len()),
    ] {
        for bit in 0..length * 8 {
            let mut edited = whole.clone();
            let file = &mut edited.texts[1];
            let bytes = if pick == 0 {
                &mut file.text
            } else {
                &mut file.signature
            };
            bytes.as_mut().unwrap()[bit / 8] ^= 1 << (bit % 8);
            let report = edited.report();
            assert_eq!(report.standing, Standing::Broken, "file {pick}, bit {bit}");
            let named = report
                .problems
                .iter()
                .any(|p| p.file.contains("/checkpoints/0002"));
            assert!(named, "file {pick}, bit {bit}: {}", shown(&report));
        }
    }
}

#[test]
fn a_removed_line_is_named_wherever_it_stood() {
    let whole = whole();
    let lines = whole.lines();
    for gone in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(gone);
        let report = whole.clone().with_lines(&rest).report();
        assert!(
            names_line(&report, gone as u64 + 1),
            "line {}: {}",
            gone + 1,
            shown(&report)
        );
        let expected = if gone + 1 == lines.len() {
            Kind::CutTail
        } else {
            Kind::Removed
        };
        assert_eq!(
            kinds(&report)[0],
            expected,
            "line {}: {}",
            gone + 1,
            shown(&report)
        );
    }
}

#[test]
fn a_doubled_line_is_named_wherever_it_stands() {
    let whole = whole();
    let lines = whole.lines();
    for from in 0..lines.len() {
        for to in 0..=lines.len() {
            let mut more = lines.clone();
            more.insert(to, lines[from].clone());
            let report = whole.clone().with_lines(&more).report();
            let text = format!(
                "line {} again before line {}: {}",
                from + 1,
                to + 1,
                shown(&report)
            );
            assert_eq!(report.standing, Standing::Broken, "{text}");
            assert!(
                kinds(&report)
                    .iter()
                    .any(|k| matches!(k, Kind::Duplicated | Kind::Reordered)),
                "{text}"
            );
        }
    }
}

#[test]
fn two_swapped_lines_are_named() {
    let whole = whole();
    let lines = whole.lines();
    for a in 0..lines.len() {
        for b in a + 1..lines.len() {
            let mut other = lines.clone();
            other.swap(a, b);
            let report = whole.clone().with_lines(&other).report();
            let text = format!("lines {} and {}: {}", a + 1, b + 1, shown(&report));
            assert!(names_line(&report, a as u64 + 1), "{text}");
            assert!(kinds(&report).contains(&Kind::Reordered), "{text}");
        }
    }
}

#[test]
fn records_of_another_run_are_named() {
    let whole = whole();
    let other = sample("run-b", events(3), &[1, 4], 1);
    for place in 0..whole.lines().len() {
        let mut spliced = whole.lines();
        spliced[place] = other.lines()[place].clone();
        let report = whole.clone().with_lines(&spliced).report();
        assert!(names_line(&report, place as u64 + 1), "{}", shown(&report));
        assert!(kinds(&report).contains(&Kind::Foreign), "{}", shown(&report));
    }
    let mut all = whole.clone();
    (all.log, all.texts) = (other.log, other.texts);
    let report = all.report();
    assert_eq!(report.standing, Standing::Broken);
    assert!(
        kinds(&report)
            .iter()
            .all(|kind| matches!(kind, Kind::Foreign | Kind::Edited)),
        "{}",
        shown(&report)
    );
}

#[test]
fn a_cut_at_any_byte_is_seen_by_the_checkpoint() {
    let whole = whole().without_ledger();
    for cut in 0..whole.log.len() {
        let mut short = whole.clone();
        short.log.truncate(cut);
        let report = short.report();
        assert_eq!(
            kinds(&report),
            [Kind::CutTail],
            "cut at {cut}: {}",
            shown(&report)
        );
        assert!(
            names_line(&report, line_of(&whole.log, cut)),
            "cut at {cut}: {}",
            shown(&report)
        );
    }
}

proptest! {
    #[test]
    fn any_replaced_piece_of_the_log_is_noticed(
        start in 0..1_000usize,
        length in 0..50usize,
        with in proptest::collection::vec(any::<u8>(), 0..50),
    ) {
        let mut edited = whole();
        let start = start % edited.log.len();
        let end = (start + length).min(edited.log.len());
        prop_assume!(edited.log[start..end] != with[..]);
        edited.log.splice(start..end, with);
        prop_assert_eq!(edited.report().standing, Standing::Broken);
    }
}
