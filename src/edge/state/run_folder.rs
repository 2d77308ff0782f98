//! A run's folder: made in one step from checked copies, taken over by one process at a time.
//!
//! Implements the run's port [`Journal`]. Does not judge plans or approvals: they are copied first, checked by
//! `approval/`, and only then the folder gets its name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::edge::state::append::AppendLog;
use crate::edge::state::audit::resumable;
use crate::edge::state::details::{self, Details};
use crate::edge::state::lock::Lock;
use crate::edge::state::run_journal::{Failure, Thread, Writer};
use crate::edge::state::seals::{self, Seals};
use crate::edge::state::{Layout, Ledger, Notary, RunLayout, StateError, files};
use crate::log::chain::{Chain, Prefix, read};
use crate::log::checkpoint::Subject;
use crate::log::fold::{RunState, fold};
use crate::log::model::{Head, Record, RunEvent};
use crate::run::journal::{Journal, JournalError};
use crate::run::ports::Pending;
use crate::value::{ActionId, Digest, Json, RunId};

/// Copies of plan and approvals that are not yet a run; gone when dropped.
pub struct Incoming {
    state: PathBuf,
    folder: tempfile::TempDir,
}

impl Incoming {
    /// An empty one in a state folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(state: &Path) -> Result<Self, StateError> {
        let runs = Layout::new(state).runs();
        let failed = |error: io::Error| StateError::write(&runs, &error);
        files::make_folder(&runs).map_err(failed)?;
        // The dot keeps audits out.
        let folder = files::make_unnamed_folder(&runs, ".incoming-").map_err(failed)?;
        let incoming = Incoming {
            state: state.to_owned(),
            folder,
        };
        for folder in incoming.layout().folders() {
            files::make_folder(&folder).map_err(|error| StateError::write(&folder, &error))?;
        }
        Ok(incoming)
    }

    /// Where the copies lie until the run has its name.
    pub fn layout(&self) -> RunLayout {
        RunLayout {
            root: self.folder.path().to_owned(),
        }
    }

    /// Copies the plan; gives the copy's bytes and digest. Nothing else may be checked or run.
    ///
    /// # Errors
    /// It cannot be read, or the copy not written.
    pub fn plan(&self, from: &Path) -> Result<(Vec<u8>, Digest), StateError> {
        copy(from, &self.layout().plan())
    }

    /// Copies an approval, or its signature, under its own file name.
    ///
    /// # Errors
    /// It cannot be read, or the copy not written.
    pub fn approval(&self, from: &Path) -> Result<(Vec<u8>, Digest), StateError> {
        let name = from.file_name().unwrap_or_default().to_string_lossy();
        if !files::is_plain_name(&name) {
            return Err(StateError::place(from, "it has no plain file name"));
        }
        copy(from, &self.layout().approvals().join(&*name))
    }

    /// Keeps the `allowed_signers` in force.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn signers(&self, content: &[u8]) -> Result<Digest, StateError> {
        let path = self.layout().signers();
        files::write(&path, content).map_err(|error| StateError::write(&path, &error))?;
        Ok(Digest::of(content))
    }
}

/// A run's folder that this process may write.
pub struct RunFolder {
    run: RunId,
    layout: RunLayout,
    details: Arc<Details>,
    failed: Arc<Failure>,
    notary: Notary,
    // Dropped before the lock: it still writes then.
    thread: Thread,
    _lock: Lock,
}

/// A run that was taken over.
pub struct Opened {
    /// Its folder.
    pub folder: RunFolder,
    /// What its log says, `run.resumed` included; empty when nothing was recorded yet.
    pub state: RunState,
    /// The heads over which a person's go-ahead counts now: the log's head as the last process left it, and
    /// later ones that differ only by processes that came and went.
    pub signable: Vec<Head>,
}

