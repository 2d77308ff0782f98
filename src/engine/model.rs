//! What the engine knows of a change step, what it sees of its actions, and what it wants done.
//!
//! [`Progress`] is a view of the log's fold; the engine never sees a log.

use std::time::Duration;

use crate::value::Timestamp;

/// After so many attempts without a seen effect a person must look.
pub const ATTEMPT_LIMIT: u32 = 3;

/// A check (drift, precheck) older than this is made again before sending.
pub const CHECK_VALID: Duration = Duration::from_secs(300);

/// One change step, fixed before its first action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Cumulative ends of the waves, over the actions in list order.
    pub waves: Vec<usize>,
    /// Whether a hold stands after the first wave.
    pub hold: Holds,
    /// How many failed, in doubt and unverified are borne.
    pub max_failures: usize,
    /// In flight at once at most.
    pub concurrency: usize,
    /// Something is read right before each change.
    pub check: Checks,
    /// How the effect is seen.
    pub seen: Seen,
    /// What a 429 or 503 means.
    pub repeat: Repeat,
    /// A look-up proves nothing before this much time has passed since it was known that no answer comes, or,
    /// where a crash hid that, since the intent.
    pub settle: Duration,
    /// Its bad outcomes before the last signed continuation: those a person has accepted.
    pub forgiven: usize,
}

/// Whether a step has a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// After the first wave.
    AfterCanary,
    /// Never.
    Never,
}

/// Whether a step reads right before its change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// `precheck` or `rests_on`.
    BeforeSending,
    /// Neither.
    Nothing,
}

/// How the effect of a change is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// By the step's `verify`; the look-up uses the same condition.
    ByVerify,
    /// Not at all: what is in doubt stays in doubt.
    Not,
}

/// What the catalogue says of sending the same change twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Harmless: 429 and 503 are sent again.
    Harmless,
    /// Look first.
    LookUpFirst,
}

/// Whether the plan's time still allows beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanTime {
    /// Anything may be begun.
    Open,
    /// Nothing is begun or sent again; what was begun is looked up, verified and closed.
    Over,
}

/// Where an action is, as the log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing yet.
    Pending,
    /// Read right before the change.
    Checked {
        /// When.
        at: Timestamp,
        /// What follows.
        verdict: Verdict,
    },
    /// An intent stands, and no answer.
    Intended {
        /// From 1.
        attempt: u32,
        /// When.
        at: Timestamp,
    },
    /// A definite answer.
    Answered {
        /// When.
        at: Timestamp,
        /// Whether the service took the change.
        accepted: Accepted,
    },
    /// No definite answer.
    Unanswered {
        /// From 1.
        attempt: u32,
        /// When it was known that no answer comes.
        at: Timestamp,
        /// The service was busy (429, 503).
        busy: Busy,
    },
    /// The tenant was asked.
    LookedUp {
        /// From 1.
        attempt: u32,
        /// Whether the effect was seen.
        found: Found,
        /// The last read before a change, and when it was made.
        check: Option<(Timestamp, Verdict)>,
    },
    /// Over.
    Ended {
        /// Failed, in doubt or unverified: counts against the threshold.
        bad: Bad,
    },
}

/// What a check right before the change said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the log")]
pub enum Verdict {
    Go,
    Skip,
    Drifted,
}

/// Whether the service took the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Accepted {
    Yes,
    No,
}

/// Whether the service was busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Busy {
    Yes,
    No,
}

/// Whether an effect was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Found {
    Yes,
    No,
}

/// Whether an outcome counts against the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Bad {
    Yes,
    No,
}

/// How an action ends, by decision alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// Accepted; the step has no `verify`.
    Changed,
    /// The effect was seen by a look-up.
    Verified,
    /// `skip_if` was true.
    Skipped,
    /// It drifted.
    Drifted,
    /// The service refused.
    Failed,
    /// Nobody can say.
    InDoubt,
}

/// What to do with one action (its place in the list, from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Read what it rests on, and its precheck.
    Check(usize),
    /// Record the intent, make it durable, send.
    Send {
        /// Which.
        index: usize,
        /// From 1.
        attempt: u32,
    },
    /// Ask the tenant whether the attempt took effect.
    LookUp {
        /// Which.
        index: usize,
        /// From 1.
        attempt: u32,
    },
    /// Watch until the effect is seen or the time is over; counted from `since`.
    Verify {
        /// Which.
        index: usize,
        /// When the answer came.
        since: Timestamp,
    },
    /// Record the outcome.
    Close {
        /// Which.
        index: usize,
        /// Which outcome.
        close: Close,
    },
}

/// What comes next for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Start these; none of them is in flight.
    Start(Vec<Effect>),
    /// Nothing to start before then, or before something in flight ends.
    WaitUntil(Timestamp),
    /// Wait for what is in flight.
    WaitForFlight,
    /// Record that this wave (from 1) has ended.
    EndWave(usize),
    /// A hold stands after the first wave.
    Hold,
    /// More failed than is borne.
    Stop,
    /// The plan's time is over, and actions are left that may not be begun.
    Expired,
    /// Every action has its outcome.
    Done,
}
