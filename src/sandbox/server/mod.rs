//! The HTTP side: one loopback origin for tokens, Graph and federation metadata.
//!
//! Answers are worked out without waiting, one request at a time ([`desk`]); here they are sent, late or cut
//! where a fault says so.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::oneshot;

use crate::run::clock::SimulatedClock;
use crate::sandbox::tenant::TenantFile;
use crate::value::Secret;

mod desk;
mod graph_call;
mod handle;
mod listener;
mod outgoing;
mod token;

use desk::Desk;
use listener::{CuttingListener, Peer};
use outgoing::{Arrival, Outgoing, Sending};

pub use handle::StateHandle;

/// Greatest request body, in bytes.
const BODY_LIMIT_BYTES: usize = 1 << 20;

/// What is up to whoever starts a sandbox.
#[derive(Debug)]
pub struct Options {
    /// Where to listen; must be a loopback address. Port 0: a free one.
    pub listen: SocketAddr,
    /// The secret that the app registration has.
    pub client_secret: Secret,
    /// `exchange-state.json` of the PowerShell module.
    pub exchange_state: Option<PathBuf>,
    /// Append each request to this file, one JSON object a line.
    pub journal: Option<PathBuf>,
}

impl Options {
    /// A free port on 127.0.0.1, no files.
    pub fn new(client_secret: Secret) -> Self {
        Options {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            client_secret,
            exchange_state: None,
            journal: None,
        }
    }
}

/// Why a sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Anybody on the network could reach it.
    #[error("listen on `{0}`: expected a loopback address such as `127.0.0.1:0`")]
    NotLoopback(SocketAddr),
    /// The address is taken, or not this machine's.
    #[error("listen on `{address}`: {error}")]
    Listen {
        /// As asked for.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The journal's file cannot be opened.
    #[error("open the journal `{}`: {error}", path.display())]
    Journal {
        /// As given.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl SandboxError {
    /// The next action.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            SandboxError::NotLoopback(_) => "a sandbox is only for this machine",
            SandboxError::Listen { .. } => "leave out `--listen` to take a free port",
            SandboxError::Journal { .. } => "name a file in a folder that exists and can be written",
        };
        vec![hint.to_owned()]
    }
}

/// The simulated tenant.
#[derive(Debug)]
pub struct Sandbox;

/// A sandbox that runs. It ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    /// What arrived and was done; faults to come.
    pub state: StateHandle,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

impl Sandbox {
    /// Listens and serves, on the current runtime.
    ///
    /// # Errors
    /// The address is not a loopback address or is taken, or the journal's file cannot be opened.
    pub async fn start(
        tenant: TenantFile,
        clock: Arc<dyn SimulatedClock>,
        options: Options,
    ) -> Result<Running, SandboxError> {
        if !options.listen.ip().is_loopback() {
            return Err(SandboxError::NotLoopback(options.listen));
        }
        let failed = |error| SandboxError::Listen {
            address: options.listen,
            error,
        };
        let listener = CuttingListener::bind(options.listen).await.map_err(failed)?;
        let origin = format!("http://{}", listener.address().map_err(failed)?);
        let desk = Arc::new(Desk::new(tenant, clock, origin.clone(), &options)?);
        let router = Router::new().fallback(serve).with_state(Arc::clone(&desk));
        let service = router.into_make_service_with_connect_info::<Peer>();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            let serving = axum::serve(listener, service).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        Ok(Running {
            origin,
            state: StateHandle::new(desk),
            stop: Some(stop),
            task,
        })
    }
}

impl Running {
    /// Takes no more connections, and returns when the last answer is out, after two seconds at most.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        let limit = std::time::Duration::from_secs(2);
        let _ = tokio::time::timeout(limit, &mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT_BYTES).await else {
        let mut refused = Response::new(Body::empty());
        *refused.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return refused;
    };
    let Outgoing { response, sending } = desk.answer(&Arrival::new(&head, &body));
    match sending {
        Sending::AtOnce => {}
        Sending::Late(delay) => desk.clock().sleep(delay).await,
        Sending::Never => peer.cut(),
    }
    response
}
