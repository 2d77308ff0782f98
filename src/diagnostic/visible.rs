//! Text as it may be shown: what a terminal would obey, reorder or hide is written out.
//!
//! Does not colour or cut. What the tenant or a playbook says goes through here before people see it.

use std::borrow::Cow;

/// `text` with control, bidirectional and zero-width characters written as `\u{202e}`, line ends included.
///
/// The bidirectional ones are those of <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether a character shows nothing, or changes how others are shown: controls, bidirectional and zero-width
/// ones, fillers, separators of lines and paragraphs, tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180E | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_written_out_and_the_rest_stays() {
        assert_eq!(
            visible("a\u{202e}b\u{200b}\u{1b}[31m\n"),
            "a\\u{202e}b\\u{200b}\\u{1b}[31m\\u{a}"
        );
        assert!(matches!(visible("Zoë 日本 👍"), Cow::Borrowed(_)));
    }
}
