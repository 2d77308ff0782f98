//! A Graph call: token, route, limits, permission, query, handler, headers; in this order.
//!
//! What a call answers is in [`resources`](crate::sandbox::resources).

use axum::response::Response;

use crate::sandbox::odata::Query;
use crate::sandbox::resources::{Call, Effect, GraphError, Reply, Route, Version, routes};
use crate::sandbox::server::desk::{Desk, Done, Inner};
use crate::sandbox::server::outgoing::{Arrival, json_content, refuse, respond, set};
use crate::sandbox::state::throttle::{Bucket, Throttled};
use crate::sandbox::state::tokens::{Standing, Tokens};
use crate::sandbox::tenant::model::Throttling;
use crate::value::{Json, Timestamp};

/// Above this share of a limit Graph says how much is used
/// (<https://learn.microsoft.com/graph/throttling>).
const TELL_FROM: f64 = 0.8;

/// Answers.
pub(super) fn answer(
    desk: &Desk,
    inner: &mut Inner,
    arrival: &Arrival<'_>,
    version: Version,
    segments: &[String],
    now: Timestamp,
) -> Done {
    let refused = |response| Done {
        response,
        effect: Effect::Nothing,
    };
    if let Err(error) = authenticate(&inner.tokens, arrival, now) {
        let mut response = refuse(arrival, now, &error);
        set(&mut response, "www-authenticate", &challenge(desk));
        return refused(response);
    }
    let (route, parameters) = match find(arrival.method(), version, segments) {
        Ok(found) => found,
        Err(error) => return refused(refuse(arrival, now, &error)),
    };
    let units = units(route, arrival);
    let used = match admit(inner, route, units, now) {
        Ok(used) => used,
        Err(throttled) => return refused(busy(inner, arrival, throttled, now)),
    };
    let (mut response, effect) = match perform(desk, inner, arrival, version, route, parameters, now) {
        Ok(reply) => {
            let content = reply.body.as_ref().map(json_content);
            (respond(arrival, now, reply.status, content), reply.effect)
        }
        Err(error) => (refuse(arrival, now, &error), Effect::Nothing),
    };
    set(&mut response, "x-ms-resource-unit", &units.to_string());
    set(&mut response, "odata-version", "4.0");
    if used > TELL_FROM {
        set(
            &mut response,
            "x-ms-throttle-limit-percentage",
            &format!("{used:.2}"),
        );
    }
    Done { response, effect }
}

fn authenticate(tokens: &Tokens, arrival: &Arrival<'_>, now: Timestamp) -> Result<(), GraphError> {
    let refused = |message: &str| GraphError::new(401, "InvalidAuthenticationToken", message);
    let token = arrival.header("authorization").and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    });
    match token {
        None => Err(refused("Access token is empty.")),
        Some(token) => match tokens.standing(token, now) {
            Standing::Valid => Ok(()),
            Standing::Expired => Err(refused("Lifetime validation failed, the token is expired.")),
            Standing::Foreign => Err(refused("The token was not issued for this tenant.")),
        },
    }
}

fn challenge(desk: &Desk) -> String {
    format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", \
         client_id=\"00000003-0000-0000-c000-000000000000\"",
        desk.origin()
    )
}

fn find(
    method: &str,
    version: Version,
    segments: &[String],
) -> Result<(&'static Route, Vec<String>), GraphError> {
    let mut other_method = false;
    for route in routes().filter(|route| route.versions.contains(&version)) {
        if let Some(parameters) = route.matches(segments) {
            if route.method == method {
                return Ok((route, parameters));
            }
            other_method = true;
        }
    }
    if other_method {
        let message = "Specified HTTP method is not allowed for the request target.";
        return Err(GraphError::new(405, "Request_BadRequest", message));
    }
    let last = segments.last().map_or("", String::as_str);
    let message = format!("Resource not found for the segment '{last}'.");
    Err(GraphError::new(400, "BadRequest", message))
}

/// Resource units of a call (<https://learn.microsoft.com/graph/throttling-limits>): `$select` takes one off,
/// a `$top` below 20 too, and one is the least.
fn units(route: &Route, arrival: &Arrival<'_>) -> u32 {
    let base = match route.bucket {
        Bucket::Identity(units) => units,
        Bucket::Reports | Bucket::ConditionalAccess | Bucket::ServiceHealth | Bucket::Mailbox => 1,
    };
    let mut off = 0;
    for (name, value) in url::form_urlencoded::parse(arrival.query().as_bytes()) {
        off += u32::from(name == "$select");
        off += u32::from(name == "$top" && value.parse::<u32>().is_ok_and(|top| top < 20));
    }
    base.saturating_sub(off).max(1)
}

fn admit(inner: &mut Inner, route: &Route, units: u32, now: Timestamp) -> Result<f64, Throttled> {
    match inner.live.tenant.throttling {
        Throttling::Off => Ok(0.0),
        Throttling::Documented => {
            let writes = u32::from(route.method != "GET");
            inner.throttle.admit(route.bucket, units, writes, now)
        }
    }
}

fn busy(inner: &Inner, arrival: &Arrival<'_>, throttled: Throttled, now: Timestamp) -> Response {
    let error = GraphError::new(429, "TooManyRequests", "Please retry again later.");
    let mut response = refuse(arrival, now, &error);
    if let Some(seconds) = throttled.retry_after {
        set(&mut response, "retry-after", &seconds.to_string());
    }
    let tenant = &inner.live.tenant;
    let scope = format!(
        "Tenant_Application/ReadWrite/{}/{}",
        tenant.app.client_id, tenant.id
    );
    set(&mut response, "x-ms-throttle-scope", &scope);
    set(&mut response, "x-ms-throttle-information", throttled.information);
    response
}

fn perform(
    desk: &Desk,
    inner: &mut Inner,
    arrival: &Arrival<'_>,
    version: Version,
    route: &Route,
    parameters: Vec<String>,
    now: Timestamp,
) -> Result<Reply, GraphError> {
    let app = inner.live.tenant.app.clone();
    if !app.has_any(route.roles) {
        return Err(GraphError::denied());
    }
    let mut query = Query::parse(arrival.query())?;
    let level = arrival.header("consistencylevel");
    query.eventual = level.is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
    let call = Call {
        version,
        path: arrival.path(),
        parameters,
        query,
        body: body(arrival)?,
        now,
        origin: desk.origin(),
        app: &app,
        page_size: page_size(arrival),
    };
    (route.answer)(&call, &mut inner.live)
}

fn body(arrival: &Arrival<'_>) -> Result<Option<Json>, GraphError> {
    if arrival.body.is_empty() {
        return Ok(None);
    }
    let parsed = serde_json::from_slice(arrival.body);
    parsed
        .map(Some)
        .map_err(|_| GraphError::bad_request("Unable to read JSON request payload."))
}

/// `Prefer: odata.maxpagesize=N`
fn page_size(arrival: &Arrival<'_>) -> Option<usize> {
    let preferences = arrival.header("prefer")?.split(',');
    let mut sizes = preferences.filter_map(|one| one.trim().strip_prefix("odata.maxpagesize="));
    sizes.next()?.parse().ok()
}
