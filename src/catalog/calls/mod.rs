//! The table of calls, in two parts.
//!
//! A new call is one entry in one of the two files below; nothing else needs to know it.

mod changes;
mod reads;

use std::time::Duration;

use crate::catalog::{Effect, Known, Repeat, Workload};

/// All entries.
pub(super) fn all() -> impl Iterator<Item = &'static Known> {
    [reads::READS, changes::READING_POSTS, changes::CHANGES]
        .into_iter()
        .flatten()
}

/// "A small delay of a few minutes" is the only figure that Microsoft documents, for revoking
/// (<https://learn.microsoft.com/graph/api/user-revokesigninsessions>); the same caution is used for all changes.
const SETTLE: Duration = Duration::from_secs(300);

/// The page of a call in the reference.
macro_rules! learn {
    ($page:literal) => {
        concat!("https://learn.microsoft.com/graph/api/", $page)
    };
}
use learn;

const fn get(
    pattern: &'static str,
    workload: Workload,
    permission: &'static str,
    source: &'static str,
    summary: &'static str,
) -> Known {
    Known {
        method: "GET",
        pattern,
        effect: Effect::Read,
        repeat: Repeat::Harmless,
        settle: Duration::ZERO,
        workload,
        units: 1,
        target: None,
        delegated: permission,
        application: permission,
        source,
        summary,
    }
}

const fn reading_post(
    pattern: &'static str,
    workload: Workload,
    permission: &'static str,
    source: &'static str,
    summary: &'static str,
) -> Known {
    let mut known = get(pattern, workload, permission, source, summary);
    known.method = "POST";
    known
}

const fn once(
    method: &'static str,
    pattern: &'static str,
    workload: Workload,
    permission: &'static str,
    source: &'static str,
    summary: &'static str,
) -> Known {
    let mut known = get(pattern, workload, permission, source, summary);
    known.method = method;
    known.effect = Effect::Change;
    known.repeat = Repeat::LookUpFirst;
    known.settle = SETTLE;
    known
}

const fn harmless(
    method: &'static str,
    pattern: &'static str,
    workload: Workload,
    permission: &'static str,
    source: &'static str,
    summary: &'static str,
) -> Known {
    let mut known = once(method, pattern, workload, permission, source, summary);
    known.repeat = Repeat::Harmless;
    known
}

impl Known {
    const fn units(mut self, units: u32) -> Known {
        self.units = units;
        self
    }

    const fn target(mut self, path: &'static str) -> Known {
        self.target = Some(path);
        self
    }
}
