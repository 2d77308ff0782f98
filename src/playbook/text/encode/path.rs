//! A value in a path: one segment, or one key inside `(appId='…')`.
//!
//! `.` and `..` cannot be encoded: every URL parser resolves them, encoded or not. They are refused.

use std::fmt::Write as _;

use crate::playbook::expression::work::Trouble;

/// Percent-encodes all but what RFC 3986 calls unreserved, and `@`, which keeps user names readable.
pub(in crate::playbook::text) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a text");
        }
    }
    out
}

/// Refuses a rendered path that has `.` or `..` as a segment, however written.
pub(in crate::playbook::text) fn no_dot_segments(path: &str) -> Result<(), Trouble> {
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    match plain
        .split(['/', '\\'])
        .find(|segment| matches!(*segment, "." | ".."))
    {
        Some(segment) => Err(Trouble::wrong(format!(
            "the path `{path}` has the segment `{segment}`, which leads elsewhere"
        ))),
        None => Ok(()),
    }
}
