//! Text of the tenant or of a playbook, of several lines, as a terminal can show it.
//!
//! What is hidden in one line is [`crate::diagnostic::visible`]'s business.

use crate::diagnostic::visible;

/// Line feeds stay; everything else that moves the cursor or hides is written out.
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_feeds_stay_and_what_hides_is_written_out() {
        assert_eq!(visible_lines("a\r\nb\u{7}"), "a\nb\\u{7}");
    }
}
