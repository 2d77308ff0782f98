//! Faults of a tenant file.
//!
//! Which request meets one is decided by [`Faults`](crate::sandbox::state::faults::Faults).

use std::time::Duration;

use serde_yaml::Spanned;

use crate::sandbox::tenant::check::Checker;
use crate::sandbox::tenant::model::{Fault, FaultKind};
use crate::sandbox::tenant::raw::{RawFault, Text};
use crate::sandbox::tenant::rules::user;
use crate::sandbox::tenant::{FAULT, TIME, VALUE, times};

const KINDS: [&str; 7] = [
    "429",
    "500",
    "503",
    "503_after",
    "cut_before",
    "cut_after",
    "delay",
];

/// All faults.
pub(super) fn faults(checker: &mut Checker<'_>, raw: Vec<RawFault>) -> Vec<Fault> {
    raw.into_iter()
        .filter_map(|fault| self::fault(checker, &fault))
        .collect()
}

fn fault(checker: &mut Checker<'_>, raw: &RawFault) -> Option<Fault> {
    let mut positive = |number: Option<&Spanned<u32>>| {
        if let Some(zero) = number.filter(|number| number.value == 0) {
            checker.error(
                FAULT,
                zero,
                "`0` can never match: requests are counted from 1".to_owned(),
            );
        }
        number.map_or(1, |number| number.value)
    };
    let nth = positive(raw.nth.as_ref());
    let times = positive(raw.times.as_ref());
    let kind = kind(checker, raw)?;
    let Some((method, path)) = raw.on.value.split_once(" /") else {
        let message = format!(
            "`{}` names no request: expected a method and a path",
            raw.on.value
        );
        checker.error(FAULT, &raw.on, message);
        return None;
    };
    Some(Fault {
        method: method.to_uppercase(),
        path: path.split('/').map(str::to_owned).collect(),
        user: raw.user.as_ref().and_then(|name| object_id(checker, name)),
        nth,
        times,
        kind,
    })
}

/// The object id behind a user of a fault, in lower case; found again by what the table of names holds.
fn object_id(checker: &mut Checker<'_>, name: &Text) -> Option<String> {
    let index = user(checker, name)?;
    let names = checker.users.iter().filter(|(_, at)| **at == index);
    let mut names = names.map(|(name, _)| name.as_str());
    names
        .find(|name| uuid::Uuid::try_parse(name).is_ok())
        .map(str::to_owned)
}

fn kind(checker: &mut Checker<'_>, raw: &RawFault) -> Option<FaultKind> {
    let status = |status| FaultKind::Status {
        status,
        retry_after: raw.retry_after,
    };
    Some(match raw.kind.value.as_str() {
        "429" => status(429),
        "500" => status(500),
        "503" => status(503),
        "503_after" => FaultKind::BusyAfter,
        "cut_before" => FaultKind::CutBefore,
        "cut_after" => FaultKind::CutAfter,
        "delay" => {
            let two = Duration::from_secs(2);
            FaultKind::Delay(match &raw.delay {
                Some(text) => checker.keep(TIME, text, times::duration(&text.value), two),
                None => two,
            })
        }
        other => {
            let message = format!(
                "`{other}` is no kind of fault: expected one of {}",
                KINDS.join(", ")
            );
            checker.unknown(VALUE, &raw.kind, message, KINDS.into_iter());
            return None;
        }
    })
}