impl RunFolder {
    /// Gives checked copies their name and takes the new run. Call it with the ledger open, after
    /// [`crate::log::ledger::LedgerState::is_used`] and before [`Ledger::used`].
    ///
    /// # Errors
    /// The name is taken, or the folder cannot be written.
    pub fn create(incoming: Incoming, run: &RunId, notary: &Notary) -> Result<Self, StateError> {
        if !files::is_plain_name(run.as_str()) {
            return Err(StateError::place(
                Path::new(run.as_str()),
                "a run's id must be a plain name",
            ));
        }
        let layout = Layout::new(&incoming.state).run(run);
        if layout.root().exists() {
            return Err(StateError::place(
                layout.root(),
                "there is a run of this name already",
            ));
        }
        let failed = |error: io::Error| StateError::write(layout.root(), &error);
        let from = incoming.folder.keep();
        fs::rename(from, layout.root()).map_err(failed)?;
        files::sync_parent(layout.root()).map_err(failed)?;
        let lock = Lock::now(&layout.lock())?;
        let (log, _) = AppendLog::open(&layout.log(), Chain::default(), &[], &layout.torn())?;
        let seals = Seals::after(&layout.checkpoints(), Subject::Run(run.clone()), &[]);
        Ok(Self::start(run, layout, notary, lock, (log, seals), |_| Ok(()))?.0)
    }

    /// Takes a run over: locks it, verifies it against its checkpoints and the ledger, tears off what a crash
    /// left after the last line end, and records `run.resumed`, sealed. A run that has ended, or was never
    /// started, is only locked: its state says so.
    ///
    /// # Errors
    /// There is none, another process is in it, or it does not verify.
    pub fn open_for_writing(
        state: &Path,
        run: &RunId,
        ledger: &Ledger,
        notary: &Notary,
    ) -> Result<Opened, StateError> {
        let layout = Layout::new(state).run(run);
        if !files::is_plain_name(run.as_str()) || !layout.root().is_dir() {
            return Err(StateError::place(layout.root(), "there is no such run"));
        }
        let lock = Lock::now(&layout.lock())?;
        let path = layout.log();
        let there = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
        let bytes = there.unwrap_or_default();
        resumable(state, run, &bytes, ledger, notary)?;
        let texts = seals::load(&layout.checkpoints(), &format!("runs/{run}/checkpoints"))?;
        let read = read::<RunEvent>(&bytes).expect("the log was verified");
        let mut so_far = fold(&read.records).expect("the log was verified");
        let signable = signable(&bytes, &read.records);
        let (log, torn) = AppendLog::open(&path, read.chain, &read.torn, &layout.torn())?;
        let seals = Seals::after(&layout.checkpoints(), Subject::Run(run.clone()), &texts);
        // A torn first record is no record: the run begins as if nothing had been written. An ended one stays.
        let goes_on = so_far.started.is_some() && so_far.ended.is_none();
        let (folder, records) = Self::start(run, layout, notary, lock, (log, seals), |writer| {
            if goes_on {
                return writer.commit(vec![RunEvent::RunResumed { torn }]).map(Some);
            }
            Ok(None)
        })?;
        for record in records.iter().flatten().flatten() {
            so_far
                .apply(record)
                .expect("`run.resumed` may follow anything but an end");
        }
        Ok(Opened {
            folder,
            state: so_far,
            signable,
        })
    }

    fn start<T>(
        run: &RunId,
        layout: RunLayout,
        notary: &Notary,
        lock: Lock,
        (log, seals): (AppendLog, Seals),
        first: impl FnOnce(&mut Writer) -> Result<T, StateError>,
    ) -> Result<(Self, Option<T>), StateError> {
        let details = Arc::new(Details::new(&layout.details()));
        let failed = Arc::new(Failure::default());
        let mut writer = Writer::new(
            run.clone(),
            log,
            seals,
            notary.clone(),
            Arc::clone(&details),
            Arc::clone(&failed),
        );
        let result = first(&mut writer)?;
        let folder = RunFolder {
            run: run.clone(),
            layout,
            details,
            failed,
            notary: notary.clone(),
            thread: Thread::start(writer),
            _lock: lock,
        };
        Ok((folder, Some(result)))
    }

    /// The run's id.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// Where its files lie.
    pub fn layout(&self) -> &RunLayout {
        &self.layout
    }

    /// Writes a checkpoint over all that is there, as the last thing before the process leaves; gives what the
    /// ledger must record. Blocks for a moment.
    ///
    /// # Errors
    /// It cannot be written, or an earlier write failed.
    pub fn seal(&self) -> Result<Prefix, JournalError> {
        match self.thread.seal() {
            Some(result) => Ok(result?),
            None => Err(self.gone()),
        }
    }

