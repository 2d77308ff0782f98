//! Text → lines of `allowed_signers`; every mistake with its line and column.
//!
//! Does not decide who may sign. `PRINCIPALS [OPTION,…] KEYTYPE BASE64 [COMMENT]`.

use std::ops::Range;
use std::sync::Arc;

use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, PublicKey};

use crate::approval::allowed_signers::Line;
use crate::approval::allowed_signers::pattern::PatternList;
use crate::approval::rsa;
use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::value::Timestamp;

/// `(code, meaning)` of the mistakes in `allowed_signers`; sorted by code.
pub const CODES: &[(&str, &str)] = &[
    ("R0550", "a line of `allowed_signers` has no key, or one that cannot be read"),
    ("R0551", "a key of a kind that is not accepted"),
    ("R0552", "an unknown option, or one given twice"),
    ("R0553", "`cert-authority` is not accepted"),
    ("R0554", "a date that is none, or that is in local time"),
    ("R0555", "an empty or unclosed list of principals or namespaces"),
];

const OPTIONS: [&str; 4] = ["cert-authority", "namespaces", "valid-after", "valid-before"];

pub(super) fn lines(name: &str, text: &str) -> Result<Vec<Line>, Vec<Diagnostic>> {
    let file = Arc::new(SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
    });
    let mut lines = Vec::new();
    let mut mistakes = Vec::new();
    let mut start = 0;
    for (i, raw) in text.split('\n').enumerate() {
        let content = raw.trim();
        let indent = raw.len() - raw.trim_start().len();
        if !content.is_empty() && !content.starts_with('#') {
            let reader = Reader {
                file: &file,
                text: content,
                start: start + indent,
            };
            match reader.line(i + 1) {
                Ok(line) => lines.push(line),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        start += raw.len() + 1;
    }
    if mistakes.is_empty() { Ok(lines) } else { Err(mistakes) }
}

/// One line and where it begins in the file.
struct Reader<'a> {
    file: &'a Arc<SourceFile>,
    text: &'a str,
    start: usize,
}

/// The options of a line, as far as they are given.
#[derive(Default)]
struct Options {
    namespaces: Option<PatternList>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

type Mistake = Box<Diagnostic>;

impl Reader<'_> {
    fn mistake(&self, code: &'static str, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        let span = Span::new(self.file, self.start + range.start..self.start + range.end);
        Diagnostic::error(code, span, message)
    }

    fn line(&self, number: usize) -> Result<Line, Mistake> {
        let (principals, rest) = self.principals()?;
        let (options, key) = if is_key_type(self.word(rest)) {
            (Options::default(), rest)
        } else {
            self.options(rest)?
        };
        Ok(Line {
            number,
            principals,
            namespaces: options.namespaces,
            valid_after: options.valid_after,
            valid_before: options.valid_before,
            key: self.key(key)?,
        })
    }

    /// The first field, which may stand in double quotes, and where the next begins.
    fn principals(&self) -> Result<(PatternList, usize), Mistake> {
        let range = match self.text.strip_prefix('"') {
            Some(quoted) => match quoted.find('"') {
                Some(end) => 1..end + 1,
                None => return Err(self.unclosed(0)),
            },
            None => 0..self.word(0).len(),
        };
        let after = range.end + usize::from(self.text.starts_with('"'));
        let list = PatternList::new(&self.text[range.clone()]).ok_or_else(|| {
            self.mistake("R0555", range, "the list of principals has an empty entry")
                .help("write `jess@example.com` or `*@example.com`, joined by commas, without spaces")
        })?;
        Ok((list, self.skip_space(after)))
    }

    fn unclosed(&self, at: usize) -> Mistake {
        self.mistake("R0555", at..self.text.len(), "a double quote is not closed")
            .into()
    }

