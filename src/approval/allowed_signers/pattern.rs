//! Pattern lists as OpenSSH has them: `*`, `?`, a leading `!`, joined by commas.
//!
//! Does not know what the patterns are about. Rules: <https://man.openbsd.org/ssh_config#PATTERNS>.

/// A comma-separated list of patterns, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternList(String);

impl PatternList {
    /// Takes a list; an empty pattern in it is a mistake.
    pub fn new(text: &str) -> Option<Self> {
        let empty = text
            .split(',')
            .any(|pattern| pattern.trim_start_matches('!').is_empty());
        (!empty).then(|| PatternList(text.to_owned()))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether some pattern matches and no negated one does. Upper and lower case differ.
    pub fn matches(&self, text: &str) -> bool {
        let mut found = false;
        for pattern in self.0.split(',') {
            match pattern.strip_prefix('!') {
                Some(negated) if matches(negated.as_bytes(), text.as_bytes()) => return false,
                Some(_) => {}
                None => found = found || matches(pattern.as_bytes(), text.as_bytes()),
            }
        }
        found
    }
}

/// One pattern against a whole text; linear in their product, never exponential.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_openssh_matches_them() {
        let table = [
            ("jess@example.com", "jess@example.com", true),
            ("jess@example.com", "Jess@example.com", false),
            ("*@example.com", "jess@example.com", true),
            ("*@example.com", "jess@example.com.evil", false),
            ("j?ss@example.com", "jess@example.com", true),
            ("j?ss@example.com", "jss@example.com", false),
            ("*@example.com,!intern@example.com", "intern@example.com", false),
            ("!intern@example.com,*@example.com", "jess@example.com", true),
            ("!intern@example.com", "jess@example.com", false),
            ("a,b", "b", true),
            ("*a*b*c*", "xxaxxbxxcxx", true),
            ("*a*b*c", "xxaxxbxxcxx", false),
            ("*", "", true),
        ];
        for (list, text, expected) in table {
            let list = PatternList::new(list).unwrap();
            assert_eq!(list.matches(text), expected, "{list:?} against `{text}`");
        }
    }

    #[test]
    fn an_empty_pattern_is_a_mistake() {
        for text in ["", "a,", ",a", "a,!,b"] {
            assert_eq!(PatternList::new(text), None, "`{text}`");
        }
    }

    #[test]
    fn many_stars_do_not_take_long() {
        let list = PatternList::new(&"a*".repeat(400)).unwrap();
        assert!(!list.matches(&"a".repeat(399)));
    }
}
