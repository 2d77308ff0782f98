//! Text of the tenant or of a playbook → text that a terminal can show: nothing in it moves the cursor,
//! turns the reading direction round or hides.
//!
//! Escapes only; does not shorten. Line feeds are escaped too: a value never begins a line of its own.

/// Control, bidi and zero-width characters as `\u{…}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The same for text of several lines, whose line feeds stay.
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// Unicode's control and format characters that change how their neighbours are shown
/// (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>,
/// <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_moves_is_shown_as_a_code() {
        assert_eq!(visible("a\u{1b}[2Jb\u{202e}c\u{200b}\n"), "a\\u{1b}[2Jb\\u{202e}c\\u{200b}\\u{a}");
        assert_eq!(visible("Zoë 🙂 語"), "Zoë 🙂 語");
        assert_eq!(visible_lines("a\r\nb\u{7}"), "a\nb\\u{7}");
    }
}
