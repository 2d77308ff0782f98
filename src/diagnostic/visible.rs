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

/// Whether a character is not seen where it stands, or moves what is.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
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
