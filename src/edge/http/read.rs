//! Reads: paced, retried within a budget, paged.
//!
//! A POST is sent from here only when the catalogue or the policy calls it reading.

use rand_core::RngCore as _;
use url::Url;

use crate::catalog::{self, Effect};
use crate::edge::http::client::GraphClient;
use crate::edge::http::wire::{Connection, Received, WireError, name};
use crate::edge::http::{answer, failure};
use crate::graph::error::{ErrorBody, Meaning, meaning};
use crate::graph::links::Trail;
use crate::graph::model::GraphRequest;
use crate::graph::pause::{Next, RetryAfter, Tries, later};
use crate::graph::throttle::Pressure;
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::{Answer, Json};

/// One answer and the size of its body.
struct Page {
    answer: Answer,
    bytes: usize,
}

/// What to do after one try.
enum Step {
    Done(Page),
    RenewToken(CallError),
    /// Again, if the budget bears it; else this error.
    Again(Option<std::time::Duration>, Push, CallError),
}

/// Whether the whole lane waits, or only this read.
#[derive(Clone, Copy)]
enum Push {
    Lane,
    Alone,
}

impl GraphClient {
    pub(super) async fn read_graph(&self, request: &GraphRequest) -> Result<Answer, CallError> {
        self.must_read(request)?;
        let first = self.target(&request.url)?;
        match request.pages {
            None => Ok(self.page(request, &first).await?.answer),
            Some(limit) => self.pages(request, first, limit).await,
        }
    }

    fn must_read(&self, request: &GraphRequest) -> Result<(), CallError> {
        let reads = match request.method.as_str() {
            "GET" => true,
            "POST" => {
                let known = catalog::find_url("POST", &request.url);
                known.is_some_and(|known| known.effect == Effect::Read)
                    || self.policy_calls_it_reading(&request.url)
            }
            _ => false,
        };
        if reads {
            return Ok(());
        }
        Err(failure::plain(
            CallErrorKind::NotAllowed,
            format!(
                "`{}` is no read",
                failure::headline(&request.method, &request.url)
            ),
            "a POST that only reads must be listed under `policy: {reading_posts}` of the configuration",
        ))
    }

    fn policy_calls_it_reading(&self, url: &str) -> bool {
        self.settings
            .reading_posts
            .iter()
            .any(|pattern| catalog::matches(pattern, url))
    }

    async fn pages(&self, request: &GraphRequest, first: Url, limit: usize) -> Result<Answer, CallError> {
        let mut trail = Trail::new(first.clone(), limit.max(1));
        let (mut url, mut items, mut bytes) = (first, Vec::new(), 0);
        loop {
            let mut page = self.page(request, &url).await?;
            if !(200..300).contains(&page.answer.status) {
                return Ok(page.answer);
            }
            bytes += page.bytes;
            if bytes > self.settings.transport.pages_bytes {
                let error = WireError::TooLarge(self.settings.transport.pages_bytes);
                return Err(failure::unanswered(&request.method, &request.url, &error));
            }
            let Some(Json::Array(values)) = page.answer.body.get_mut("value").map(Json::take) else {
                return Err(no_collection(request));
            };
            items.extend(values);
            match page.answer.body.get("@odata.nextLink") {
                None | Some(Json::Null) => {
                    page.answer.body = Json::Array(items);
                    return Ok(page.answer);
                }
                Some(link) => {
                    url = trail
                        .follow(link.as_str().unwrap_or_default())
                        .map_err(|error| failure::link(&request.method, &request.url, &error))?;
                }
            }
        }
    }

