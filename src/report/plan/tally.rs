//! Texts and how often each came, of a list that is too long to keep.
//!
//! Remembers the first few different ones only, so that a plan of any length is shown in little memory.

/// More different texts than this are counted together.
const DIFFERENT: usize = 8;

/// The count.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Vec<(String, u64)>,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, text: &str) {
        if let Some((_, count)) = self.counts.iter_mut().find(|(known, _)| known == text) {
            *count += 1;
        } else if self.counts.len() < DIFFERENT {
            self.counts.push((text.to_owned(), 1));
        }
    }

    /// The text that came most often, of equals the shortest: the others then say what they add. Where all differ
    /// and none begins all others, none is common.
    pub fn common(&self) -> Option<&str> {
        let order = |(text, count): &&(String, u64)| (*count, std::cmp::Reverse(text.len()));
        self.counts
            .iter()
            .max_by_key(order)
            .filter(|(text, count)| {
                *count > 1 || self.counts.iter().all(|(other, _)| other.starts_with(text))
            })
            .map(|(text, _)| text.as_str())
    }

    /// The others, with their counts.
    pub fn exceptions(&self) -> impl Iterator<Item = (&str, u64)> {
        let common = self.common();
        let counts = self.counts.iter().map(|(text, count)| (text.as_str(), *count));
        counts.filter(move |(text, _)| Some(*text) != common)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_text_is_common_and_the_others_are_exceptions() {
        let mut tally = Tally::default();
        assert_eq!(tally.common(), None);
        for text in ["b", "a", "a", "c"] {
            tally.add(text);
        }
        assert_eq!(tally.common(), Some("a"));
        assert_eq!(tally.exceptions().collect::<Vec<_>>(), [("b", 1), ("c", 1)]);
    }

    #[test]
    fn of_equals_the_shortest_is_common_and_memory_is_bounded() {
        let mut tally = Tally::default();
        tally.add("Signs out. NO MFA.");
        tally.add("Signs out.");
        assert_eq!(tally.common(), Some("Signs out."));
        for n in 0..100 {
            tally.add(&format!("another text, number {n}"));
        }
        assert_eq!(tally.exceptions().count(), DIFFERENT);
    }

    #[test]
    fn texts_that_all_differ_have_nothing_in_common() {
        let mut tally = Tally::default();
        tally.add("Signs Anna out.");
        assert_eq!(tally.common(), Some("Signs Anna out."));
        tally.add("Signs Bo out.");
        assert_eq!(tally.common(), None);
    }
}
