//! A clock that a sleep moves on, tokens that count, and a client for a test server.
//!
//! Replaces no part of the client: it only makes one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::SignedDuration;
use redress::edge::http::{GraphClient, GraphSettings, Sandbox, Transport};
use redress::edge::sign_in::Tokens;
use redress::graph::model::{GraphRequest, RestRequest};
use redress::graph::pause::Patience;
use redress::run::ports::{CallError, Clock, Pending};
use redress::value::{Secret, Timestamp};
use url::Url;

/// Virtual time.
pub struct VirtualClock(Mutex<Timestamp>);

impl VirtualClock {
    pub fn new() -> Arc<Self> {
        Arc::new(VirtualClock(Mutex::new(start())))
    }

    /// Seconds since the start.
    pub fn passed(&self) -> f64 {
        self.now().duration_since(start()).as_secs_f64()
    }

    pub fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }
}

pub fn start() -> Timestamp {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        let duration = SignedDuration::try_from(duration).unwrap();
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
        Box::pin(std::future::ready(()))
    }
}

/// Gives `token-1` until it is discarded, then `token-2`, and so on.
#[derive(Default)]
pub struct CountingTokens(AtomicUsize);

impl CountingTokens {
    pub fn discarded(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Tokens for CountingTokens {
    fn token(&self) -> Pending<'_, Result<Secret, CallError>> {
        let token = format!("token-{}", self.discarded() + 1);
        Box::pin(std::future::ready(Ok(Secret::new(token))))
    }

    fn discard(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A client, its clock and its tokens.
pub struct World {
    pub client: GraphClient,
    pub clock: Arc<VirtualClock>,
    pub tokens: Arc<CountingTokens>,
}

pub fn world(origin: &Url) -> World {
    world_with(origin, |_| {})
}

pub fn world_with(origin: &Url, adapt: impl FnOnce(&mut GraphSettings)) -> World {
    let (clock, tokens) = (VirtualClock::new(), Arc::new(CountingTokens::default()));
    let mut settings = GraphSettings {
        origin: origin.clone(),
        tokens: Arc::clone(&tokens) as Arc<dyn Tokens>,
        rest_hosts: Vec::new(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        sandbox: Sandbox::Yes,
        transport: Transport::default(),
        patience: Patience::default(),
        reading_posts: Vec::new(),
        tell: None,
    };
    adapt(&mut settings);
    World {
        client: GraphClient::new(settings).unwrap(),
        clock,
        tokens,
    }
}

pub fn get(url: &str) -> GraphRequest {
    request("GET", url)
}

pub fn request(method: &str, url: &str) -> GraphRequest {
    GraphRequest {
        method: method.into(),
        url: url.into(),
        headers: Vec::new(),
        body: None,
        pages: None,
        expect: Vec::new(),
    }
}

pub fn all_pages(url: &str) -> GraphRequest {
    GraphRequest {
        pages: Some(10),
        ..get(url)
    }
}

pub fn rest(url: &str, accept: &str) -> RestRequest {
    RestRequest {
        url: url.into(),
        accept: accept.into(),
        expect: Vec::new(),
    }
}