    fn gone(&self) -> JournalError {
        JournalError {
            message: format!(
                "write `{}`: the thread that writes it has ended",
                self.layout.log().display()
            ),
        }
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<(), StateError> {
        self.failed.check()?;
        let written = files::write(path, content).map_err(|error| StateError::write(path, &error));
        self.failed.note(written)
    }
}

impl Journal for RunFolder {
    fn append(&self, events: Vec<RunEvent>) -> Pending<'_, Result<Vec<Record<RunEvent>>, JournalError>> {
        Box::pin(async move {
            match self.thread.append(events).await {
                Some(result) => Ok(result?),
                None => Err(self.gone()),
            }
        })
    }

    fn keep(&self, content: &Json) -> Result<Digest, JournalError> {
        self.failed.check()?;
        Ok(self
            .failed
            .note(self.details.keep(content, (self.notary.random)()))?)
    }

    fn kept(&self, digest: &Digest) -> Result<Json, JournalError> {
        Ok(details::kept(&self.layout.details(), digest)?)
    }

    fn write_artefact(&self, name: &str, content: &[u8]) -> Result<PathBuf, JournalError> {
        let path = self.layout.artefacts().join(name);
        if !files::is_plain_name(name) {
            return Err(StateError::place(&path, "an artefact needs a plain file name").into());
        }
        self.write(&path, content)?;
        Ok(path)
    }

    fn write_bundle(&self, action: &ActionId, files: &[(String, Vec<u8>)]) -> Result<PathBuf, JournalError> {
        self.failed.check()?;
        Ok(self
            .failed
            .note(bundle(&self.layout.bundles(), &folder_name(action), files))?)
    }

    fn script_folder(&self, action: &ActionId, label: &str) -> PathBuf {
        self.layout.scripts().join(folder_name(action)).join(label)
    }
}

/// A folder name for an action: its step, and enough of its digest; target ids may hold anything.
fn folder_name(action: &ActionId) -> String {
    let step = action.as_str().split('/').next().unwrap_or_default();
    let step: String = step
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(40)
        .collect();
    format!("{step}-{}", Digest::of(action.as_str().as_bytes()).short())
}

/// Writes a bundle in one step. One that is there stays as it is, because somebody may have taken it along:
/// the same files again are the same bundle, others get a folder beside it.
fn bundle(folder: &Path, name: &str, content: &[(String, Vec<u8>)]) -> Result<PathBuf, StateError> {
    let failed = |path: &Path, error: &io::Error| StateError::write(path, error);
    let made = files::make_unnamed_folder(folder, ".writing-").map_err(|error| failed(folder, &error))?;
    for (file, bytes) in content {
        let path = made.path().join(file);
        if !files::is_plain_name(file) {
            return Err(StateError::place(&path, "a bundle's file needs a plain name"));
        }
        files::write(&path, bytes).map_err(|error| failed(&path, &error))?;
    }
    for number in 1.. {
        let path = if number == 1 {
            folder.join(name)
        } else {
            folder.join(format!("{name}-{number}"))
        };
        if path.is_dir() {
            if holds(&path, content) {
                return Ok(path);
            }
            continue;
        }
        fs::rename(made.keep(), &path).map_err(|error| failed(&path, &error))?;
        files::sync_folder(folder).map_err(|error| failed(folder, &error))?;
        return Ok(path);
    }
    unreachable!("some number is free")
}

fn holds(folder: &Path, content: &[(String, Vec<u8>)]) -> bool {
    content
        .iter()
        .all(|(file, bytes)| fs::read(folder.join(file)).is_ok_and(|found| found == *bytes))
}

/// Every head after which only processes came and went.
fn signable(bytes: &[u8], records: &[Record<RunEvent>]) -> Vec<Head> {
    let mut chain = Chain::default();
    let mut heads = Vec::new();
    for (line, record) in bytes.split_inclusive(|byte| *byte == b'\n').zip(records) {
        if !matches!(
            record.event,
            RunEvent::RunResumed { .. } | RunEvent::RunLeft { .. }
        ) {
            heads.clear();
        }
        chain.accept(record, line).expect("the log was verified");
        heads.push(chain.head().clone());
    }
    heads
}

fn copy(from: &Path, to: &Path) -> Result<(Vec<u8>, Digest), StateError> {
    let bytes = fs::read(from).map_err(|error| StateError::read(from, &error))?;
    files::write(to, &bytes).map_err(|error| StateError::write(to, &error))?;
    let digest = Digest::of(&bytes);
    Ok((bytes, digest))
}
