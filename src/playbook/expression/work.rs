//! The work budget of one evaluation, and why an evaluation stopped.
//!
//! Counts steps, not time: the same expression over the same values stops at the same place on every machine.

use std::cell::Cell;
use std::ops::Range;

/// Steps that one evaluation may take. Three nested `all` over 300 items are 27,000,000 turns, and too many.
pub(crate) const BUDGET: u64 = 10_000_000;
/// The longest list or map that an expression may make.
pub(crate) const LONGEST_LIST: usize = 1_000_000;
/// The longest text that an expression may make, in bytes.
pub(crate) const LONGEST_TEXT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of text that count as one step.
const BYTES_A_STEP: usize = 16;

/// What kind of stop it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A key, an element or a value is not there; `default(…)` answers it.
    Missing,
    /// A value of the wrong type, a number out of range, a text that cannot be read.
    Wrong,
    /// Beyond the budget; nothing absorbs it.
    TooMuch,
}

/// Why an expression has no value.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub kind: Kind,
    pub message: String,
    /// Byte range within the expression's own text; set by the innermost node that knows.
    pub range: Option<Range<usize>>,
}

impl Trouble {
    pub fn missing(message: impl Into<String>) -> Self {
        Trouble {
            kind: Kind::Missing,
            message: message.into(),
            range: None,
        }
    }

    pub fn wrong(message: impl Into<String>) -> Self {
        Trouble {
            kind: Kind::Wrong,
            ..Trouble::missing(message)
        }
    }

    pub fn too_much(message: impl Into<String>) -> Self {
        Trouble {
            kind: Kind::TooMuch,
            ..Trouble::missing(message)
        }
    }

    /// Keeps the innermost place.
    #[must_use]
    pub fn at(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }
}

/// What is left of the budget.
#[derive(Debug)]
pub(crate) struct Work {
    left: Cell<u64>,
}

impl Work {
    pub fn new() -> Self {
        Work {
            left: Cell::new(BUDGET),
        }
    }

    /// Takes `steps` from the budget.
    pub fn spend(&self, steps: usize) -> Result<(), Trouble> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(Trouble::too_much(format!(
                "this is more work than the {BUDGET} steps that one expression may take; \
                 look elements up with `index_by` or `join_on` instead of searching a list for each one"
            ))),
        }
    }

    /// Takes what reading or making so many bytes costs.
    pub fn spend_text(&self, bytes: usize) -> Result<(), Trouble> {
        if bytes > LONGEST_TEXT_BYTES {
            return Err(Trouble::too_much(format!(
                "the text would be {bytes} bytes long, at most {LONGEST_TEXT_BYTES} are allowed"
            )));
        }
        self.spend(1 + bytes / BYTES_A_STEP)
    }

    /// Takes what making a list of so many elements costs.
    pub fn spend_list(&self, length: usize) -> Result<(), Trouble> {
        if length > LONGEST_LIST {
            return Err(Trouble::too_much(format!(
                "the list would have {length} elements, at most {LONGEST_LIST} are allowed"
            )));
        }
        self.spend(1 + length)
    }
}
