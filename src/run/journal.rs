//! What a run needs of its log and folder: append durably, keep details, write artefacts.
//!
//! The port only; the files are `edge/state`'s. A failed append is final: nothing may be sent after it.

use std::path::PathBuf;

use crate::log::model::{Record, RunEvent};
use crate::run::ports::Pending;
use crate::value::{ActionId, Digest, Json};

/// The log cannot be written, or what it names cannot be read (exit code 14; 15 for edited details).
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct JournalError {
    /// Lower case, names the file.
    pub message: String,
}

/// A run's log and folder.
pub trait Journal: Send + Sync {
    /// Appends the events in order, with one sync for all; when it returns they are durable, and so are the
    /// details that they name.
    fn append(&self, events: Vec<RunEvent>) -> Pending<'_, Result<Vec<Record<RunEvent>>, JournalError>>;

    /// Keeps content apart from the log; durable at the latest with the next append.
    ///
    /// # Errors
    /// It cannot be written.
    fn keep(&self, content: &Json) -> Result<Digest, JournalError>;

    /// Content kept earlier, checked against its digest.
    ///
    /// # Errors
    /// It is gone or edited.
    fn kept(&self, digest: &Digest) -> Result<Json, JournalError>;

    /// Writes an artefact, durable when this returns; the same name again replaces it.
    ///
    /// # Errors
    /// It cannot be written.
    fn write_artefact(&self, name: &str, content: &[u8]) -> Result<PathBuf, JournalError>;

    /// Writes a bundle's files into a folder of its own; gives the folder.
    ///
    /// # Errors
    /// It cannot be written.
    fn write_bundle(&self, action: &ActionId, files: &[(String, Vec<u8>)]) -> Result<PathBuf, JournalError>;

    /// The private folder of one script run: an attempt's own, so that results never mix.
    fn script_folder(&self, action: &ActionId, label: &str) -> PathBuf;
}
