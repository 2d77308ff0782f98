//! A log file that only grows: chained lines, written and synced together.
//!
//! After one failed write or sync nothing is written any more: a second sync that succeeds would hide what the
//! first one lost (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::edge::state::{StateError, files};
use crate::log::chain::{Chain, Prefix};
use crate::log::model::{Record, Torn};
use crate::value::{Digest, RunId, Timestamp};

/// An event and the run that it is about.
pub(super) type About<E> = (Option<RunId>, E);

/// A log open for appending; whoever has it holds the lock.
pub(super) struct AppendLog {
    path: PathBuf,
    file: File,
    chain: Chain,
    failed: Option<StateError>,
}

impl AppendLog {
    /// Opens a log that was read up to `chain`; what lies after that is cut off, and kept in `torn_folder` first.
    pub(super) fn open(
        path: &Path,
        chain: Chain,
        torn: &[u8],
        torn_folder: &Path,
    ) -> Result<(Self, Option<Torn>), StateError> {
        let is_new = !path.exists();
        let file = files::open_to_append(path).map_err(|error| StateError::write(path, &error))?;
        if is_new {
            files::sync_parent(path).map_err(|error| StateError::write(path, &error))?;
        }
        let cut = keep_torn(&file, path, chain.head().bytes, torn, torn_folder)?;
        let log = AppendLog {
            path: path.to_owned(),
            file,
            chain,
            failed: None,
        };
        Ok((log, cut))
    }

    /// All that is durable.
    pub(super) fn prefix(&self) -> Prefix {
        self.chain.prefix()
    }

    /// The chain so far.
    pub(super) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Appends events with one sync; when it returns they are durable.
    pub(super) fn append<E: Serialize>(
        &mut self,
        events: impl IntoIterator<Item = About<E>>,
        at: Timestamp,
    ) -> Result<Vec<Record<E>>, StateError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut chain = self.chain.clone();
        let (mut records, mut lines) = (Vec::new(), Vec::new());
        for (run, event) in events {
            let (record, line) = chain.next(event, at, run);
            records.push(record);
            lines.extend_from_slice(&line);
        }
        self.write(&lines).map_err(|error| self.fail(&error))?;
        self.chain = chain;
        Ok(records)
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.file.sync_data()
    }

    fn fail(&mut self, error: &io::Error) -> StateError {
        let failed = StateError::Write {
            file: self.path.clone(),
            why: error.to_string(),
            durable: Some(self.chain.prefix()),
        };
        self.failed = Some(failed.clone());
        failed
    }
}

fn keep_torn(
    file: &File,
    path: &Path,
    whole: u64,
    torn: &[u8],
    folder: &Path,
) -> Result<Option<Torn>, StateError> {
    if torn.is_empty() {
        return Ok(None);
    }
    let cut = Torn {
        bytes: torn.len() as u64,
        sha256: Digest::of(torn),
    };
    let kept = folder.join(format!("{whole}-{}", cut.sha256.short()));
    files::make_folder(folder)
        .and_then(|()| files::write(&kept, torn))
        .map_err(|error| StateError::write(&kept, &error))?;
    file.set_len(whole)
        .and_then(|()| file.sync_all())
        .map_err(|error| StateError::write(path, &error))?;
    Ok(Some(cut))
}
