//! Checkpoint files: `NNNN.sig`, then `NNNN.txt`, each written in one step.
//!
//! The text comes last: a text without a signature never appears, however the process ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ssh_key::PrivateKey;

use crate::edge::state::{StateError, files};
use crate::log::chain::{Prefix, nothing};
use crate::log::checkpoint::{Checkpoint, Subject, sign};
use crate::log::verify::SignedText;
use crate::value::{Digest, Timestamp};

/// Writes the checkpoints of one log.
pub(super) struct Seals {
    folder: PathBuf,
    subject: Subject,
    next: u64,
    previous: Digest,
    /// What the last one vouches for, in bytes.
    sealed: u64,
}

impl Seals {
    /// Goes on after the checkpoints that are there; they were verified before.
    pub(super) fn after(folder: &Path, subject: Subject, there: &[SignedText]) -> Self {
        let last = there
            .iter()
            .rev()
            .find_map(|text| Some((text.number, text.text.as_ref()?)));
        let parsed = last.and_then(|(_, text)| Checkpoint::parse(text).ok());
        Seals {
            folder: folder.to_owned(),
            subject,
            next: last.map_or(1, |(number, _)| number + 1),
            previous: last.map_or_else(nothing, |(_, text)| Digest::of(text)),
            sealed: parsed.map_or(0, |checkpoint| checkpoint.prefix.bytes),
        }
    }

    /// How many bytes of the log are under a checkpoint.
    pub(super) fn sealed(&self) -> u64 {
        self.sealed
    }

    /// Signs what the log is now; nothing to do when the last checkpoint says the same.
    pub(super) fn seal(&mut self, prefix: Prefix, at: Timestamp, key: &PrivateKey) -> Result<(), StateError> {
        if prefix.bytes == self.sealed && self.next > 1 {
            return Ok(());
        }
        let bytes = prefix.bytes;
        let checkpoint = Checkpoint {
            subject: self.subject.clone(),
            prefix,
            previous: self.previous,
            at,
        };
        let text = checkpoint.to_text();
        let path = self.folder.join(format!("{:04}.txt", self.next));
        let failed = |error: io::Error| StateError::write(&path, &error);
        let armour = sign(&text, key).map_err(|error| failed(io::Error::other(error)))?;
        files::write(&path.with_extension("sig"), armour.as_bytes()).map_err(failed)?;
        files::write(&path, text.as_bytes()).map_err(failed)?;
        self.next += 1;
        self.previous = Digest::of(text.as_bytes());
        self.sealed = bytes;
        Ok(())
    }
}

/// Reads all checkpoints of a folder; `name` is its path within the state folder.
pub(super) fn load(folder: &Path, name: &str) -> Result<Vec<SignedText>, StateError> {
    let mut texts = Vec::new();
    for number in numbers(folder)? {
        let file = folder.join(format!("{number:04}"));
        let read = |extension: &str| {
            let path = file.with_extension(extension);
            files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))
        };
        texts.push(SignedText {
            number,
            file: format!("{name}/{number:04}"),
            text: read("txt")?,
            signature: read("sig")?,
        });
    }
    Ok(texts)
}

fn numbers(folder: &Path) -> Result<BTreeSet<u64>, StateError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(StateError::read(folder, &error)),
    };
    let mut numbers = BTreeSet::new();
    for entry in entries {
        let path = entry.map_err(|error| StateError::read(folder, &error))?.path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let ours = path.extension().is_some_and(|e| e == "txt" || e == "sig");
        if let (true, Ok(number)) = (ours, stem.parse::<u64>())
            && format!("{number:04}") == stem
        {
            numbers.insert(number);
        }
    }
    Ok(numbers)
}
