//! One request on the wire, once: out, and the whole answer in, within limits.
//!
//! Never sends anything again and never follows a redirect; attaches no token by itself.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use reqwest::{Client, Method, redirect, retry};
use url::Url;
use zeroize::Zeroizing;

use crate::edge::http::settings::{Sandbox, SettingsError, Transport};

/// Two connection pools: one kept for reads, none for changes.
pub(in crate::edge) struct Wire {
    pooled: Client,
    single: Client,
}

/// Which connection a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::edge) enum Connection {
    /// One that may have carried others.
    Pooled,
    /// One of its own: an idle connection that the service has closed meanwhile would leave a change in doubt,
    /// and the library resends silently only on connections that it reuses.
    Own,
}

/// What goes out.
pub(in crate::edge) struct Outgoing {
    pub(in crate::edge) method: Method,
    pub(in crate::edge) url: Url,
    pub(in crate::edge) headers: HeaderMap,
    pub(in crate::edge) body: Option<Zeroizing<Vec<u8>>>,
    pub(in crate::edge) limit_bytes: usize,
}

/// What came in, whole.
pub(in crate::edge) struct Received {
    pub(in crate::edge) status: u16,
    pub(in crate::edge) headers: HeaderMap,
    /// Empty where a refusal's body could not be read: its status is definite all the same.
    pub(in crate::edge) body: Zeroizing<Vec<u8>>,
}

/// Why no whole answer came; texts hold no URL.
#[derive(Debug)]
pub(in crate::edge) enum WireError {
    /// No connection: nothing left this machine.
    NotSent(String),
    /// Some of the request may have arrived.
    Cut(String),
    /// The answer is larger than so many bytes.
    TooLarge(usize),
}

impl Wire {
    pub(in crate::edge) fn new(transport: Transport, sandbox: Sandbox) -> Result<Self, SettingsError> {
        let build = |connection| {
            builder(transport, sandbox, connection)
                .build()
                .map_err(|error| SettingsError::Library(chain(&error)))
        };
        Ok(Wire {
            pooled: build(Connection::Pooled)?,
            single: build(Connection::Own)?,
        })
    }

    pub(in crate::edge) async fn send(
        &self,
        outgoing: Outgoing,
        connection: Connection,
    ) -> Result<Received, WireError> {
        let client = match connection {
            Connection::Pooled => &self.pooled,
            Connection::Own => &self.single,
        };
        let limit_bytes = outgoing.limit_bytes;
        let mut request = client
            .request(outgoing.method, outgoing.url)
            .headers(outgoing.headers);
        if let Some(body) = outgoing.body {
            request = request.body(body.to_vec());
        }
        let response = request.send().await.map_err(|error| wire_error(&error))?;
        receive(response, limit_bytes).await
    }
}

fn builder(transport: Transport, sandbox: Sandbox, connection: Connection) -> reqwest::ClientBuilder {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .gzip(true)
        .connect_timeout(transport.connect)
        .read_timeout(transport.read)
        .timeout(transport.total)
        .user_agent(concat!("redress/", env!("CARGO_PKG_VERSION")));
    let builder = match connection {
        Connection::Pooled => builder,
        Connection::Own => builder.pool_max_idle_per_host(0).http1_only(),
    };
    match sandbox {
        Sandbox::No => builder.https_only(true),
        // A proxy must never see what is meant for this machine.
        Sandbox::Yes => builder.no_proxy(),
    }
}

async fn receive(mut response: reqwest::Response, limit_bytes: usize) -> Result<Received, WireError> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = match whole_body(&mut response, limit_bytes).await {
        Ok(body) => body,
        Err(error) if response.status().is_success() => return Err(error),
        Err(_) => Zeroizing::default(),
    };
    Ok(Received {
        status,
        headers,
        body,
    })
}

/// Counts unpacked bytes, so that a small packed answer cannot become a large one.
async fn whole_body(
    response: &mut reqwest::Response,
    limit_bytes: usize,
) -> Result<Zeroizing<Vec<u8>>, WireError> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| WireError::Cut(chain(&error)))?
    {
        if body.len() + chunk.len() > limit_bytes {
            return Err(WireError::TooLarge(limit_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn wire_error(error: &reqwest::Error) -> WireError {
    // Only while connecting, TLS included, is it certain that no byte of the request has left.
    if error.is_connect() || error.is_builder() {
        WireError::NotSent(chain(error))
    } else {
        WireError::Cut(chain(error))
    }
}

/// The causes without the first text, which would name the URL with its query.
fn chain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        texts.push(cause.to_string());
        source = cause.source();
    }
    if texts.is_empty() {
        let what = if error.is_timeout() {
            "timed out"
        } else {
            "the connection broke"
        };
        texts.push(what.to_owned());
    }
    texts.dedup();
    texts.join(": ")
}

impl Received {
    /// A header's text.
    pub(in crate::edge) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// `application/json` of `application/json; charset=utf-8`, in lower case.
    pub(in crate::edge) fn media_type(&self) -> Option<String> {
        let value = self.header(CONTENT_TYPE)?;
        let media_type = value.split(';').next().unwrap_or_default();
        Some(media_type.trim().to_ascii_lowercase())
    }

    /// The body without a byte order mark, which some text answers begin with.
    pub(in crate::edge) fn plain_body(&self) -> &[u8] {
        self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body)
    }
}

/// A header name that is known to be one.
pub(in crate::edge) fn name(text: &'static str) -> HeaderName {
    HeaderName::from_static(text)
}
