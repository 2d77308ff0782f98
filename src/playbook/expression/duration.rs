//! Durations as people write and read them: `24h`, `1h30m`, `45s`; "1h 30m".
//!
//! Knows no calendar: a day is 24 hours.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::SignedDuration;

/// Units that a duration may be written in, largest first: `(letter, nanoseconds)`.
const UNITS: [(&str, u128); 5] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
];
/// A hundred years: longer is a mistake, and would overflow instants.
const LONGEST_NANOSECONDS: u128 = 100 * 366 * 86_400 * 1_000_000_000;

/// Reads `24h`, `90m`, `1h30m`, `45s`, `2d`, `1.5s`: whole numbers with units, largest unit first; seconds may
/// have decimals.
///
/// # Errors
/// Says what was found and what a duration looks like.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "`{}` is not a duration, expected a text like `24h`, `90m`, `1h30m`, `45s` or `2d`",
            shorten(text)
        )
    };
    let mut rest = text.trim();
    let mut total: u128 = 0;
    let mut smallest = usize::MAX;
    while !rest.is_empty() {
        let (part, unit, after) = next_part(rest).ok_or_else(wrong)?;
        if smallest != usize::MAX && unit <= smallest {
            return Err(wrong());
        }
        smallest = unit;
        total = total
            .checked_add(part)
            .filter(|total| *total <= LONGEST_NANOSECONDS)
            .ok_or_else(|| format!("`{}` is longer than a hundred years", shorten(text)))?;
        rest = after;
    }
    if smallest == usize::MAX {
        return Err(wrong());
    }
    let seconds = u64::try_from(total / 1_000_000_000).expect("bounded above");
    let nanoseconds = u32::try_from(total % 1_000_000_000).expect("below a second");
    Ok(Duration::new(seconds, nanoseconds))
}

/// `1h30m` → (nanoseconds of `1h`, index of its unit, `30m`).
fn next_part(text: &str) -> Option<(u128, usize, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let whole: u128 = text[..digits].parse().ok().filter(|n| *n < 1_000_000_000_000)?;
    let (fraction, after) = match text[digits..].strip_prefix('.') {
        None => ("", &text[digits..]),
        Some(decimals) => decimals.split_at(decimals.find(|c: char| !c.is_ascii_digit())?),
    };
    let letters = after
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(after.len());
    let unit = UNITS.iter().position(|(name, _)| *name == &after[..letters])?;
    let mut nanoseconds = whole * UNITS[unit].1;
    if text[digits..].starts_with('.') {
        if UNITS[unit].0 != "s" || fraction.is_empty() || fraction.len() > 9 {
            return None;
        }
        nanoseconds += format!("{fraction:0<9}").parse::<u128>().ok()?;
    }
    Some((nanoseconds, unit, &after[letters..]))
}

/// For people: `1h 30m`, `2d 4h`, `45s`, `250ms`; nothing smaller than milliseconds.
pub fn format_duration(duration: Duration) -> String {
    let mut left = duration.as_nanos();
    let mut parts = Vec::new();
    for (name, size) in UNITS {
        if left / size > 0 && (name != "ms" || parts.is_empty()) {
            parts.push(format!("{}{name}", left / size));
        }
        left %= size;
    }
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// In JSON: `24h`, `1h30m`, `-45s`, `1.5s`; hours are the largest unit; [`parse_duration`] reads it back.
pub(crate) fn duration_text(duration: SignedDuration) -> String {
    let size = duration.unsigned_abs();
    let (hours, minutes, seconds) = (
        size.as_secs() / 3600,
        size.as_secs() / 60 % 60,
        size.as_secs() % 60,
    );
    let mut out = String::new();
    if duration.is_negative() {
        out.push('-');
    }
    if hours > 0 {
        write!(out, "{hours}h").expect("writing to a text");
    }
    if minutes > 0 {
        write!(out, "{minutes}m").expect("writing to a text");
    }
    let fraction = format!("{:09}", size.subsec_nanos());
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        write!(out, "{seconds}.{fraction}s").expect("writing to a text");
    } else if seconds > 0 || size.as_secs() == 0 {
        write!(out, "{seconds}s").expect("writing to a text");
    }
    out
}

/// [`parse_duration`], with a leading `-` for the past.
pub(crate) fn parse_signed(text: &str) -> Result<SignedDuration, String> {
    let (negative, size) = match text.trim().strip_prefix('-') {
        Some(size) => (true, size),
        None => (false, text),
    };
    let duration = SignedDuration::try_from(parse_duration(size)?)
        .map_err(|_| format!("`{}` is too long a duration", shorten(text)))?;
    Ok(if negative { -duration } else { duration })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let seconds = |text: &str| parse_duration(text).map(|d| d.as_secs());
        assert_eq!(seconds("24h"), Ok(86_400));
        assert_eq!(seconds("90m"), Ok(5_400));
        assert_eq!(seconds("1h30m"), Ok(5_400));
        assert_eq!(seconds("45s"), Ok(45));
        assert_eq!(seconds("2d"), Ok(172_800));
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1_500)));
        assert_eq!(parse_duration("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn what_is_not_a_duration_is_refused_with_an_example() {
        for text in [
            "", " ", "24", "h", "1x", "30m1h", "1h1h", "-1h", "1.5h", "1..5s", "1h 30m", "٣h", "1é",
        ] {
            let error = parse_duration(text).expect_err(text);
            assert!(error.contains("`24h`"), "{text}: {error}");
        }
        assert!(parse_duration("99999999999d").is_err());
        assert!(parse_duration("40000d").is_err());
    }

    #[test]
    fn durations_are_shown_in_the_largest_units() {
        let shown = |seconds| format_duration(Duration::from_secs(seconds));
        assert_eq!(shown(0), "0s");
        assert_eq!(shown(5_400), "1h 30m");
        assert_eq!(shown(86_400 * 2 + 60), "2d 1m");
        assert_eq!(format_duration(Duration::from_millis(250)), "250ms");
        assert_eq!(format_duration(Duration::from_millis(1_250)), "1s");
    }

    #[test]
    fn a_duration_in_json_reads_back_as_itself() {
        for text in ["24h", "1h30m", "45s", "0s", "1.5s", "-2h", "36h1s"] {
            let duration = parse_signed(text).expect(text);
            assert_eq!(duration_text(duration), text);
        }
    }
}
