//! The installation's ledger on disk: opened under its lock, appended durably, sealed after every append.
//!
//! Held only for a few records: a run does not keep it open, so that others may record theirs.

use std::path::Path;

use crate::edge::state::append::{About, AppendLog};
use crate::edge::state::lock::Lock;
use crate::edge::state::seals::{self, Seals};
use crate::edge::state::{Layout, Notary, StateError, files};
use crate::log::chain::{Chain, Prefix};
use crate::log::checkpoint::Subject;
use crate::log::ledger::{LedgerState, fold};
use crate::log::model::{Head, LedgerEvent, Record, Torn};
use crate::log::verify::{Kind, LogInput, LogVerdict, Problem, Standing, log};
use crate::value::{Digest, LedgerId, Nonce, RunId};

/// The path of the ledger within the state folder.
pub(super) const FILE: &str = "ledger.jsonl";

/// The path of its checkpoints within the state folder.
pub(super) const CHECKPOINTS: &str = "ledger/checkpoints";

/// The ledger, open and locked.
pub struct Ledger {
    log: AppendLog,
    seals: Seals,
    state: LedgerState,
    notary: Notary,
    lines: Vec<Digest>,
    _lock: Lock,
}

impl Ledger {
    /// Makes a new ledger with a random id in a state folder that has none.
    ///
    /// # Errors
    /// There is one, or the folder cannot be written.
    pub fn create(state: &Path, notary: &Notary) -> Result<Self, StateError> {
        let layout = Layout::new(state);
        let folders = [
            layout.ledger_checkpoints(),
            layout.ledger_torn(),
            layout.runs(),
            layout.plans(),
        ];
        for folder in folders {
            files::make_folder(&folder).map_err(|error| StateError::write(&folder, &error))?;
        }
        let lock = Lock::soon(&layout.ledger_lock())?;
        let path = layout.ledger();
        let there = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
        if there.is_some_and(|bytes| !bytes.is_empty()) {
            return Err(StateError::place(&path, "there is a ledger already"));
        }
        let id = LedgerId::new(hex::encode((notary.random)()));
        let (log, _) = AppendLog::open(&path, Chain::default(), &[], &layout.ledger_torn())?;
        let mut ledger = Ledger {
            log,
            seals: Seals::after(&layout.ledger_checkpoints(), Subject::Ledger(id.clone()), &[]),
            state: LedgerState::default(),
            notary: notary.clone(),
            lines: Vec::new(),
            _lock: lock,
        };
        let log_key = notary.public_key();
        ledger.append(vec![(None, LedgerEvent::Created { ledger: id, log_key })])?;
        Ok(ledger)
    }

    /// Opens the ledger of a state folder for writing. It is verified first; a torn end is cut off and kept,
    /// and records under no checkpoint get theirs.
    ///
    /// # Errors
    /// There is none, somebody else writes, or it does not verify.
    pub fn open(state: &Path, notary: &Notary) -> Result<Self, StateError> {
        let layout = Layout::new(state);
        let path = layout.ledger();
        if !path.exists() {
            return Err(StateError::place(&path, "there is no ledger"));
        }
        let lock = Lock::soon(&layout.ledger_lock())?;
        let bytes = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
        let bytes = bytes.unwrap_or_default();
        let texts = seals::load(&layout.ledger_checkpoints(), CHECKPOINTS)?;
        let (state, read) = check(&bytes, &texts, notary)?;
        let id = state
            .id
            .clone()
            .ok_or_else(|| StateError::place(&path, "the ledger is empty"))?;
        let (log, torn) = AppendLog::open(&path, read.chain, &read.torn, &layout.ledger_torn())?;
        let mut ledger = Ledger {
            log,
            seals: Seals::after(&layout.ledger_checkpoints(), Subject::Ledger(id), &texts),
            state,
            notary: notary.clone(),
            lines: read.lines,
            _lock: lock,
        };
        ledger.resumed(torn)?;
        // A crash may have come between the last record and its checkpoint.
        let now = ledger.notary.clock.now();
        ledger.seals.seal(ledger.log.prefix(), now, &ledger.notary.key)?;
        Ok(ledger)
    }

    /// Reads the ledger without its lock and without judging it: for `status` and reports.
    ///
    /// # Errors
    /// There is none, or it cannot be read as a ledger.
    pub fn read(state: &Path) -> Result<(LedgerState, Vec<Record<LedgerEvent>>), StateError> {
        let path = Layout::new(state).ledger();
        let bytes = files::read_if_there(&path).map_err(|error| StateError::read(&path, &error))?;
        let bytes = bytes.ok_or_else(|| StateError::place(&path, "there is no ledger"))?;
        let log = crate::log::chain::read(&bytes)
            .map_err(|bad| damaged(Some((bad.line, bad.line)), Kind::Edited, bad.error.to_string()))?;
        let state = fold(&log.records).map_err(|error| impossible(error.seq, &error.to_string()))?;
        Ok((state, log.records))
    }

