//! Values in text for people: nothing hides, nothing becomes markup.
//!
//! The playbook's own words are not touched; only what fills its holes.

use std::fmt::Write as _;

use crate::playbook::text::MessageFormat;

/// A value's text, written for one format.
pub(in crate::playbook::text) fn for_people(text: &str, format: MessageFormat) -> String {
    match format {
        MessageFormat::Plain => visible(text),
        MessageFormat::Markdown => markdown(text),
        MessageFormat::Html => html(text),
    }
}

/// The text with control, bidirectional and zero-width characters as `\u{…}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push_visible(character, &mut out);
    }
    out
}

fn push_visible(character: char, out: &mut String) {
    if is_hidden(character) {
        write!(out, "\\u{{{:x}}}", u32::from(character)).expect("writing to a text");
    } else {
        out.push(character);
    }
}

/// Characters that show nothing, or change how others are shown (Unicode Cc, bidi controls, zero-width, fillers,
/// line and paragraph separators, tags).
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180E | 0x200B..=0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0xE0000..=0xE0FFF)
}

/// CommonMark and GitHub's extensions: whatever could begin markup is escaped, a line break is a blank.
fn markdown(text: &str) -> String {
    let text = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let after = text[at + character.len_utf8()..].chars().next().unwrap_or(' ');
        let escape = match character {
            '\\' | '*' | '[' | ']' | '(' | ')' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '$' | '{'
            | '}' => true,
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            '-' | '+' | '=' => at == 0 || before == character,
            '.' => (at > 0 && at == digits) || is_www(&text[..at]),
            ':' => text[at..].starts_with("://") || at == 0,
            _other => false,
        };
        match character {
            '`' => out.push_str("&#96;"),
            ' ' if at == 0 => out.push_str("&#32;"),
            _other => {
                if escape {
                    out.push('\\');
                }
                push_visible(character, &mut out);
            }
        }
        before = character;
    }
    out
}

fn is_www(before: &str) -> bool {
    before.len() >= 3
        && before.is_char_boundary(before.len() - 3)
        && before[before.len() - 3..].eq_ignore_ascii_case("www")
}

/// The five characters that HTML gives a meaning, and the back-quote; a line break stays a line break.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            '\n' => out.push('\n'),
            other => push_visible(other, &mut out),
        }
    }
    out
}
