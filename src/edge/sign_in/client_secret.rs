//! The client credentials flow with a secret, against the tenant's own token endpoint
//! (<https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>).
//!
//! Keeps the token in memory until five minutes before its end; never writes it anywhere. The secret is loaded anew
//! for each request of a token and not kept.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use url::Url;
use zeroize::Zeroizing;

use crate::edge::http::wire::{Connection, Outgoing, Received, Wire, WireError, name};
use crate::edge::http::{Sandbox, SettingsError, Tell, Transport, check_origin, jitter};
use crate::edge::sign_in::{Tokens, refusal};
use crate::graph::pause::{Next, Patience, RetryAfter, Tries, http_date, later};
use crate::run::ports::{CallError, Clock, Pending};
use crate::value::{Json, Secret, TenantId, Timestamp};

/// Fetches the client secret when it is needed; the error says why it cannot, without the secret.
pub type SecretLoader = Arc<dyn Fn() -> Result<Secret, String> + Send + Sync>;

/// Repeating equal token requests is punished (AADSTS50196), so a token is kept nearly to its end.
const MARGIN: Duration = Duration::from_secs(300);
/// A token answer is a few kilobytes.
const BODY_BYTES: usize = 256 << 10;

/// What [`ClientSecret`] is made with.
#[derive(Clone)]
pub struct SignInSettings {
    /// `https://login.microsoftonline.com`.
    pub login: Url,
    /// Graph's origin: what the token is for.
    pub graph: Url,
    /// The tenant's id; never `common`.
    pub tenant: TenantId,
    /// The app's id.
    pub client_id: String,
    /// Where the secret comes from.
    pub secret: SecretLoader,
    /// Now and sleep.
    pub clock: Arc<dyn Clock>,
    /// Whether loopback origins are meant.
    pub sandbox: Sandbox,
    /// Time and size limits.
    pub transport: Transport,
    /// How long the endpoint is tried.
    pub patience: Patience,
    /// Told about waits.
    pub tell: Option<Tell>,
}

/// An app that signs in with its secret.
pub struct ClientSecret {
    settings: SignInSettings,
    endpoint: Url,
    wire: Wire,
    kept: Mutex<Option<Kept>>,
    one_at_a_time: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Kept {
    token: Secret,
    good_until: Timestamp,
}

/// What comes after one request of a token.
enum Step {
    Done(Kept),
    Again(Option<Duration>, CallError),
}

impl ClientSecret {
    /// Signs nobody in yet.
    ///
    /// # Errors
    /// An origin that may not be used, a tenant that is no GUID.
    pub fn new(settings: SignInSettings) -> Result<Self, SettingsError> {
        check_origin(&settings.login, settings.sandbox)?;
        check_origin(&settings.graph, settings.sandbox)?;
        // `common` or a domain name would make the endpoint anybody's.
        if uuid::Uuid::try_parse(settings.tenant.as_str()).is_err() {
            return Err(SettingsError::NoTenantId(settings.tenant.to_string()));
        }
        let mut endpoint = settings.login.clone();
        endpoint.set_path(&format!("/{}/oauth2/v2.0/token", settings.tenant));
        Ok(ClientSecret {
            endpoint,
            wire: Wire::new(settings.transport, settings.sandbox)?,
            settings,
            kept: Mutex::default(),
            one_at_a_time: tokio::sync::Mutex::default(),
        })
    }

    async fn current(&self) -> Result<Secret, CallError> {
        if let Some(token) = self.kept() {
            return Ok(token);
        }
        let _turn = self.one_at_a_time.lock().await;
        if let Some(token) = self.kept() {
            return Ok(token);
        }
        let kept = self.request().await?;
        let token = kept.token.clone();
        *self.slot() = Some(kept);
        Ok(token)
    }

