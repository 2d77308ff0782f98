//! Durations and moments as people write them: `1h30m`, `-24h`, `revoked+6m`.
//!
//! Knows no clock: a moment that depends on what happens stays one.

use std::time::Duration;

use crate::sandbox::tenant::model::Moment;
use crate::value::Timestamp;

/// A duration of days, hours, minutes and seconds: `90s`, `1h30m`. The error says what was expected.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration: expected something like `90s`, `5m` or `1h30m`");
    let mut seconds = 0u64;
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let mut letters = rest[digits..].chars();
        let unit = match letters.next() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some(_) | None => return Err(wrong()),
        };
        let part = number.checked_mul(unit).ok_or_else(wrong)?;
        seconds = seconds.checked_add(part).ok_or_else(wrong)?;
        rest = letters.as_str();
    }
    if seconds > 100 * 366 * 86_400 {
        return Err(format!("`{text}` is longer than a hundred years"));
    }
    Ok(Duration::from_secs(seconds))
}

/// An instant with `Z` or an offset.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no instant: expected something like `2026-03-24T08:00:00Z`"))
}

/// A moment, where durations count from `start`.
pub fn moment(text: &str, start: Timestamp) -> Result<Moment, String> {
    for (word, make) in [
        ("revoked", Moment::Revoked as fn(Duration) -> Moment),
        ("refreshed", Moment::Refreshed),
    ] {
        match text.strip_prefix(word) {
            Some("") => return Ok(make(Duration::ZERO)),
            Some(rest) if rest.starts_with('+') => return duration(&rest[1..]).map(make),
            Some(_) | None => {}
        }
    }
    let at = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(rest), _) => start.saturating_sub(duration(rest)?),
        (_, Some(rest)) => start.saturating_add(duration(rest)?),
        (None, None) => return moment_at(text),
    };
    Ok(Moment::At(at.unwrap_or(start)))
}

fn moment_at(text: &str) -> Result<Moment, String> {
    instant(text).map(Moment::At).map_err(|_| {
        format!("`{text}` is no moment: expected `-24h`, `+2h`, `revoked+6m`, `refreshed+15m` or an instant")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in [
            ("90s", 90),
            ("5m", 300),
            ("1h30m", 5400),
            ("1d", 86_400),
            ("0s", 0),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "-5m",
            "5x",
            "5m3",
            "99999999999999999999s",
            "9999999d",
            "5é",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_count_from_the_start_or_from_what_happens() {
        let start: Timestamp = "2026-03-24T08:00:00Z".parse().expect("an instant");
        let at = |text: &str| Ok(Moment::At(text.parse().expect("an instant")));
        assert_eq!(moment("-24h", start), at("2026-03-23T08:00:00Z"));
        assert_eq!(moment("+2h", start), at("2026-03-24T10:00:00Z"));
        assert_eq!(
            moment("2026-03-24T09:00:00+01:00", start),
            at("2026-03-24T08:00:00Z")
        );
        assert_eq!(moment("revoked", start), Ok(Moment::Revoked(Duration::ZERO)));
        assert_eq!(
            moment("revoked+6m", start),
            Ok(Moment::Revoked(Duration::from_secs(360)))
        );
        assert_eq!(
            moment("refreshed+15m", start),
            Ok(Moment::Refreshed(Duration::from_secs(900)))
        );
        for text in ["", "6m", "revoked-6m", "revoked6m", "tomorrow", "+-5m"] {
            assert!(moment(text, start).is_err(), "{text}");
        }
    }
}
