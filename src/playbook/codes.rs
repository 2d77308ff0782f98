//! The codes of diagnostics, each in one place with its one-line meaning.
//!
//! Codes are stable: a code is never used for another mistake. R01xx: the text and its shape; R02xx: what it
//! means; R03xx: expressions; R04xx: texts with holes.

use crate::playbook::{expression, text};

/// `(code, meaning)` of the text, its shape and what it means; sorted by code.
pub const CODES: &[(&str, &str)] = &[
    ("R0101", "the file is larger than a playbook may be"),
    ("R0102", "the file is not UTF-8"),
    ("R0103", "a control character"),
    ("R0104", "the text is no YAML"),
    ("R0105", "the text is nested too deep, or unfolds to too much"),
    ("R0106", "a YAML tag"),
    ("R0107", "a merge key"),
    ("R0108", "a key that stands twice"),
    ("R0109", "a key that is no text"),
    ("R0110", "an empty file, or one with several documents"),
    ("R0111", "an unknown key"),
    ("R0112", "a missing key"),
    ("R0113", "a value of the wrong shape"),
    ("R0114", "a number that is not whole, too small or too large"),
    ("R0115", "a word that is not one of those known here"),
    ("R0116", "a duration that cannot be read, or is out of bounds"),
    ("R0117", "a number or share of targets that cannot be read"),
    ("R0118", "an unknown version of the language"),
    ("R0119", "a playbook id that is no words joined by `-`"),
    ("R0120", "a tab as indentation"),
    ("R0121", "a text with a hole that is not quoted"),
    ("R0122", "an empty value"),
    ("R0123", "a character that reorders what is shown"),
    ("R0124", "an invisible character"),
    ("R0125", "a hole where an expression is expected"),
    ("R0126", "a hole where constant data is expected"),
    ("R0127", "a constant text that looks like a name"),
    ("R0201", "a step without a kind, or a read without a call"),
    ("R0202", "a step of two kinds, or a read of two calls"),
    ("R0203", "a name that an expression could not refer to"),
    ("R0204", "two steps of one id"),
    ("R0205", "a name that is taken"),
    ("R0206", "an unknown name"),
    ("R0207", "a reference to a step whose result is not there yet"),
    ("R0208", "an input that is not declared"),
    ("R0209", "an input that is never used"),
    ("R0210", "a name out of its place"),
    ("R0211", "a key of a change on a read"),
    ("R0212", "a key of another kind"),
    ("R0213", "a change that is not verified"),
    ("R0214", "a change that does not say how it is undone"),
    ("R0215", "a change where only a read may stand"),
    ("R0216", "a request line that cannot be read"),
    ("R0217", "a path or query that cannot be right"),
    ("R0218", "a query option that is given twice"),
    ("R0219", "unbalanced quotes or brackets in `$filter`"),
    ("R0220", "a value that is percent-encoded already"),
    ("R0221", "a header that cannot be set"),
    ("R0222", "a default of the wrong type"),
    ("R0223", "a query option that OData does not have"),
    ("R0224", "`of` or `values` missing or out of place"),
    ("R0225", "`for_each` missing, empty or out of place"),
    ("R0226", "waves that do not grow"),
    ("R0227", "`rests_on` that names no field of the target"),
    ("R0228", "`among` without `for_each`"),
    ("R0229", "an unknown template"),
    ("R0230", "a template name that cannot be one"),
    ("R0231", "an unknown template parameter"),
    ("R0232", "a missing template parameter"),
    ("R0233", "a template parameter of the wrong type"),
    (
        "R0235",
        "an output without content, with two, or with wrong columns",
    ),
    ("R0236", "two outputs of one name"),
    ("R0237", "a protected account that is not given by object id"),
    ("R0238", "`body` or `pages` at a method that has none"),
    ("R0239", "`as` without `for_each`"),
    ("R0240", "a playbook without steps"),
    ("R0242", "a `rest` call that is no GET of an https URL"),
    ("R0243", "a watch whose times do not fit"),
    ("R0244", "a template that cannot be used"),
];

/// All codes with their meaning, sorted.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    [CODES, expression::codes::CODES, text::codes::CODES]
        .into_iter()
        .flatten()
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, out);
            } else if !path.ends_with("playbook/codes.rs") {
                out.push(path);
            }
        }
    }

    /// Every `"R0101"` in the rooms that check; tests are in there too, which does no harm.
    fn used() -> BTreeSet<String> {
        let mut files = Vec::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/playbook"),
            &mut files,
        );
        let mut used = BTreeSet::new();
        for file in files {
            let text = fs::read_to_string(file).unwrap();
            for (at, _) in text.match_indices("\"R0") {
                let code = &text[at + 1..at + 6];
                if code[1..].bytes().all(|b| b.is_ascii_digit()) && text[at + 6..].starts_with('"') {
                    used.insert(code.to_owned());
                }
            }
        }
        used
    }

    #[test]
    fn every_code_in_use_is_listed_and_every_listed_code_is_in_use() {
        let listed: BTreeSet<String> = all().map(|(code, _)| code.to_owned()).collect();
        assert_eq!(used(), listed);
    }

    #[test]
    fn codes_are_sorted_and_stand_once() {
        assert!(all().is_sorted_by(|a, b| a.0 < b.0));
    }
}
