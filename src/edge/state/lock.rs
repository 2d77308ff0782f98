//! One writer at a time: a lock on a file of its own, which ends with the process, however it ends.
//!
//! The log itself is never locked, so that anybody may read it meanwhile.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::edge::state::{StateError, files};

/// How often a short lock is tried, and how long between.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes it now or not at all: a process in a run keeps its lock for hours.
    pub(super) fn now(path: &Path) -> Result<Self, StateError> {
        Self::attempt(path)?.ok_or_else(|| StateError::Locked {
            file: path.to_owned(),
        })
    }

    /// Waits a little: the ledger is only ever locked for a few records.
    pub(super) fn soon(path: &Path) -> Result<Self, StateError> {
        for _ in 0..TRIES {
            if let Some(lock) = Self::attempt(path)? {
                return Ok(lock);
            }
            thread::sleep(PAUSE);
        }
        Err(StateError::Locked {
            file: path.to_owned(),
        })
    }

    fn attempt(path: &Path) -> Result<Option<Self>, StateError> {
        let file = files::open_lock(path).map_err(|error| StateError::write(path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StateError::write(path, &error)),
        }
    }
}