    /// One page, tried until it is answered or the budget is used up.
    async fn page(&self, request: &GraphRequest, url: &Url) -> Result<Page, CallError> {
        let (workload, units) = catalog::workload(&request.method, &request.url);
        let mut tries = Tries::new(self.settings.patience);
        let mut renewed = false;
        loop {
            let turn = self.turn(workload, units).await;
            let step = self.try_page(request, url).await;
            self.turn_over(&turn);
            drop(turn);
            match step? {
                Step::Done(page) => return Ok(page),
                Step::RenewToken(error) if renewed => return Err(error),
                Step::RenewToken(_) => {
                    renewed = true;
                    self.settings.tokens.discard();
                }
                Step::Again(asked, push, error) => match tries.after_failure(asked, jitter()) {
                    Next::GiveUp { tries } => return Err(given_up(error, tries)),
                    Next::Again(pause) => match push {
                        Push::Lane => self.close_lane(workload, pause),
                        Push::Alone => {
                            let now = self.settings.clock.now();
                            self.wait(now, later(now, pause), "an unanswered read is sent again")
                                .await;
                        }
                    },
                },
            }
        }
    }

    async fn try_page(&self, request: &GraphRequest, url: &Url) -> Result<Step, CallError> {
        let token = self.settings.tokens.token().await?;
        let outgoing = self.outgoing(request, url, &GraphClient::new_id(), &token)?;
        let received = match self.wire.send(outgoing, Connection::Pooled).await {
            Ok(received) => received,
            Err(error) => {
                let failed = failure::unanswered(&request.method, &request.url, &error);
                return match error {
                    WireError::TooLarge(_) => Err(failed),
                    WireError::NotSent(_) | WireError::Cut(_) => Ok(Step::Again(None, Push::Alone, failed)),
                };
            }
        };
        let (workload, _) = catalog::workload(&request.method, &request.url);
        self.note(&received, workload, Pressure::None);
        self.judge(request, &received, token.reveal())
    }

    fn judge(&self, request: &GraphRequest, received: &Received, token: &str) -> Result<Step, CallError> {
        let done = |answer| {
            Ok(Step::Done(Page {
                answer,
                bytes: received.body.len(),
            }))
        };
        if (200..300).contains(&received.status) {
            return done(answer::success(received, &request.method, &request.url)?);
        }
        let body = error_body(received, token);
        if answer::is_expected(received.status, &request.expect) {
            return done(answer::expected(received, &body));
        }
        let failed = |kind| {
            let id = answer::request_id(received);
            failure::answered(kind, &request.method, &request.url, received.status, &body, id)
        };
        match meaning(received.status, &body) {
            Meaning::Answer | Meaning::Unexpected => Err(failed(CallErrorKind::Malformed)),
            Meaning::RenewToken => Ok(Step::RenewToken(failed(CallErrorKind::Permission))),
            Meaning::Permission => Err(failed(CallErrorKind::Permission)),
            Meaning::Refused => Err(failed(CallErrorKind::Refused)),
            Meaning::Busy => Ok(Step::Again(
                self.asked(received),
                Push::Lane,
                failed(CallErrorKind::Busy),
            )),
            Meaning::Unclear => Ok(Step::Again(
                self.asked(received),
                Push::Alone,
                failed(CallErrorKind::NoAnswer),
            )),
        }
    }

    /// The pause that an answer asks for.
    pub(super) fn asked(&self, received: &Received) -> Option<std::time::Duration> {
        let header = received.header(name("retry-after")).and_then(RetryAfter::parse)?;
        Some(header.wait(answer::date(received), self.settings.clock.now()))
    }
}

/// The error body, with the token taken out should the service have repeated it.
pub(super) fn error_body(received: &Received, token: &str) -> ErrorBody {
    let mut body = ErrorBody::parse(received.plain_body());
    if let Some(message) = &mut body.message {
        *message = message.replace(token, "[secret]");
    }
    body
}

fn given_up(error: CallError, tries: u32) -> CallError {
    CallError {
        message: format!("{} ({tries} tries)", error.message),
        ..error
    }
}

fn no_collection(request: &GraphRequest) -> CallError {
    failure::plain(
        CallErrorKind::Malformed,
        format!(
            "`{}` was answered with one object, expected a list",
            failure::headline(&request.method, &request.url)
        ),
        "leave out `pages` for a call that does not return a list",
    )
}

/// In 0..1.
pub(in crate::edge) fn jitter() -> f64 {
    f64::from(rand_core::OsRng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}
