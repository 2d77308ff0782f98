//! What arrived: one entry for each request, also for those that were cut.
//!
//! Holds no header but `client-request-id`, and no body: no secret can get in.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::value::Timestamp;

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// From 1, in order of arrival.
    pub seq: usize,
    /// When, on the sandbox's clock.
    pub at: Timestamp,
    /// `GET`, `POST` …
    pub method: String,
    /// As it came, with the version, percent-encoded.
    pub path: String,
    /// As it came.
    pub query: String,
    /// As sent by the client.
    pub client_request_id: Option<String>,
    /// The sandbox's own.
    pub request_id: String,
    /// Status of the answer; `None` where the connection was cut.
    pub status: Option<u16>,
    /// Whether something in the tenant was changed.
    pub effect: bool,
    /// The user whom it is about, by UPN.
    pub user: Option<String>,
}

/// All entries.
#[derive(Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    file: Option<File>,
}

impl Journal {
    /// Also appends each entry to a file, one JSON object a line.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn with_file(path: &Path) -> std::io::Result<Self> {
        Ok(Journal {
            entries: Vec::new(),
            file: Some(OpenOptions::new().create(true).append(true).open(path)?),
        })
    }

    /// Takes down a request; gives the entry its number. The file is for onlookers: that it cannot be written
    /// does not stop the sandbox.
    pub fn append(&mut self, mut entry: Entry) {
        entry.seq = self.entries.len() + 1;
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&entry).unwrap_or_default();
            line.push(b'\n');
            if let Err(error) = file.write_all(&line) {
                tracing::warn!(%error, "failed to append to the sandbox's journal");
            }
        }
        self.entries.push(entry);
    }

    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Effective revocations by UPN.
    pub fn revocations(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            let revokes = entry.path.to_lowercase().ends_with("/revokesigninsessions");
            if let (true, true, Some(user)) = (revokes, entry.effect, &entry.user) {
                *counts.entry(user.clone()).or_default() += 1;
            }
        }
        counts
    }
}
