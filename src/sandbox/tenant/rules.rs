//! Sign-in rules of a tenant file.
//!
//! Makes no sign-in: [`sign_ins`](crate::sandbox::state::sign_ins) does, at the moment of the question.

use std::time::Duration;

use serde_json::json;
use serde_yaml::Spanned;

use crate::sandbox::made_up;
use crate::sandbox::tenant::check::Checker;
use crate::sandbox::tenant::model::{KnownApp, Moment, SignInRule};
use crate::sandbox::tenant::raw::{RawPolicy, RawSignIn, Text};
use crate::sandbox::tenant::{SHAPE, TIME, UNKNOWN, VALUE, apps, times};
use crate::value::{Json, Timestamp};

/// <https://learn.microsoft.com/graph/api/resources/appliedconditionalaccesspolicy>
const RESULTS: [&str; 9] = [
    "success",
    "failure",
    "notApplied",
    "notEnabled",
    "unknown",
    "reportOnlySuccess",
    "reportOnlyFailure",
    "reportOnlyNotApplied",
    "reportOnlyInterrupted",
];

/// All rules.
pub(super) fn sign_ins(
    checker: &mut Checker<'_>,
    raw: Vec<RawSignIn>,
    start: Timestamp,
    principals: &[Json],
) -> Vec<SignInRule> {
    raw.into_iter()
        .map(|rule| sign_in(checker, rule, start, principals))
        .collect()
}

fn sign_in(checker: &mut Checker<'_>, raw: RawSignIn, start: Timestamp, principals: &[Json]) -> SignInRule {
    let users = users(checker, &raw);
    let app = app(checker, &raw.app, principals);
    let resource = raw
        .resource
        .as_ref()
        .map(|resource| self::app(checker, resource, principals));
    let mut moment = |text: Option<&Text>| {
        text.map(|text| checker.keep(TIME, text, times::moment(&text.value, start), Moment::At(start)))
    };
    let from = moment(raw.from.as_ref());
    let until = moment(raw.until.as_ref());
    let after = moment(raw.after.as_ref());
    let every = raw.every.as_ref().and_then(|text| every(checker, text));
    let count_per = raw
        .count_per
        .as_ref()
        .map_or(1, |count| self::count(checker, count));
    let (os, browser, client_app) = client(&app, &raw);
    let policies: Vec<Json> = raw
        .policies
        .iter()
        .map(|policy| self::policy(checker, policy))
        .collect();
    let device = device(&raw, os, browser);
    let location = location(&raw);
    SignInRule {
        users,
        device,
        location,
        resource: resource.unwrap_or_else(|| apps::find("exchange_online").expect("it is in the table")),
        code: raw.code,
        reason: raw.reason,
        details: raw.details,
        from: from.unwrap_or(Moment::At(a_day_before(start))),
        every,
        until,
        after,
        count_per,
        interactive: raw.interactive,
        client_app: raw.client_app.unwrap_or_else(|| client_app.to_owned()),
        ip: raw.ip,
        conditional_access: conditional_access(&policies),
        policies,
        token_type: raw
            .token_type
            .unwrap_or_else(|| (if raw.interactive { "none" } else { "refreshToken" }).to_owned()),
        app,
    }
}

fn device(raw: &RawSignIn, os: &str, browser: &str) -> Json {
    json!({
        "deviceId": "",
        "displayName": raw.device,
        "operatingSystem": raw.os.as_deref().unwrap_or(os),
        "browser": raw.browser.as_deref().unwrap_or(browser),
        "isCompliant": raw.compliant,
        "isManaged": raw.managed,
        "trustType": raw.trust,
    })
}

fn location(raw: &RawSignIn) -> Json {
    json!({
        "city": raw.city.as_deref().unwrap_or("Stockholm"),
        "state": raw.state.as_deref().unwrap_or(""),
        "countryOrRegion": raw.country.as_deref().unwrap_or("SE"),
        "geoCoordinates": {"altitude": null, "latitude": 0.0, "longitude": 0.0},
    })
}

fn a_day_before(start: Timestamp) -> Timestamp {
    start
        .saturating_sub(jiff::SignedDuration::from_hours(24))
        .unwrap_or(start)
}

fn users(checker: &mut Checker<'_>, raw: &RawSignIn) -> Vec<usize> {
    if raw.user.is_none() && raw.users.is_empty() {
        checker.error(
            SHAPE,
            &raw.app,
            "a sign-in rule needs `user` or `users`".to_owned(),
        );
    }
    let names = raw.user.iter().chain(&raw.users);
    names.filter_map(|name| user(checker, name)).collect()
}