    fn word(&self, from: usize) -> &str {
        let rest = &self.text[from..];
        &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())]
    }

    fn skip_space(&self, from: usize) -> usize {
        self.text.len() - self.text[from..].trim_start().len()
    }

    /// Options up to a space outside quotes, and where the key begins.
    fn options(&self, from: usize) -> Result<(Options, usize), Mistake> {
        let mut options = Options::default();
        let mut at = from;
        loop {
            let end = self.option_end(at)?;
            self.option(at..end, &mut options)?;
            if self.text[end..].starts_with(',') {
                at = end + 1;
            } else {
                self.check_order(&options, from..end)?;
                return Ok((options, self.skip_space(end)));
            }
        }
    }

    /// Where the option that begins at `from` ends: before a comma or space outside quotes.
    fn option_end(&self, from: usize) -> Result<usize, Mistake> {
        let mut quote = None;
        for (i, c) in self.text[from..].char_indices() {
            match (quote, c) {
                (None, ',') => return Ok(from + i),
                (None, c) if c.is_whitespace() => return Ok(from + i),
                (None, '"') => quote = Some(from + i),
                (Some(_), '"') => quote = None,
                (None | Some(_), _) => {}
            }
        }
        match quote {
            Some(at) => Err(self.unclosed(at)),
            None => Ok(self.text.len()),
        }
    }

    fn option(&self, range: Range<usize>, options: &mut Options) -> Result<(), Mistake> {
        let text = &self.text[range.clone()];
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let place = range.start..range.start + name.len();
        let value_at = range.start + name.len() + 1;
        match (name.to_ascii_lowercase().as_str(), value) {
            ("namespaces", Some(value)) => {
                let list = self.namespaces(value, value_at)?;
                self.set(&mut options.namespaces, list, place, name)
            }
            ("valid-after", Some(value)) => {
                let instant = self.date(value, value_at)?;
                self.set(&mut options.valid_after, instant, place, name)
            }
            ("valid-before", Some(value)) => {
                let instant = self.date(value, value_at)?;
                self.set(&mut options.valid_before, instant, place, name)
            }
            ("cert-authority", None) => Err(self
                .mistake("R0553", place, "`cert-authority` is not accepted: Redress checks keys, not certificates")
                .help("list each signer's own public key")
                .into()),
            _ if range.end == self.text.len() && value.is_none() => Err(self
                .mistake("R0550", range, format!("expected options or a key, found `{name}`"))
                .help("write `PRINCIPALS [OPTIONS] KEYTYPE BASE64`; `ssh-keygen -y -f KEY` prints a public key")
                .into()),
            _ => Err(self
                .mistake("R0552", place, format!("unknown option `{name}`: expected one of `namespaces=\"…\"`, `valid-after=\"…\"`, `valid-before=\"…\"`"))
                .did_you_mean(name, OPTIONS)
                .into()),
        }
    }

    fn set<T>(
        &self,
        slot: &mut Option<T>,
        value: T,
        place: Range<usize>,
        name: &str,
    ) -> Result<(), Mistake> {
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(self
                .mistake("R0552", place, format!("option `{name}` is given twice"))
                .into()),
        }
    }

    /// The text between the quotes that OpenSSH asks for.
    fn quoted<'t>(&self, value: &'t str, at: usize, code: &'static str) -> Result<&'t str, Mistake> {
        value
            .strip_prefix('"')
            .and_then(|v| v.strip_suffix('"'))
            .filter(|inner| !inner.contains(['"', '\\']))
            .ok_or_else(|| {
                self.mistake(code, at..at + value.len(), "expected a value in double quotes")
                    .into()
            })
    }

    fn namespaces(&self, value: &str, at: usize) -> Result<PatternList, Mistake> {
        let inner = self.quoted(value, at, "R0555")?;
        PatternList::new(inner).ok_or_else(|| {
            self.mistake("R0555", at..at + value.len(), "the list of namespaces has an empty entry")
                .help("write `namespaces=\"approve@redress,attest@redress\"`")
                .into()
        })
    }

    fn date(&self, value: &str, at: usize) -> Result<Timestamp, Mistake> {
        let inner = self.quoted(value, at, "R0554")?;
        let place = at + 1..at + 1 + inner.len();
        let Some(digits) = inner.strip_suffix(['Z', 'z']) else {
            return Err(self
                .mistake("R0554", place, format!("`{inner}` is in local time, which differs from machine to machine"))
                .help(format!("write `{inner}Z` for UTC"))
                .into());
        };
        parse_date(digits).ok_or_else(|| {
            self.mistake("R0554", place, format!("`{inner}` is no date: expected `YYYYMMDDZ` or `YYYYMMDDHHMM[SS]Z`"))
                .into()
        })
    }

    fn check_order(&self, options: &Options, range: Range<usize>) -> Result<(), Mistake> {
        match (options.valid_after, options.valid_before) {
            (Some(after), Some(before)) if before <= after => Err(self
                .mistake("R0554", range, "`valid-before` is not later than `valid-after`")
                .into()),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }

    fn key(&self, from: usize) -> Result<KeyData, Mistake> {
        let mut words = self.text[from..].split_whitespace();
        let range = from.min(self.text.len())..self.text.len();
        let (Some(kind), Some(base64)) = (words.next(), words.next()) else {
            return Err(self
                .mistake("R0550", range, "the line has no key")
                .help("write `PRINCIPALS [OPTIONS] KEYTYPE BASE64`; `ssh-keygen -y -f KEY` prints a public key")
                .into());
        };
        let key = PublicKey::from_openssh(&format!("{kind} {base64}")).map_err(|error| {
            self.mistake("R0550", range.clone(), format!("the key cannot be read: {error}"))
                .help("copy the whole line of the signer's `.pub` file")
        })?;
        match refused_kind(key.key_data()) {
            None => Ok(key.key_data().clone()),
            Some(why) => Err(self
                .mistake("R0551", range, format!("keys of kind `{kind}` are not accepted: {why}"))
                .help("use an ed25519 key: `ssh-keygen -t ed25519`")
                .into()),
        }
    }
}

fn is_key_type(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-"]
        .iter()
        .any(|prefix| word.starts_with(prefix))
}

fn refused_kind(key: &KeyData) -> Option<&'static str> {
    match key.algorithm() {
        Algorithm::Ed25519
        | Algorithm::SkEd25519
        | Algorithm::SkEcdsaSha2NistP256
        | Algorithm::Ecdsa {
            curve: EcdsaCurve::NistP256 | EcdsaCurve::NistP384,
        } => None,
        Algorithm::Rsa { .. } => key
            .rsa()
            .is_none_or(|key| !rsa::is_long_enough(key))
            .then_some("RSA keys need 2048 to 8192 bits"),
        Algorithm::Dsa => Some("DSA is broken"),
        _ => Some("only ed25519, ECDSA P-256 and P-384, RSA and FIDO keys are"),
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS` in UTC.
fn parse_date(digits: &str) -> Option<Timestamp> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |range: Range<usize>| digits.get(range).unwrap_or("00").to_owned();
    match digits.len() {
        8 | 12 | 14 => format!(
            "{}-{}-{}T{}:{}:{}Z",
            number(0..4),
            number(4..6),
            number(6..8),
            number(8..10),
            number(10..12),
            number(12..14)
        )
        .parse()
        .ok(),
        _ => None,
    }
}
