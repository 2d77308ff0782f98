//! Details files of one run: written at once, made durable together before the records that name them.
//!
//! Named by their digest; the salt makes every name new.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::edge::state::{StateError, files};
use crate::log::details::{Salt, decode, encode};
use crate::log::verify::{Kind, Problem};
use crate::value::{Digest, Json};

/// So many files stay open for the common sync; further ones are synced at once.
const OPEN_LIMIT: usize = 64;

/// The `details/` folder of a run.
pub(super) struct Details {
    folder: PathBuf,
    unsynced: Mutex<Vec<(PathBuf, File)>>,
}

impl Details {
    pub(super) fn new(folder: &Path) -> Self {
        Details {
            folder: folder.to_owned(),
            unsynced: Mutex::new(Vec::new()),
        }
    }

    /// Writes content; durable after the next [`Details::sync`].
    pub(super) fn keep(&self, content: &Json, salt: Salt) -> Result<Digest, StateError> {
        let (digest, bytes) = encode(content, salt);
        let path = self.folder.join(digest.to_string());
        let failed = |error| StateError::write(&path, &error);
        let mut file = files::create(&path).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        let mut unsynced = self.unsynced.lock().expect("nobody panics while holding it");
        if unsynced.len() >= OPEN_LIMIT {
            file.sync_all().map_err(failed)?;
            // The folder itself is synced with the others.
            return Ok(digest);
        }
        unsynced.push((path, file));
        Ok(digest)
    }

    /// Makes everything that was kept durable.
    pub(super) fn sync(&self) -> Result<(), StateError> {
        let unsynced = std::mem::take(&mut *self.unsynced.lock().expect("nobody panics while holding it"));
        if unsynced.is_empty() {
            return Ok(());
        }
        for (path, file) in unsynced {
            file.sync_all()
                .map_err(|error| StateError::write(&path, &error))?;
        }
        files::sync_folder(&self.folder).map_err(|error| StateError::write(&self.folder, &error))
    }
}

/// Content kept earlier in a run's `details/` folder.
pub(super) fn kept(folder: &Path, digest: &Digest) -> Result<Json, StateError> {
    let path = folder.join(digest.to_string());
    let bytes = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
    let problem = |kind, message: String| StateError::Damaged {
        problems: vec![Problem {
            file: path.display().to_string(),
            lines: None,
            kind,
            message,
        }],
    };
    let bytes = bytes.ok_or_else(|| problem(Kind::Missing, "it is gone, and the run needs it".to_owned()))?;
    decode(digest, &bytes).map_err(|error| problem(Kind::Edited, error.to_string()))
}
