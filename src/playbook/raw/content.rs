//! From a place in a scalar's content to a place in the file: past quotes, escapes, folds and indentation.
//!
//! Does not parse YAML: it lines up the content that the parser gave with the text it gave it from.

use std::ops::Range;

/// Which byte of the file each byte of a scalar's content came from.
#[derive(Clone, Debug)]
pub(crate) struct Alignment {
    /// One entry a byte of the content, and one for its end.
    offsets: Vec<usize>,
}

impl Alignment {
    /// Lines `content` up with the file's text from `start` on; `None` where an escape hides the original.
    pub(crate) fn of(content: &str, file: &str, start: usize) -> Option<Self> {
        let quote = file
            .get(start..)?
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''));
        Alignment::from(content, file, start, None)
            .or_else(|| Alignment::from(content, file, start + 1, Some(quote?)))
    }

    fn from(content: &str, file: &str, start: usize, quote: Option<char>) -> Option<Self> {
        let mut offsets = Vec::with_capacity(content.len() + 1);
        let mut at = start;
        for c in content.chars() {
            let rest = file.get(at..)?;
            let (from, to) = if c.is_whitespace() {
                (at, at + if rest.starts_with(c) { c.len_utf8() } else { 0 })
            } else {
                take(c, file, at, quote)?
            };
            offsets.extend(std::iter::repeat_n(from, c.len_utf8()));
            at = to;
        }
        offsets.push(at);
        Some(Alignment { offsets })
    }

    /// A range of the content as a range of the file.
    pub(crate) fn range(&self, content: Range<usize>) -> Range<usize> {
        let last = self.offsets.len() - 1;
        let start = self.offsets[content.start.min(last)];
        let end = if content.end > content.start && content.end <= last {
            self.offsets[content.end - 1] + 1
        } else {
            self.offsets[content.end.min(last)]
        };
        start..end.max(start)
    }
}

/// The place of the next visible character `c`, and where to go on.
fn take(c: char, file: &str, at: usize, quote: Option<char>) -> Option<(usize, usize)> {
    let rest = file.get(at..)?;
    let skipped = rest.len() - rest.trim_start().len();
    let (at, rest) = (at + skipped, rest.trim_start());
    let doubled = match quote {
        Some('\'') => c == '\'',
        Some('"') => rest.starts_with('\\'),
        _ => false,
    };
    let after = if doubled { &rest[1..] } else { rest };
    after
        .starts_with(c)
        .then(|| (at, at + usize::from(doubled) + c.len_utf8()))
}

/// Where the content of a scalar stands, when file and content are the same text but for quotes.
pub(crate) fn content_range(content: &str, file: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let plain = range.start..range.start + content.len();
    let quoted = range.start + 1..range.start + 1 + content.len();
    [plain, quoted]
        .into_iter()
        .find(|range| file.get(range.clone()) == Some(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(content: &str, file: &str, start: usize, word: &str) -> String {
        let at = content.find(word).unwrap();
        let range = Alignment::of(content, file, start)
            .unwrap()
            .range(at..at + word.len());
        format!("{}@{}", &file[range.clone()], range.start)
    }

    #[test]
    fn words_are_found_in_every_kind_of_scalar() {
        assert_eq!(found("a b", "k: a b", 3, "b"), "b@5");
        assert_eq!(found("it's b", "k: 'it''s b'", 3, "b"), "b@10");
        assert_eq!(found("say \"hi\" b", "k: \"say \\\"hi\\\" b\"", 3, "b"), "b@15");
        assert_eq!(
            found("one\ntwo b\n", "k: |\r\n  one\r\n  two b\r\n", 8, "b"),
            "b@19"
        );
        assert_eq!(
            found("one two b\n", "k: >-\n  one\n  two b\n", 8, "two"),
            "two@14"
        );
        assert_eq!(found("\"a\" b", "k: |\n  \"a\" b", 7, "b"), "b@11");
        assert_eq!(found("é b", "k: 'é b'", 3, "b"), "b@7");
    }

    #[test]
    fn an_escape_that_hides_the_original_gives_none() {
        assert!(Alignment::of("\u{e9}", "k: \"\\u00e9\"", 3).is_none());
    }
}
