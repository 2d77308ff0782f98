//! Everything a run needs of the world, in one place, and the reads that all its parts share.
//!
//! Decides nothing; a read's failure is passed on as it is.

use std::path::PathBuf;
use std::sync::Arc;

use crate::log::model::{Record, RunEvent};
use crate::program::model::{ReadAnswer, ReadFailure, Request};
use crate::program::render::Scripts as ScriptTexts;
use crate::run::journal::Journal;
use crate::run::ports::{
    CallError, CallErrorKind, Clock, Door, ScriptJob, Scripts, TenantChanges, TenantReads,
};
use crate::value::{ActionId, Answer, Timestamp};

/// What reads need.
#[derive(Clone)]
pub struct ReadWorld {
    /// Now and sleep.
    pub clock: Arc<dyn Clock>,
    /// Graph and named hosts.
    pub reads: Arc<dyn TenantReads>,
    /// PowerShell.
    pub scripts: Arc<dyn Scripts>,
    /// The program's script texts.
    pub texts: Arc<ScriptTexts>,
    /// Repeated in every result file: the run's id, or the plan's nonce while planning.
    pub nonce: String,
}

/// What a run needs.
#[derive(Clone)]
pub struct World {
    /// Reads.
    pub read: ReadWorld,
    /// Changes in the tenant.
    pub changes: Arc<dyn TenantChanges>,
    /// Log and folder.
    pub journal: Arc<dyn Journal>,
    /// Told what happens, as it happens.
    pub tell: Arc<dyn Fn(&Notice<'_>) + Send + Sync>,
}

/// What a run tells while it goes.
#[derive(Debug)]
pub enum Notice<'a> {
    /// A record is durable.
    Recorded(&'a Record<RunEvent>),
    /// Nothing to do before then.
    Waiting {
        /// Until when.
        until: Timestamp,
        /// Lower case: `settle time of 1 action in doubt`.
        why: &'a str,
    },
    /// Something a person should read at once: a bundle's folder and digest.
    Say(&'a str),
}

impl ReadWorld {
    /// One read of any kind. `folder` is where a script works.
    pub async fn read(
        &self,
        request: &Request,
        key: &ActionId,
        folder: impl FnOnce() -> PathBuf,
    ) -> Result<Answer, CallError> {
        match request {
            Request::Graph(graph) => self.reads.read(graph).await,
            Request::Rest(rest) => self.reads.fetch(rest).await,
            Request::PowerShell(script) => match self.scripts.door(&script.host) {
                Door::Here => {
                    let job = self.job(request, key, folder());
                    self.scripts.read(&job).await
                }
                Door::HandOver | Door::NoPowerShell => Err(not_here(&script.host)),
                Door::NotConfigured => Err(not_configured(&script.host)),
            },
        }
    }

    /// The script run for a request.
    ///
    /// # Panics
    /// When the request is no script, or its text is not the program's.
    pub fn job(&self, request: &Request, key: &ActionId, folder: PathBuf) -> ScriptJob {
        let Request::PowerShell(script) = request else {
            unreachable!("only scripts have jobs");
        };
        let text = self
            .texts
            .get(&script.template)
            .expect("the program carries every template that it names");
        ScriptJob {
            request: script.clone(),
            script: Arc::clone(&text.bytes),
            action: key.clone(),
            nonce: self.nonce.clone(),
            folder,
        }
    }

    /// Whether a request can only be answered by a script that is run elsewhere.
    pub fn elsewhere(&self, request: &Request) -> bool {
        match request {
            Request::Graph(_) | Request::Rest(_) => false,
            Request::PowerShell(script) => match self.scripts.door(&script.host) {
                Door::HandOver | Door::NoPowerShell => true,
                Door::Here | Door::NotConfigured => false,
            },
        }
    }
}

/// A call's result as the interpreter takes it.
pub fn read_answer(result: Result<Answer, CallError>) -> ReadAnswer {
    match result {
        Ok(answer) => ReadAnswer::Answered(answer),
        Err(error) => ReadAnswer::Failed(ReadFailure {
            message: error.message,
            status: error.status,
            code: error.code,
            request_id: error.request_id,
        }),
    }
}

fn not_here(host: &str) -> CallError {
    plain_error(
        CallErrorKind::NotSent,
        format!("scripts for `{host}` are not run on this machine"),
        "run the bundle on the server, then `redress import RUN RESULT`",
    )
}

fn not_configured(host: &str) -> CallError {
    plain_error(
        CallErrorKind::NotAllowed,
        format!("the configuration names no PowerShell host `{host}`"),
        "add it under `powershell:` of the tenant, with `run: here` or `run: hand_over`",
    )
}

fn plain_error(kind: CallErrorKind, message: String, hint: &str) -> CallError {
    CallError {
        kind,
        message,
        hints: vec![hint.to_owned()],
        status: None,
        code: None,
        request_id: None,
    }
}
