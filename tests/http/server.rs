//! Small servers made for one test: one that answers as told, one that cuts connections.
//!
//! They speak real HTTP and know nothing of Redress.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What a server answers.
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub fn json(status: u16, body: impl std::fmt::Display) -> Self {
        Reply::bytes(status, "application/json; charset=utf-8", body.to_string())
    }

    pub fn bytes(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Reply {
            status,
            headers: vec![("content-type".into(), media_type.into())],
            body: body.into(),
        }
    }

    pub fn empty(status: u16) -> Self {
        Reply {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.headers.push((name.into(), value.to_string()));
        self
    }
}

/// A server that lives as long as this value.
pub struct Server {
    pub origin: Url,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// `reply` is given how many requests came before, and this one.
    pub async fn start(reply: impl Fn(usize, &Arrived) -> Reply + Send + Sync + 'static) -> Self {
        let (listener, origin) = listen().await;
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let (log, reply) = (Arc::clone(&arrived), Arc::new(reply));
        let app = axum::Router::new().fallback(move |request: Request| {
            let (log, reply) = (Arc::clone(&log), Arc::clone(&reply));
            async move {
                let request = read(request).await;
                let before = {
                    let mut log = log.lock().unwrap();
                    log.push(request.clone());
                    log.len() - 1
                };
                respond(reply(before, &request))
            }
        });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Server {
            origin,
            arrived,
            task,
        }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin.as_str().trim_end_matches('/'))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen() -> (TcpListener, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    (listener, Url::parse(&format!("http://{address}")).unwrap())
}

async fn read(request: Request) -> Arrived {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    Arrived {
        method: parts.method.to_string(),
        target: parts.uri.path_and_query().unwrap().to_string(),
        headers: parts.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn respond(reply: Reply) -> Response<Body> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}

/// Where a connection is cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Right after it is accepted.
    BeforeReading,
    /// After the request was read.
    AfterReading,
    /// In the middle of a 200.
    InTheAnswer,
}

/// Cuts the first `times` connections, then answers `{"value": []}`.
pub struct Cutter {
    pub origin: Url,
    requests: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl Cutter {
    pub async fn start(cut: Cut, times: usize) -> Self {
        let (listener, origin) = listen().await;
        let requests: Arc<Mutex<usize>> = Arc::default();
        let count = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let cut = (connection < times).then_some(cut);
                serve(stream, cut, &count).await;
            }
        });
        Cutter {
            origin,
            requests,
            task,
        }
    }

    /// Whole requests that were read.
    pub fn requests(&self) -> usize {
        *self.requests.lock().unwrap()
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, cut: Option<Cut>, requests: &Mutex<usize>) {
    if matches!(cut, Some(Cut::BeforeReading)) {
        return;
    }
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    *requests.lock().unwrap() += 1;
    let body = r#"{"value":[]}"#;
    let length = if matches!(cut, Some(Cut::InTheAnswer)) {
        1000
    } else {
        body.len()
    };
    if matches!(cut, Some(Cut::AfterReading)) {
        return;
    }
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}
