//! Values in text for people: nothing hides, nothing becomes markup.
//!
//! The playbook's own words are not touched; only what fills its holes.

use crate::diagnostic::{is_hidden, visible};
use crate::playbook::text::MessageFormat;

/// A value's text, written for one format.
pub(in crate::playbook::text) fn for_people(text: &str, format: MessageFormat) -> String {
    match format {
        MessageFormat::Plain => visible(text).into_owned(),
        MessageFormat::Markdown => markdown(text),
        MessageFormat::Html => html(text),
    }
}

fn push_visible(character: char, out: &mut String) {
    if is_hidden(character) {
        out.extend(character.escape_unicode());
    } else {
        out.push(character);
    }
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
