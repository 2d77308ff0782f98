//! The wish to stop: Ctrl-C everywhere, SIGTERM on Unix.
//!
//! Ends nothing by itself.

/// Returns when somebody wants the process to end; where no signal can be listened to, never.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                result = tokio::signal::ctrl_c() => if result.is_err() { std::future::pending::<()>().await },
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
