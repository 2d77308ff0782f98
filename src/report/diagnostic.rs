//! Diagnostics → text with carets, plain or coloured, and a line that counts them.
//!
//! Does not print. What a terminal would obey or hide in a source line is written out; a long line is cut
//! around the place.

use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity, Span, is_hidden, visible};

/// How it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// For files, pipes and logs.
    Plain,
    /// For a terminal that shows colours.
    Coloured,
}

/// Characters of a source line that are shown; a longer one is cut.
const LINE_LIMIT: usize = 110;
/// How much of it stands before the place.
const BEFORE: usize = 50;
/// Columns of a tab.
const TAB: &str = "    ";

/// All of them, and the line that counts them; empty where there are none.
pub fn render(diagnostics: &[Diagnostic], style: Style) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    }
    .decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    for diagnostic in diagnostics {
        let _ = writeln!(out, "{}\n", one(diagnostic, &renderer, style));
    }
    out.push_str(&summary(diagnostics));
    out.push('\n');
    out
}

/// `2 errors, 1 warning`.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let of = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let counted = [(of(Severity::Error), "error"), (of(Severity::Warning), "warning")];
    let parts: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if parts.is_empty() {
        "no mistakes".to_owned()
    } else {
        parts.join(", ")
    }
}

fn one(diagnostic: &Diagnostic, renderer: &Renderer, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code);
    let helps = diagnostic
        .help
        .iter()
        .map(|help| Level::HELP.message(visible(help)));
    let Some(span) = &diagnostic.span else {
        return renderer.render(&[title.elements(helps)]);
    };
    let (number, column) = span.file.line_and_column(span.range.start);
    let line = Line::of(span);
    let snippet = Snippet::source(line.text)
        .line_start(number)
        .annotation(AnnotationKind::Primary.span(line.range));
    let text = renderer.render(&[title.element(snippet).elements(helps)]);
    // Put in by hand: the renderer would count columns of the line as it is shown, not as it is written.
    let arrow = match style {
        Style::Plain => "-->".to_owned(),
        Style::Coloured => "\u{1b}[1m\u{1b}[94m-->\u{1b}[0m".to_owned(),
    };
    let indent = " ".repeat(number.to_string().len());
    let place = format!("{indent}{arrow} {}:{number}:{column}", visible(&span.file.name));
    match text.split_once('\n') {
        Some((title, rest)) => format!("{title}\n{place}\n{rest}"),
        None => format!("{text}\n{place}"),
    }
}

/// The line of a place, as it is shown, and where in it the place is.
struct Line {
    text: String,
    range: Range<usize>,
}

impl Line {
    /// A place of several lines shows its first.
    fn of(span: &Span) -> Self {
        let text = &span.file.text;
        let start = floor(text, span.range.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..]
            .find(['\n', '\r'])
            .map_or(text.len(), |at| start + at);
        let end = floor(text, span.range.end).clamp(start, line_end);
        let from = cut_before(&text[line_start..start]) + line_start;
        let mut line = Line {
            text: if from > line_start {
                "…".to_owned()
            } else {
                String::new()
            },
            range: 0..0,
        };
        let shown = |c: char| if c == '\t' { TAB.to_owned() } else { shown(c) };
        line.text.extend(text[from..start].chars().map(shown));
        line.range.start = line.text.len();
        line.push_limited(&text[start..end], shown);
        line.range.end = line.text.len();
        line.push_limited(&text[end..line_end], shown);
        line
    }

    fn push_limited(&mut self, text: &str, shown: impl Fn(char) -> String) {
        if self.text.ends_with('…') && self.text.chars().count() > LINE_LIMIT {
            return;
        }
        for c in text.chars() {
            if self.text.chars().count() > LINE_LIMIT {
                self.text.push('…');
                return;
            }
            self.text.push_str(&shown(c));
        }
    }
}

fn shown(c: char) -> String {
    if is_hidden(c) {
        c.escape_unicode().collect()
    } else {
        c.to_string()
    }
}

/// How many bytes of what stands before the place are left out.
fn cut_before(before: &str) -> usize {
    let characters = before.chars().count();
    match characters.checked_sub(LINE_LIMIT - BEFORE) {
        None | Some(0) => 0,
        Some(_) => before
            .char_indices()
            .nth(characters - BEFORE)
            .map_or(0, |(at, _)| at),
    }
}

fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::diagnostic::SourceFile;

    fn shown(text: &str, word: &str) -> String {
        let file = Arc::new(SourceFile {
            name: "playbook.yaml".to_owned(),
            text: text.to_owned(),
        });
        let at = text.find(word).unwrap();
        let mistake = Diagnostic::error("R0104", Span::new(&file, at..at + word.len()), "no `x` here")
            .help("write `y`");
        render(&[mistake], Style::Plain)
    }

    #[test]
    fn a_place_is_shown_with_a_caret_code_and_help() {
        assert_eq!(
            shown("a: 1\nb: word c\n", "word"),
            "error[R0104]: no `x` here\n --> playbook.yaml:2:4\n  |\n2 | b: word c\n  |    ^^^^\n  |\n  = help: write `y`\n\n1 error\n"
        );
    }

    #[test]
    fn tabs_wide_and_hidden_characters_keep_the_caret_in_its_place() {
        let text = shown("\ta: 日本 \u{202e}word\r\n", "word");
        assert!(text.contains("1 |     a: 日本 \\u{202e}word\n"), "{text}");
        assert!(text.contains("\n  |                     ^^^^\n"), "{text}");
        assert!(text.contains("playbook.yaml:1:9\n"), "{text}");
    }

    #[test]
    fn a_long_line_is_cut_around_its_place() {
        let text = shown(&format!("{}word{}", "a".repeat(5_000), "b".repeat(5_000)), "word");
        let line = text.lines().find(|line| line.starts_with("1 |")).unwrap();
        assert!(
            line.chars().count() < 130 && line.starts_with("1 | …aaa") && line.ends_with("b…"),
            "{line}"
        );
        assert!(text.contains("playbook.yaml:1:5001"), "{text}");
    }

    #[test]
    fn a_mistake_without_a_place_is_one_line() {
        let file = Arc::new(SourceFile {
            name: String::new(),
            text: String::new(),
        });
        let mistake = Diagnostic {
            span: None,
            ..Diagnostic::warning("R0101", Span::new(&file, 0..0), "too large")
        };
        assert_eq!(
            render(&[mistake], Style::Plain),
            "warning[R0101]: too large\n\n1 warning\n"
        );
    }

    #[test]
    fn colours_are_only_for_terminals() {
        let file = Arc::new(SourceFile {
            name: "p".to_owned(),
            text: "x".to_owned(),
        });
        let mistakes = [Diagnostic::error("R0101", Span::new(&file, 0..1), "x")];
        assert!(render(&mistakes, Style::Coloured).contains('\u{1b}'));
        assert!(!render(&mistakes, Style::Plain).contains('\u{1b}'));
        assert_eq!(summary(&[]), "no mistakes");
    }
}