    fn kept(&self) -> Option<Secret> {
        let now = self.settings.clock.now();
        self.slot()
            .as_ref()
            .filter(|kept| kept.good_until > now)
            .map(|kept| kept.token.clone())
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn request(&self) -> Result<Kept, CallError> {
        let form = self.form().await?;
        let mut tries = Tries::new(self.settings.patience);
        loop {
            let (asked, error) = match self.try_once(&form).await? {
                Step::Done(kept) => return Ok(kept),
                Step::Again(asked, error) => (asked, error),
            };
            match tries.after_failure(asked, jitter()) {
                Next::GiveUp { .. } => return Err(error),
                Next::Again(pause) => {
                    if let Some(tell) = &self.settings.tell {
                        tell(
                            later(self.settings.clock.now(), pause),
                            "the sign-in service is busy",
                        );
                    }
                    self.settings.clock.sleep(pause).await;
                }
            }
        }
    }

    /// The form with the secret in it. A loader may ask a person, so it gets a thread of its own.
    async fn form(&self) -> Result<Zeroizing<String>, CallError> {
        let loader = Arc::clone(&self.settings.secret);
        let result = tokio::task::spawn_blocking(move || loader()).await;
        let secret = result
            .unwrap_or_else(|_| Err("its loader broke off".to_owned()))
            .map_err(|why| {
                let message = format!("the client secret cannot be read: {why}");
                refusal::sign_in(message, "see `client_secret` under `sign_in` of the tenant")
            })?;
        let scope = format!("{}/.default", self.settings.graph.origin().ascii_serialization());
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.settings.client_id)
            .append_pair("scope", &scope)
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_secret", secret.reveal());
        Ok(Zeroizing::new(form.finish()))
    }

    async fn try_once(&self, form: &str) -> Result<Step, CallError> {
        let outgoing = Outgoing {
            method: Method::POST,
            url: self.endpoint.clone(),
            headers: HeaderMap::from_iter([
                (ACCEPT, HeaderValue::from_static("application/json")),
                (
                    CONTENT_TYPE,
                    HeaderValue::from_static("application/x-www-form-urlencoded"),
                ),
            ]),
            body: Some(Zeroizing::new(form.as_bytes().to_vec())),
            limit_bytes: BODY_BYTES,
        };
        match self.wire.send(outgoing, Connection::Pooled).await {
            Ok(received) => self.judge(&received),
            Err(error) => {
                let (what, why) = match error {
                    WireError::NotSent(why) => ("cannot be reached", why),
                    WireError::Cut(why) => ("gave no whole answer", why),
                    WireError::TooLarge(limit) => ("answered at length", format!("more than {limit} bytes")),
                };
                let login = self.settings.login.origin().ascii_serialization();
                let message = format!("the sign-in service `{login}` {what}: {why}");
                Ok(Step::Again(
                    None,
                    refusal::sign_in(message, "check the network and the proxy"),
                ))
            }
        }
    }

    fn judge(&self, received: &Received) -> Result<Step, CallError> {
        let body: Json = serde_json::from_slice(received.plain_body()).unwrap_or(Json::Null);
        if received.status == 200 {
            return token_in(&body, self.settings.clock.now())
                .map(Step::Done)
                .ok_or_else(|| {
                    let message = "the sign-in service answered with 200 and no token".to_owned();
                    refusal::sign_in(message, "look whether a proxy or gateway stands between")
                });
        }
        let refused = refusal::refused(received.status, &body);
        // By status and OAuth error only; the AADSTS number is for people.
        let busy = matches!(received.status, 408 | 429 | 500..=599)
            || body.get("error").and_then(Json::as_str) == Some("temporarily_unavailable");
        if !busy {
            return Err(refused);
        }
        let date = received.header(name("date")).and_then(http_date);
        let asked = received
            .header(name("retry-after"))
            .and_then(RetryAfter::parse)
            .map(|header| header.wait(date, self.settings.clock.now()));
        Ok(Step::Again(asked, refused))
    }
}

impl Tokens for ClientSecret {
    fn token(&self) -> Pending<'_, Result<Secret, CallError>> {
        Box::pin(self.current())
    }

    fn discard(&self) {
        *self.slot() = None;
    }
}

fn token_in(body: &Json, now: Timestamp) -> Option<Kept> {
    let token = body
        .get("access_token")
        .and_then(Json::as_str)
        .filter(|token| !token.is_empty())?;
    let lifetime = Duration::from_secs(body.get("expires_in").and_then(Json::as_u64).unwrap_or(0));
    // A short-lived token is kept for half its life rather than never.
    let good_for = lifetime.saturating_sub(MARGIN).max(lifetime / 2);
    Some(Kept {
        token: Secret::new(token.to_owned()),
        good_until: later(now, good_for),
    })
}
