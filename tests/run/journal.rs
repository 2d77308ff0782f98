//! A run's log and folder in memory: real records in a real chain, details by digest, and a copy of the whole
//! world for each record at the moment when it became durable.
//!
//! May be told to fail at its n-th append; like the real one it then stays failed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use redress::log::chain::{self, Chain};
use redress::log::details;
use redress::log::fold::{RunState, fold};
use redress::log::model::{Record, RunEvent};
use redress::run::journal::{Journal, JournalError};
use redress::run::ports::{Clock, Pending};
use redress::value::{ActionId, Digest, Json, RunId, Timestamp};

use crate::clock::VirtualClock;
use crate::world::State;

/// What a crash right after a record leaves.
#[derive(Clone)]
pub struct Snapshot {
    pub at: Timestamp,
    pub tenant: State,
    pub folder: Arc<Folder>,
}

/// A bundle's files.
pub type Files = Arc<Vec<(String, Vec<u8>)>>;

/// What lies beside the log.
#[derive(Clone, Default)]
pub struct Folder {
    pub details: BTreeMap<Digest, Arc<Vec<u8>>>,
    pub artefacts: BTreeMap<String, Arc<Vec<u8>>>,
    pub bundles: BTreeMap<ActionId, Files>,
}

#[derive(Default)]
struct Inner {
    chain: Chain,
    bytes: Vec<u8>,
    records: Vec<Record<RunEvent>>,
    snapshots: Vec<Snapshot>,
    folder: Arc<Folder>,
    appends: usize,
    fail_at: Option<usize>,
    failed: bool,
    salt: u64,
}

pub struct MemoryJournal {
    inner: Mutex<Inner>,
    clock: Arc<VirtualClock>,
    tenant: Arc<Mutex<State>>,
}

impl MemoryJournal {
    pub fn new(clock: Arc<VirtualClock>, tenant: Arc<Mutex<State>>) -> Self {
        MemoryJournal {
            inner: Mutex::default(),
            clock,
            tenant,
        }
    }

    /// What a process finds whose predecessor died: `bytes` are read as strictly as from a disk.
    pub fn found(
        clock: Arc<VirtualClock>,
        tenant: Arc<Mutex<State>>,
        bytes: &[u8],
        folder: Arc<Folder>,
    ) -> Self {
        let log = chain::read::<RunEvent>(bytes).expect("the log is whole");
        let salt = 1 << 32 | log.records.len() as u64;
        let inner = Inner {
            chain: log.chain,
            bytes: bytes.to_vec(),
            records: log.records,
            folder,
            salt,
            ..Inner::default()
        };
        MemoryJournal {
            inner: Mutex::new(inner),
            clock,
            tenant,
        }
    }

    /// The `n`-th append (from 1) and all after it fail.
    pub fn fail_at(&self, n: usize) {
        self.inner.lock().unwrap().fail_at = Some(n);
    }

    pub fn has_failed(&self) -> bool {
        self.inner.lock().unwrap().failed
    }

    pub fn appends(&self) -> usize {
        self.inner.lock().unwrap().appends
    }

    pub fn records(&self) -> Vec<Record<RunEvent>> {
        self.inner.lock().unwrap().records.clone()
    }

    pub fn state(&self) -> RunState {
        fold(&self.records()).expect("the log folds")
    }

    pub fn folder(&self) -> Arc<Folder> {
        Arc::clone(&self.inner.lock().unwrap().folder)
    }

    /// What a crash right after the n-th record (from 0) of those that this process wrote leaves.
    pub fn snapshot(&self, n: usize) -> Snapshot {
        self.inner.lock().unwrap().snapshots[n].clone()
    }

    /// The log's lines, cut after `records`.
    pub fn cut(&self, records: usize) -> Vec<u8> {
        let inner = self.inner.lock().unwrap();
        let lines = inner.bytes.split_inclusive(|byte| *byte == b'\n');
        lines.take(records).flatten().copied().collect()
    }

    /// Whether the log holds an intent with this `client-request-id`.
    pub fn has_intent(&self, wanted: &str) -> bool {
        self.inner
            .lock()
            .unwrap()
            .records
            .iter()
            .any(|record| match &record.event {
                RunEvent::ActionIntended {
                    client_request_id, ..
                } => client_request_id == wanted,
                _ => false,
            })
    }

    /// Whether the log holds an open intent for this action.
    pub fn has_open_intent(&self, action: &ActionId) -> bool {
        let state = self.state();
        let attempts = state.actions.get(action).map(|action| action.attempts.as_slice());
        attempts.is_some_and(|attempts| !attempts.is_empty())
    }

    fn write(&self, events: Vec<RunEvent>) -> Result<Vec<Record<RunEvent>>, JournalError> {
        let mut inner = self.inner.lock().unwrap();
        inner.appends += 1;
        if inner.failed || inner.fail_at == Some(inner.appends) {
            inner.failed = true;
            return Err(full());
        }
        let mut written = Vec::new();
        for event in events {
            let at = self.clock.now();
            let (record, line) = inner
                .chain
                .next(event, at, Some(RunId::new("20260324T080000Z-000001")));
            inner.bytes.extend_from_slice(&line);
            inner.records.push(record.clone());
            let tenant = self.tenant.lock().unwrap().clone();
            let folder = Arc::clone(&inner.folder);
            inner.snapshots.push(Snapshot { at, tenant, folder });
            written.push(record);
        }
        Ok(written)
    }
}

fn full() -> JournalError {
    JournalError {
        message: "write `audit.jsonl`: no space left on device".to_owned(),
    }
}

impl Journal for MemoryJournal {
    fn append(&self, events: Vec<RunEvent>) -> Pending<'_, Result<Vec<Record<RunEvent>>, JournalError>> {
        Box::pin(async move { self.write(events) })
    }

    fn keep(&self, content: &Json) -> Result<Digest, JournalError> {
        let mut inner = self.inner.lock().unwrap();
        if inner.failed {
            return Err(full());
        }
        inner.salt += 1;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&inner.salt.to_be_bytes());
        let (digest, bytes) = details::encode(content, salt);
        Arc::make_mut(&mut inner.folder)
            .details
            .insert(digest, Arc::new(bytes));
        Ok(digest)
    }

    fn kept(&self, digest: &Digest) -> Result<Json, JournalError> {
        let inner = self.inner.lock().unwrap();
        let bytes = inner.folder.details.get(digest).ok_or_else(|| JournalError {
            message: format!("details `{digest}` are gone"),
        })?;
        details::decode(digest, bytes).map_err(|error| JournalError {
            message: error.to_string(),
        })
    }

    fn write_artefact(&self, name: &str, content: &[u8]) -> Result<PathBuf, JournalError> {
        let mut inner = self.inner.lock().unwrap();
        if inner.failed {
            return Err(full());
        }
        Arc::make_mut(&mut inner.folder)
            .artefacts
            .insert(name.to_owned(), Arc::new(content.to_vec()));
        Ok(PathBuf::from(name))
    }

    fn write_bundle(&self, action: &ActionId, files: &[(String, Vec<u8>)]) -> Result<PathBuf, JournalError> {
        let mut inner = self.inner.lock().unwrap();
        if inner.failed {
            return Err(full());
        }
        Arc::make_mut(&mut inner.folder)
            .bundles
            .insert(action.clone(), Arc::new(files.to_vec()));
        Ok(PathBuf::from(action.as_str()))
    }

    fn script_folder(&self, action: &ActionId, label: &str) -> PathBuf {
        PathBuf::from(format!("{action}:{label}"))
    }
}
