//! The state folder: the ledger, the runs with their logs, and what an auditor finds there.
//!
//! Only files; what the records mean is `log/`'s business. On Unix folders are 0700 and files 0600. On Windows
//! they inherit the access list of the folder that they lie in, which for the default place, the user's
//! profile, admits the user, administrators and the system.

mod append;
mod audit;
mod details;
mod error;
pub mod files;
mod ledger;
mod lock;
mod notary;
mod run_folder;
mod run_journal;
mod run_reading;
mod seals;

use std::path::{Path, PathBuf};

pub use audit::{AuditReport, RunVerdict, audit, audit_against};
pub use error::StateError;
pub use ledger::Ledger;
pub use notary::Notary;
pub use run_folder::{Incoming, Opened, RunFolder};
pub use run_reading::RunReading;

use crate::value::RunId;

/// Where everything lies in a state folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below a state folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Layout { root: root.into() }
    }

    /// The state folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The ledger's log.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger.jsonl")
    }

    /// Held by whoever writes the ledger.
    pub fn ledger_lock(&self) -> PathBuf {
        self.root.join("ledger.lock")
    }

    /// The ledger's checkpoints.
    pub fn ledger_checkpoints(&self) -> PathBuf {
        self.root.join("ledger").join("checkpoints")
    }

    /// What a crash tore off the ledger's end.
    pub fn ledger_torn(&self) -> PathBuf {
        self.root.join("ledger").join("torn")
    }

    /// Plans, where no other place was named.
    pub fn plans(&self) -> PathBuf {
        self.root.join("plans")
    }

    /// All runs.
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    /// One run.
    pub fn run(&self, run: &RunId) -> RunLayout {
        RunLayout {
            root: self.runs().join(run.as_str()),
        }
    }
}

/// Where everything lies in a run's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunLayout {
    root: PathBuf,
}

impl RunLayout {
    /// The run's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The copy of the plan that is run.
    pub fn plan(&self) -> PathBuf {
        self.root.join("plan")
    }

    /// Approvals and go-aheads, each with its signature.
    pub fn approvals(&self) -> PathBuf {
        self.root.join("approvals")
    }

    /// The `allowed_signers` that were in force at the start.
    pub fn signers(&self) -> PathBuf {
        self.root.join("allowed_signers")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.root.join("audit.jsonl")
    }

    /// Held by the process that is in the run.
    pub fn lock(&self) -> PathBuf {
        self.root.join("audit.lock")
    }

    /// The log's checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// Contents by digest.
    pub fn details(&self) -> PathBuf {
        self.root.join("details")
    }

    /// What `output` steps wrote.
    pub fn artefacts(&self) -> PathBuf {
        self.root.join("artefacts")
    }

    /// What was handed over.
    pub fn bundles(&self) -> PathBuf {
        self.root.join("bundles")
    }

    /// What scripts worked in.
    pub fn scripts(&self) -> PathBuf {
        self.root.join("scripts")
    }

    /// What crashes tore off the log's end.
    pub fn torn(&self) -> PathBuf {
        self.root.join("torn")
    }

    fn folders(&self) -> [PathBuf; 7] {
        [
            self.approvals(),
            self.checkpoints(),
            self.details(),
            self.artefacts(),
            self.bundles(),
            self.scripts(),
            self.torn(),
        ]
    }
}
