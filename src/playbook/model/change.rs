//! What a change may have besides its call: waves, hold, checks before, verification after, who is left out.
//!
//! Whether a step is a change is decided by the check.

use crate::diagnostic::Span;
use crate::playbook::expression::Expression;
use crate::playbook::model::{Read, Watch};
use crate::playbook::text::Message;

/// What a change may have besides.
#[derive(Clone, Debug)]
pub struct Change {
    /// Cumulative; empty means one wave with all targets.
    pub waves: Vec<Portion>,
    /// What happens after the first wave.
    pub hold: Option<Hold>,
    /// How many failed, in doubt and unverified are borne; beyond it the run stops.
    pub max_failures: Portion,
    /// In flight at once at most.
    pub concurrency: usize,
    /// `user.accountEnabled` → root `user`, field `accountEnabled`.
    pub rests_on: Vec<RestsOn>,
    /// A read just before.
    pub precheck: Option<Precheck>,
    /// A read just after, until a condition holds.
    pub verify: Option<Watch>,
    /// Targets that are named but never changed, and why.
    pub leave_out: Vec<LeaveOut>,
    /// How it is undone.
    pub undo: Undo,
    /// What it means for the person or server touched, in plain words.
    pub consequence: Option<Message>,
    /// The upper bound of targets where they are not known at plan time.
    pub at_most: Option<usize>,
    /// A list known at plan time: the most that a `for_each` known only later may yield. The plan then lists an
    /// action for each element of it, marked conditional.
    pub among: Option<Expression>,
}

/// A number of targets, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// So many.
    Count(usize),
    /// Percent of the step's targets; thousandths of a percent are not needed.
    Percent(u32),
}

/// A field that a change rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestsOn {
    /// The `as` name.
    pub root: String,
    /// Field path below it, at least one name.
    pub path: Vec<String>,
    /// Where it is written.
    pub span: Span,
}

/// `precheck`.
#[derive(Clone, Debug)]
pub struct Precheck {
    /// Bound to `before`.
    pub read: Read,
    /// More reads, each bound to its name, in the order written.
    pub also: Vec<(String, Read)>,
    /// True: the target is skipped. Sees `before` and the names of `also`.
    pub skip_if: Option<Expression>,
    /// Said of a skipped target.
    pub because: Option<Message>,
}

/// `hold`: after the first wave.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Goes on by itself when this comes true within its time; sees `result` and `wave` (the targets done).
    pub watch: Option<Watch>,
    /// Told to the person who looks.
    pub message: Option<Message>,
}

/// `leave_out`.
#[derive(Clone, Debug)]
pub struct LeaveOut {
    /// True: this target is not changed.
    pub condition: Expression,
    /// Which outcome it gets.
    pub outcome: LeftOut,
    /// Why, in plain words.
    pub because: Message,
}

/// The outcome of a target that was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// Never a target.
    Protected,
    /// It would change nothing.
    NoEffect,
}

/// `undo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// Nothing brings it back.
    Irreversible,
    /// Said in words what a person would do.
    ByHand(String),
    /// Not said; `check` warns.
    NotSaid,
}
