//! The thread that writes a run's log: it takes what has queued up, writes it with one sync, then answers.
//!
//! Nothing else writes the log or its checkpoints. When the run's folder is dropped, it seals and ends.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::edge::state::append::AppendLog;
use crate::edge::state::details::Details;
use crate::edge::state::seals::Seals;
use crate::edge::state::{Notary, StateError};
use crate::log::chain::Prefix;
use crate::log::model::{Record, RunEvent};
use crate::value::RunId;

/// A checkpoint comes after so many records, or so much time, whichever is first.
const SEAL_RECORDS: u64 = 100;
const SEAL_EVERY: Duration = Duration::from_secs(30);

type Records = Vec<Record<RunEvent>>;
type Reply = oneshot::Sender<Result<Records, StateError>>;

enum Order {
    Append(Vec<RunEvent>, Reply),
    Seal(Sender<Result<Prefix, StateError>>),
}

/// What the thread owns.
pub(super) struct Writer {
    pub(super) run: RunId,
    pub(super) log: AppendLog,
    pub(super) seals: Seals,
    pub(super) notary: Notary,
    pub(super) details: Arc<Details>,
    /// The first failure of any write in the run's folder: final.
    pub(super) failed: Arc<Failure>,
    unsealed: u64,
    has_intended: bool,
    sealed_at: Instant,
}

/// The first failed write, seen by everybody who writes.
#[derive(Default)]
pub(super) struct Failure(Mutex<Option<StateError>>);

impl Failure {
    /// Passes a result on; an error is kept for all who come later.
    pub(super) fn note<T>(&self, result: Result<T, StateError>) -> Result<T, StateError> {
        if let Err(error @ StateError::Write { .. }) = &result {
            self.0
                .lock()
                .expect("nobody panics while holding it")
                .get_or_insert_with(|| error.clone());
        }
        result
    }

    /// # Errors
    /// Something failed before.
    pub(super) fn check(&self) -> Result<(), StateError> {
        match &*self.0.lock().expect("nobody panics while holding it") {
            None => Ok(()),
            Some(error) => Err(error.clone()),
        }
    }
}

impl Writer {
    pub(super) fn new(
        run: RunId,
        log: AppendLog,
        seals: Seals,
        notary: Notary,
        details: Arc<Details>,
        failed: Arc<Failure>,
    ) -> Self {
        Writer {
            run,
            log,
            seals,
            notary,
            details,
            failed,
            unsealed: 0,
            has_intended: false,
            sealed_at: Instant::now(),
        }
    }

    /// Appends events with one sync, and seals where a checkpoint is due.
    pub(super) fn commit(&mut self, events: Vec<RunEvent>) -> Result<Records, StateError> {
        let failed = Arc::clone(&self.failed);
        failed.check()?;
        failed.note(self.write(events))
    }

    fn write(&mut self, events: Vec<RunEvent>) -> Result<Records, StateError> {
        self.details.sync()?;
        let intends = events
            .iter()
            .any(|event| matches!(event, RunEvent::ActionIntended { .. }));
        if intends && !self.has_intended {
            self.seal_now()?;
            self.has_intended = true;
        }
        let ends = events.iter().any(is_edge);
        let now = self.notary.clock.now();
        let run = &self.run;
        let records = self
            .log
            .append(events.into_iter().map(|event| (Some(run.clone()), event)), now)?;
        self.unsealed += records.len() as u64;
        if ends || self.unsealed >= SEAL_RECORDS || self.sealed_at.elapsed() >= SEAL_EVERY {
            self.seal_now()?;
        }
        Ok(records)
    }

    /// Seals what is there; gives what is then vouched for.
    pub(super) fn seal(&mut self) -> Result<Prefix, StateError> {
        let failed = Arc::clone(&self.failed);
        failed.check()?;
        failed.note(self.seal_now())
    }

    fn seal_now(&mut self) -> Result<Prefix, StateError> {
        let prefix = self.log.prefix();
        if prefix.bytes > self.seals.sealed() {
            self.seals
                .seal(prefix.clone(), self.notary.clock.now(), &self.notary.key)?;
        }
        self.unsealed = 0;
        self.sealed_at = Instant::now();
        Ok(prefix)
    }

    fn serve(mut self, orders: &Receiver<Order>) {
        loop {
            match orders.recv_timeout(self.patience()) {
                Ok(first) => self.answer(std::iter::once(first).chain(orders.try_iter()).collect()),
                // A failure is kept, and told with the next append.
                Err(RecvTimeoutError::Timeout) => drop(self.seal()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        drop(self.seal());
    }

    fn patience(&self) -> Duration {
        if self.unsealed == 0 || self.failed.check().is_err() {
            return SEAL_EVERY;
        }
        SEAL_EVERY.saturating_sub(self.sealed_at.elapsed())
    }

    fn answer(&mut self, orders: Vec<Order>) {
        let mut appends = Vec::new();
        for order in orders {
            match order {
                Order::Append(events, reply) => appends.push((events, reply)),
                Order::Seal(reply) => {
                    self.answer_appends(std::mem::take(&mut appends));
                    // Whoever asked may be gone.
                    let _ = reply.send(self.seal());
                }
            }
        }
        self.answer_appends(appends);
    }

    /// Many appends, one sync.
    fn answer_appends(&mut self, appends: Vec<(Vec<RunEvent>, Reply)>) {
        if appends.is_empty() {
            return;
        }
        let (mut all, mut replies) = (Vec::new(), Vec::new());
        for (events, reply) in appends {
            replies.push((events.len(), reply));
            all.extend(events);
        }
        match self.commit(all) {
            Ok(records) => {
                let mut records = records.into_iter();
                for (count, reply) in replies {
                    let _ = reply.send(Ok(records.by_ref().take(count).collect()));
                }
            }
            Err(error) => {
                for (_, reply) in replies {
                    let _ = reply.send(Err(error.clone()));
                }
            }
        }
    }
}

/// Records after which a checkpoint is always due: a run's first and those with which a process leaves it.
fn is_edge(event: &RunEvent) -> bool {
    matches!(
        event,
        RunEvent::RunStarted { .. }
            | RunEvent::RunResumed { .. }
            | RunEvent::RunLeft { .. }
            | RunEvent::RunEnded { .. }
    )
}

/// The thread, from outside. Dropping it waits until everything is written and sealed.
pub(super) struct Thread {
    orders: Option<Sender<Order>>,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    pub(super) fn start(writer: Writer) -> Self {
        let (orders, queue) = channel();
        let handle = thread::spawn(move || writer.serve(&queue));
        Thread {
            orders: Some(orders),
            handle: Some(handle),
        }
    }

    /// `None` when the thread is gone, which only a panic in it can do.
    pub(super) async fn append(&self, events: Vec<RunEvent>) -> Option<Result<Records, StateError>> {
        let (reply, answer) = oneshot::channel();
        self.orders.as_ref()?.send(Order::Append(events, reply)).ok()?;
        answer.await.ok()
    }

    /// As [`Thread::append`].
    pub(super) fn seal(&self) -> Option<Result<Prefix, StateError>> {
        let (reply, answer) = channel();
        self.orders.as_ref()?.send(Order::Seal(reply)).ok()?;
        answer.recv().ok()
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(handle) = self.handle.take() {
            // A panic there was told already, as an append without an answer.
            let _ = handle.join();
        }
    }
}