/// The user of that name, or a mistake.
pub(super) fn user(checker: &mut Checker<'_>, name: &Text) -> Option<usize> {
    let found = checker.users.get(&name.value.to_lowercase()).copied();
    if found.is_none() {
        let known: Vec<String> = checker.users.keys().cloned().collect();
        let message = format!("the user `{}` is not one of this tenant", name.value);
        checker.unknown(UNKNOWN, name, message, known.iter().map(String::as_str));
    }
    found
}

fn app(checker: &mut Checker<'_>, raw: &Spanned<Json>, principals: &[Json]) -> KnownApp {
    let text = |key: &str| raw.value.get(key).and_then(Json::as_str).map(str::to_owned);
    if let (Some(id), Some(name)) = (text("id"), text("name")) {
        return KnownApp { id, name };
    }
    let nobody = KnownApp {
        id: String::new(),
        name: String::new(),
    };
    let Some(name) = raw.value.as_str() else {
        checker.error(
            SHAPE,
            raw,
            "expected an application's name or id, or `{id: …, name: …}`".to_owned(),
        );
        return nobody;
    };
    let found = apps::find(name)
        .or_else(|| principal(principals, name))
        .or_else(|| nameless(name));
    found.unwrap_or_else(|| {
        let name = Spanned::new(name.to_owned(), raw.referenced, raw.defined);
        let message = format!(
            "the application `{}` is unknown: expected a known name or an id",
            name.value
        );
        checker.unknown(
            UNKNOWN,
            &name,
            message,
            apps::APPS.iter().map(|(short, _, _)| *short),
        );
        nobody
    })
}

fn principal(principals: &[Json], name: &str) -> Option<KnownApp> {
    let text = |json: &Json, key: &str| {
        json.get(key)
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    principals
        .iter()
        .map(|json| KnownApp {
            id: text(json, "appId"),
            name: text(json, "displayName"),
        })
        .find(|app| app.id.eq_ignore_ascii_case(name) || app.name.eq_ignore_ascii_case(name))
}

fn nameless(id: &str) -> Option<KnownApp> {
    let id = uuid::Uuid::try_parse(id).ok()?.to_string();
    Some(KnownApp { name: id.clone(), id })
}

fn every(checker: &mut Checker<'_>, text: &Text) -> Option<Duration> {
    let every = checker.keep(TIME, text, times::duration(&text.value), Duration::from_secs(60));
    if every.is_zero() {
        checker.error(
            TIME,
            text,
            format!("`{}` is no time between two sign-ins", text.value),
        );
        return None;
    }
    Some(every)
}

fn count(checker: &mut Checker<'_>, count: &Spanned<u32>) -> u32 {
    if !(1..=1000).contains(&count.value) {
        checker.error(
            VALUE,
            count,
            format!("`{}` is out of range: expected 1 to 1000", count.value),
        );
    }
    count.value
}

/// Operating system, browser and `clientAppUsed` that go with an application
/// (<https://learn.microsoft.com/graph/api/resources/signin>).
fn client(app: &KnownApp, raw: &RawSignIn) -> (&'static str, &'static str, &'static str) {
    const NATIVE: &str = "Mobile Apps and Desktop clients";
    match app.id.as_str() {
        "27922004-5251-4030-b22d-91ecd9a37ea4" => ("Ios 19.3", "Mobile Safari", NATIVE),
        "d3590ed6-52b3-4102-aeff-aad2292ab01c" => ("MacOs", "Safari", NATIVE),
        _ if raw.interactive => ("Windows10", "Edge 142.0.0", "Browser"),
        _ => ("Windows10", "", NATIVE),
    }
}

fn policy(checker: &mut Checker<'_>, raw: &RawPolicy) -> Json {
    if !RESULTS.contains(&raw.result.value.as_str()) {
        let message = format!(
            "`{}` is no result: expected one of {}",
            raw.result.value,
            RESULTS.join(", ")
        );
        checker.unknown(VALUE, &raw.result, message, RESULTS.into_iter());
    }
    let made_up = || made_up::guid(&["policy", &raw.display_name]);
    json!({
        "id": raw.id.clone().unwrap_or_else(made_up),
        "displayName": raw.display_name,
        "enforcedGrantControls": raw.enforced_grant_controls,
        "enforcedSessionControls": raw.enforced_session_controls,
        "result": raw.result.value,
    })
}

fn conditional_access(policies: &[Json]) -> &'static str {
    let any = |result: &str| policies.iter().any(|p| p["result"] == result);
    if any("failure") {
        "failure"
    } else if any("success") {
        "success"
    } else {
        "notApplied"
    }
}
