//! Many reads at once, answers in order.
//!
//! Bounded: a tenant is never asked more than a few things at a time.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::program::model::ReadAsk;
use crate::run::ports::CallError;
use crate::run::world::ReadWorld;
use crate::value::Answer;

/// Reads in flight at once at most.
pub const READS_AT_ONCE: usize = 8;

/// Performs the reads; `folder` gives a script's working folder.
///
/// # Panics
/// When a read panics.
pub async fn read_all(
    world: &ReadWorld,
    asks: &[ReadAsk],
    folder: Arc<dyn Fn(&ReadAsk) -> PathBuf + Send + Sync>,
) -> Vec<Result<Answer, CallError>> {
    let room = Arc::new(Semaphore::new(READS_AT_ONCE));
    let mut set = JoinSet::new();
    for (index, ask) in asks.iter().enumerate() {
        let (world, ask, room, folder) = (world.clone(), ask.clone(), Arc::clone(&room), Arc::clone(&folder));
        set.spawn(async move {
            let _permit = room.acquire().await.expect("the semaphore is never closed");
            let result = world.read(&ask.request, &ask.key, || folder(&ask)).await;
            (index, result)
        });
    }
    let mut out: Vec<Option<Result<Answer, CallError>>> = asks.iter().map(|_| None).collect();
    while let Some(joined) = set.join_next().await {
        let (index, result) = joined.expect("a read does not panic");
        out[index] = Some(result);
    }
    out.into_iter()
        .map(|result| result.expect("each read reports once"))
        .collect()
}
