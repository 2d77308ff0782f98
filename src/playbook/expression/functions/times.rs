//! Functions of instants and durations; everything is UTC.
//!
//! Reads no clock: `now()` is the planning time that the scope carries.

use jiff::tz::TimeZone;

use super::{Call, Function, plain};
use crate::playbook::expression::operators;
use crate::playbook::expression::term::{Term, shorten};
use crate::playbook::expression::work::Trouble;
use crate::value::Timestamp;

pub(super) const TABLE: &[Function] = &[
    plain(
        now,
        (0, 0),
        "now()",
        "Planning time, the same in the whole plan and its run.",
        &[("now()", "\"2026-03-12T10:00:00Z\"")],
    ),
    plain(
        ago,
        (1, 1),
        "ago(duration)",
        "Planning time less a duration.",
        &[("ago('24h')", "\"2026-03-11T10:00:00Z\"")],
    ),
    plain(
        timestamp,
        (1, 1),
        "timestamp(text)",
        "The instant that an RFC 3339 text names; it must carry its offset.",
        &[
            (
                "timestamp('2026-03-12T11:00:00+01:00')",
                "\"2026-03-12T10:00:00Z\"",
            ),
            ("timestamp('2026-03-12T10:00:00Z') == now()", "true"),
        ],
    ),
    plain(
        duration,
        (1, 1),
        "duration(text)",
        "The duration that a text like `1h30m` names.",
        &[
            ("duration('90m')", "\"1h30m\""),
            ("duration('60m') == duration('1h')", "true"),
        ],
    ),
    plain(
        add,
        (2, 2),
        "add(instant, duration)",
        "The instant later by a duration.",
        &[("add(now(), '30m')", "\"2026-03-12T10:30:00Z\"")],
    ),
    plain(
        subtract,
        (2, 2),
        "subtract(instant, duration)",
        "The instant earlier by a duration.",
        &[(
            "subtract('2026-03-12T10:00:00Z', '2d')",
            "\"2026-03-10T10:00:00Z\"",
        )],
    ),
    plain(
        hours_between,
        (2, 2),
        "hours_between(from, to)",
        "Hours from one instant to another, with decimals; negative when the second is earlier.",
        &[
            (
                "hours_between('2026-03-12T10:00:00Z', '2026-03-12T11:30:00Z')",
                "1.5",
            ),
            ("hours_between(now(), ago('3h'))", "-3.0"),
        ],
    ),
    plain(
        date,
        (1, 1),
        "date(instant)",
        "The day of an instant, in UTC.",
        &[("date('2026-03-12T23:59:00-05:00')", "\"2026-03-13\"")],
    ),
    plain(
        hour,
        (1, 1),
        "hour(instant)",
        "The hour of an instant, 0 to 23, in UTC.",
        &[("hour(now())", "10")],
    ),
];

/// Reads an RFC 3339 text.
pub(super) fn parse_instant(text: &str) -> Result<Timestamp, String> {
    text.trim().parse::<Timestamp>().map_err(|_| {
        format!(
            "`{}` is not an instant, expected RFC 3339 with an offset: `2026-03-12T10:00:00Z`",
            shorten(text)
        )
    })
}

#[expect(clippy::unnecessary_wraps, reason = "every row of the table has this type")]
fn now(call: &Call<'_>, _: &[Term]) -> Result<Term, Trouble> {
    Ok(Term::Instant(call.now))
}

fn ago(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    operators::subtract(&Term::Instant(call.now), &Term::Span(call.span(arguments, 0)?))
}

fn timestamp(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.instant(arguments, 0).map(Term::Instant)
}

fn duration(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    call.span(arguments, 0).map(Term::Span)
}

fn add(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (at, by) = (call.instant(arguments, 0)?, call.span(arguments, 1)?);
    operators::add(&Term::Instant(at), &Term::Span(by), call.work)
}

fn subtract(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (at, by) = (call.instant(arguments, 0)?, call.span(arguments, 1)?);
    operators::subtract(&Term::Instant(at), &Term::Span(by))
}

fn hours_between(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let (from, to) = (call.instant(arguments, 0)?, call.instant(arguments, 1)?);
    Ok(Term::Float(to.duration_since(from).as_secs_f64() / 3600.0))
}

fn date(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let day = TimeZone::UTC.to_datetime(call.instant(arguments, 0)?).date();
    call.new_text(day.to_string())
}

fn hour(call: &Call<'_>, arguments: &[Term]) -> Result<Term, Trouble> {
    let hour = TimeZone::UTC.to_datetime(call.instant(arguments, 0)?).hour();
    Ok(Term::Int(i128::from(hour)))
}
