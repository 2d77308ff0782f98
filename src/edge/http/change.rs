//! Changes: one call of the port is one request on the wire.
//!
//! Nothing here sends a change again, with one exception: a 401 is a definite "nothing happened", so that it is
//! sent once more with a new token, under the same `client-request-id`.

use crate::catalog;
use crate::edge::http::client::GraphClient;
use crate::edge::http::read::error_body;
use crate::edge::http::wire::{Connection, Received};
use crate::edge::http::{answer, failure};
use crate::graph::error::{Meaning, meaning};
use crate::graph::model::GraphRequest;
use crate::graph::throttle::Pressure;
use crate::run::ports::{CallError, CallErrorKind};
use crate::value::Answer;

/// Whether a 401 still has a second token to try.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    First,
    Renewed,
}

impl GraphClient {
    pub(super) async fn change_graph(
        &self,
        request: &GraphRequest,
        client_request_id: &str,
    ) -> Result<Answer, CallError> {
        if request.method == "GET" {
            return Err(failure::plain(
                CallErrorKind::NotAllowed,
                format!(
                    "`{}` is no change",
                    failure::headline(&request.method, &request.url)
                ),
                "",
            ));
        }
        if let Some(answer) = self.send_once(request, client_request_id, Token::First).await? {
            return Ok(answer);
        }
        self.settings.tokens.discard();
        let answer = self.send_once(request, client_request_id, Token::Renewed).await?;
        Ok(answer.expect("a second 401 is an error"))
    }

    /// `None`: the first token was refused, and nothing happened.
    async fn send_once(
        &self,
        request: &GraphRequest,
        client_request_id: &str,
        token: Token,
    ) -> Result<Option<Answer>, CallError> {
        let (workload, units) = catalog::workload(&request.method, &request.url);
        let url = self.target(&request.url)?;
        let turn = self.turn(workload, units).await;
        let secret = self.settings.tokens.token().await?;
        let outgoing = self.outgoing(request, &url, client_request_id, &secret)?;
        let sent = self.wire.send(outgoing, Connection::Own).await;
        self.turn_over(&turn);
        drop(turn);
        let received = sent.map_err(|error| failure::unanswered(&request.method, &request.url, &error))?;
        self.note(&received, workload, self.pressure(&received));
        judge_change(request, &received, secret.reveal(), token)
    }

    /// A 429 or 503 slows all further requests of its kind down, although this one is not sent again here.
    fn pressure(&self, received: &Received) -> Pressure {
        match received.status {
            429 | 503 => Pressure::PushedBack(self.asked(received).unwrap_or(self.settings.patience.first)),
            _ => Pressure::None,
        }
    }
}

fn judge_change(
    request: &GraphRequest,
    received: &Received,
    secret: &str,
    token: Token,
) -> Result<Option<Answer>, CallError> {
    if (200..300).contains(&received.status) {
        return answer::success(received, &request.method, &request.url).map(Some);
    }
    let body = error_body(received, secret);
    if answer::is_expected(received.status, &request.expect) {
        return Ok(Some(answer::expected(received, &body)));
    }
    let kind = match meaning(received.status, &body) {
        Meaning::RenewToken if token == Token::First => return Ok(None),
        Meaning::RenewToken | Meaning::Permission => CallErrorKind::Permission,
        Meaning::Refused => CallErrorKind::Refused,
        Meaning::Busy => CallErrorKind::Busy,
        Meaning::Unclear => CallErrorKind::NoAnswer,
        Meaning::Answer | Meaning::Unexpected => CallErrorKind::Malformed,
    };
    let id = answer::request_id(received);
    Err(failure::answered(
        kind,
        &request.method,
        &request.url,
        received.status,
        &body,
        id,
    ))
}
