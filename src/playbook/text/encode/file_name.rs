//! What may be the name of an artefact: one plain name that Windows, Linux and archives all take.
//!
//! Source: <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions>

use crate::diagnostic::{is_hidden, visible};

/// Names that Windows keeps for devices, with any extension.
const RESERVED: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
/// Shorter than any file system's limit of 255 bytes, so that a suffix still fits.
const LONGEST_BYTES: usize = 150;

/// Says what is wrong with a file name.
pub(in crate::playbook::text) fn check(name: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("`{}` is no file name: {why}", visible(name)));
    if name.is_empty() || name.len() > LONGEST_BYTES {
        return wrong("it has 1 to 150 bytes");
    }
    if name
        .chars()
        .any(|c| matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*') || is_hidden(c))
    {
        return wrong("it has no `< > : \" / \\ | ? *` and no control characters");
    }
    if name.starts_with(['.', ' ', '-']) || name.ends_with(['.', ' ']) {
        return wrong("it does not begin with a dot, a blank or a hyphen, nor end with a dot or a blank");
    }
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered = ["COM", "LPT"].iter().any(|device| {
        stem.strip_prefix(device).is_some_and(|number| {
            matches!(
                number,
                "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
            )
        })
    });
    if numbered || RESERVED.contains(&stem.as_str()) {
        return wrong("Windows keeps this name for a device");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_pass_and_others_do_not() {
        for name in [
            "support.json",
            "users by verdict.csv",
            "é.txt",
            "COMPANY.md",
            "a.con",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            ".hidden",
            "a/b",
            "a\\b",
            "C:x",
            "con",
            "NUL.txt",
            "com1.csv",
            "LPT².x",
            "a.",
            "a ",
            " a",
            "-rf",
            "a\u{0}b",
            "a\nb",
            "a\u{202e}gpj",
            "CON .txt",
            &"x".repeat(200),
        ] {
            assert!(check(name).is_err(), "{name:?}");
        }
    }
}
