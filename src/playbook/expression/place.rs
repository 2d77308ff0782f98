//! Where a piece of an expression or a text stands in the playbook.
//!
//! YAML folds lines and doubles quotes, so the text that was parsed may differ from the text that was written;
//! where the two cannot be laid side by side, the whole span is the answer.

use std::ops::Range;

use crate::diagnostic::Span;

/// The place of `range` of `source`, where `source` was read from `span`.
pub(crate) fn inner(span: &Span, source: &str, range: &Range<usize>) -> Span {
    let Some(written) = span.file.text.get(span.range.clone()) else {
        return span.clone();
    };
    let (Some(start), Some(end)) = (
        offset(written, source, range.start),
        offset(written, source, last_character(source, range)),
    ) else {
        return span.clone();
    };
    let last = written[end..].chars().next().map_or(0, char::len_utf8);
    Span::new(
        &span.file,
        span.range.start + start..span.range.start + end + last,
    )
}

/// Where the last character of the range begins.
fn last_character(source: &str, range: &Range<usize>) -> usize {
    source
        .get(range.clone())
        .and_then(|piece| piece.char_indices().last())
        .map_or(range.start, |(at, _)| range.start + at)
}

/// Byte offset in `written` of the byte `target` of `source`.
fn offset(written: &str, source: &str, target: usize) -> Option<usize> {
    if let Some(base) = written.find(source) {
        return Some(base + target).filter(|at| written.is_char_boundary(*at));
    }
    let mut written = written.char_indices().peekable();
    let mut source = source.char_indices().peekable();
    loop {
        let (at, here) = *written.peek()?;
        let (read_at, read) = *source.peek()?;
        if here == read {
            if read_at >= target {
                return Some(at);
            }
            written.next();
            source.next();
        } else if here.is_whitespace() || matches!(here, '\'' | '"' | '\\' | '|' | '>' | '-' | '+') {
            written.next();
        } else if read.is_whitespace() {
            source.next();
        } else {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::SourceFile;

    fn found(written: &str, source: &str, piece: &str) -> String {
        let file = Arc::new(SourceFile {
            name: "p.yaml".into(),
            text: format!("when: {written}\n"),
        });
        let span = Span::new(&file, 6..6 + written.len());
        let at = source.find(piece).expect("the piece is part of the source");
        let place = inner(&span, source, &(at..at + piece.len()));
        file.text[place.range].to_owned()
    }

    #[test]
    fn a_piece_is_found_where_it_was_written() {
        assert_eq!(found("a + nope(b)", "a + nope(b)", "nope"), "nope");
        assert_eq!(found("'a == ''x'' || é'", "a == 'x' || é", "é"), "é");
        assert_eq!(found(">-\n    a +\n    nope(b)", "a + nope(b)", "nope"), "nope");
        assert_eq!(
            found("|\n    a +\n      nope(b)", "a +\n  nope(b)\n", "nope"),
            "nope"
        );
    }

    #[test]
    fn a_text_that_cannot_be_laid_beside_has_the_whole_span() {
        assert_eq!(found("\"\\x61\"", "abc", "b"), "\"\\x61\"");
    }
}
