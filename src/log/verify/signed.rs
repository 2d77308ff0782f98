//! The checkpoints of one log: whole, in their order, signed by a trusted key, about this log.
//!
//! Whether the log's bytes fit them, `whole` asks.

use ssh_key::PublicKey;

use crate::log::chain::{Prefix, nothing};
use crate::log::checkpoint::{Checkpoint, NAMESPACE, Subject, signer};
use crate::log::verify::{Kind, Problem};
use crate::value::{Digest, Timestamp};

/// Whether a key may sign in a namespace at an instant.
pub type Trusted<'a> = dyn Fn(&PublicKey, &str, Timestamp) -> bool + 'a;

/// The two files of one checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedText {
    /// From 1, without gaps.
    pub number: u64,
    /// Path within the state folder, without `.txt` or `.sig`.
    pub file: String,
    /// The `.txt` file.
    pub text: Option<Vec<u8>>,
    /// The `.sig` file.
    pub signature: Option<Vec<u8>>,
}

/// Checkpoints that hold, oldest first, and what is wrong with the others.
#[derive(Default)]
pub(super) struct Signed {
    pub(super) good: Vec<(String, Checkpoint)>,
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
    previous: Option<Digest>,
}

/// Checks them in order.
pub(super) fn check(texts: &[SignedText], subject: Option<&Subject>, trusted: &Trusted<'_>) -> Signed {
    let mut signed = Signed {
        previous: Some(nothing()),
        ..Signed::default()
    };
    let mut expected = 1;
    for text in texts {
        if text.number != expected {
            signed.missing(text, expected);
        }
        expected = text.number + 1;
        match (&text.text, texts.last()) {
            (Some(bytes), _) => signed.one(text, bytes, subject, trusted),
            (None, Some(last)) if last.number == text.number => signed.unfinished(text),
            (None, _) => signed.gone(text),
        }
    }
    signed
}

impl Signed {
    fn missing(&mut self, text: &SignedText, expected: u64) {
        self.problem(
            &text.file,
            Kind::Removed,
            format!("checkpoint {expected} is gone before checkpoint {}", text.number),
        );
        self.previous = None;
    }

    fn unfinished(&mut self, file: &SignedText) {
        self.notes.push(format!(
            "`{}.sig` has no text beside it: the process ended while it wrote this checkpoint",
            file.file
        ));
    }

    fn gone(&mut self, file: &SignedText) {
        self.problem(
            &format!("{}.txt", file.file),
            Kind::Missing,
            "it is gone".to_owned(),
        );
        self.previous = None;
    }

    fn one(&mut self, file: &SignedText, text: &[u8], subject: Option<&Subject>, trusted: &Trusted<'_>) {
        let digest = Digest::of(text);
        let previous = self.previous.replace(digest);
        match read(file, text, subject, trusted) {
            Ok(checkpoint) => self.follow(file, checkpoint, previous),
            Err((kind, message)) => self.problem(&format!("{}.txt", file.file), kind, message),
        }
    }

    fn follow(&mut self, file: &SignedText, checkpoint: Checkpoint, previous: Option<Digest>) {
        let name = format!("{}.txt", file.file);
        if previous.is_some_and(|previous| previous != checkpoint.previous) {
            self.problem(
                &name,
                Kind::Edited,
                "it does not follow the checkpoint before it: one of the two was replaced".to_owned(),
            );
            return;
        }
        let shrinks = |last: &Prefix| last.bytes > checkpoint.prefix.bytes;
        if self.good.last().is_some_and(|(_, last)| shrinks(&last.prefix)) {
            self.problem(
                &name,
                Kind::RolledBack,
                "it says less than the checkpoint before it".to_owned(),
            );
            return;
        }
        self.good.push((name, checkpoint));
    }

    fn problem(&mut self, file: &str, kind: Kind, message: String) {
        self.problems.push(Problem {
            file: file.to_owned(),
            lines: None,
            kind,
            message,
        });
    }
}

fn read(
    file: &SignedText,
    text: &[u8],
    subject: Option<&Subject>,
    trusted: &Trusted<'_>,
) -> Result<Checkpoint, (Kind, String)> {
    let armour = file
        .signature
        .as_ref()
        .ok_or((Kind::Missing, "its `.sig` is gone".to_owned()))?;
    let key = signer(text, armour).map_err(|error| (Kind::BadSignature, error.to_string()))?;
    let checkpoint = Checkpoint::parse(text).map_err(|error| (Kind::Edited, error.to_string()))?;
    if !trusted(&key, NAMESPACE, checkpoint.at) {
        let print = key.fingerprint(ssh_key::HashAlg::Sha256);
        return Err((
            Kind::UnknownKey,
            format!("signed by `{print}`, which is not trusted for `{NAMESPACE}`"),
        ));
    }
    if subject.is_some_and(|subject| *subject != checkpoint.subject) {
        return Err((Kind::Foreign, "it is a checkpoint of another log".to_owned()));
    }
    Ok(checkpoint)
}