    fn resumed(&mut self, torn: Option<Torn>) -> Result<(), StateError> {
        match torn {
            None => Ok(()),
            Some(torn) => self
                .append(vec![(None, LedgerEvent::Resumed { torn })])
                .map(|_| ()),
        }
    }

    /// What it says.
    pub fn state(&self) -> &LedgerState {
        &self.state
    }

    /// Its id.
    ///
    /// # Panics
    /// Never: an open ledger has its first record.
    pub fn id(&self) -> &LedgerId {
        self.state
            .id
            .as_ref()
            .expect("an open ledger has its first record")
    }

    /// Where the next record goes; a run's first record names `last`.
    pub fn head(&self) -> &Head {
        self.log.chain().head()
    }

    /// All of it: what a receipt names.
    pub fn prefix(&self) -> Prefix {
        self.log.prefix()
    }

    /// SHA-256 of each line.
    pub fn lines(&self) -> &[Digest] {
        &self.lines
    }

    /// Appends events, each with the run that it is about, and seals the ledger; durable when this returns.
    ///
    /// # Errors
    /// They cannot be written, or cannot follow what the ledger says.
    pub fn append(
        &mut self,
        events: Vec<About<LedgerEvent>>,
    ) -> Result<Vec<Record<LedgerEvent>>, StateError> {
        let mut state = self.state.clone();
        let now = self.notary.clock.now();
        // Judged before anything is written: what cannot follow is never on disk.
        let mut chain = self.log.chain().clone();
        for (run, event) in &events {
            let (record, _) = chain.next(event.clone(), now, run.clone());
            state
                .apply(&record)
                .map_err(|error| impossible(error.seq, &error.to_string()))?;
            self.lines.push(chain.head().last);
        }
        let records = self.log.append(events, now)?;
        self.state = state;
        self.seals.seal(self.log.prefix(), now, &self.notary.key)?;
        Ok(records)
    }

    /// Records that an apply or import was refused.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn refused(&mut self, plan: Option<Digest>, exit: u8, reason: &str) -> Result<(), StateError> {
        let reason = reason.to_owned();
        self.append(vec![(None, LedgerEvent::Refused { plan, exit, reason })])
            .map(|_| ())
    }

    /// Records a plan's one use and the run that begins with it; durable before the first effect.
    ///
    /// # Errors
    /// It cannot be written, or the plan was used before ([`LedgerState::is_used`] says so beforehand).
    pub fn used(&mut self, plan: Digest, nonce: &Nonce, run: &RunId) -> Result<(), StateError> {
        let used = LedgerEvent::Used {
            plan,
            nonce: nonce.as_str().to_owned(),
        };
        let started = LedgerEvent::RunStarted { plan };
        self.append(vec![(Some(run.clone()), used), (Some(run.clone()), started)])
            .map(|_| ())
    }

    /// Records that a process left a run, with the run's log as it was sealed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn left(&mut self, run: &RunId, event: LedgerEvent) -> Result<(), StateError> {
        self.append(vec![(Some(run.clone()), event)]).map(|_| ())
    }
}

/// What a strict reading gives to go on with.
struct Read {
    chain: Chain,
    torn: Vec<u8>,
    lines: Vec<Digest>,
}

fn check(
    bytes: &[u8],
    texts: &[crate::log::verify::SignedText],
    notary: &Notary,
) -> Result<(LedgerState, Read), StateError> {
    let input = LogInput {
        file: FILE,
        bytes: Some(bytes),
        checkpoints: texts,
        subject: None,
        now: notary.clock.now(),
    };
    let verdict: LogVerdict<LedgerEvent> =
        log(input, &|key, namespace, at| notary.trusts(key, namespace, at));
    // A crash between the first record and its checkpoint leaves a ledger without one: the next append seals it.
    let first = texts.is_empty() && verdict.records.len() <= 1;
    if verdict.report.standing == Standing::Broken && !first {
        let problems = verdict.report.problems;
        return Err(StateError::Damaged { problems });
    }
    let state = fold(&verdict.records).map_err(|error| impossible(error.seq, &error.to_string()))?;
    let log = crate::log::chain::read::<LedgerEvent>(bytes)
        .map_err(|bad| damaged(Some((bad.line, bad.line)), Kind::Edited, bad.error.to_string()))?;
    let read = Read {
        chain: log.chain,
        torn: log.torn,
        lines: verdict.digests,
    };
    Ok((state, read))
}

fn damaged(lines: Option<(u64, u64)>, kind: Kind, message: String) -> StateError {
    StateError::Damaged {
        problems: vec![Problem {
            file: FILE.to_owned(),
            lines,
            kind,
            message,
        }],
    }
}

fn impossible(seq: u64, message: &str) -> StateError {
    damaged(Some((seq + 1, seq + 1)), Kind::Impossible, message.to_owned())
}
