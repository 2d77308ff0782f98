//! Builds a plan line by line: canonical bytes out, digest and totals kept.
//!
//! Holds no action once its line is out. Writes no file: lines go to whoever calls.

use std::collections::BTreeSet;

use crate::plan::model::{Action, Header, LeftOutLine, Line, Observation, StepTotals, Totals};
use crate::program::model::Deferred;
use crate::value::canonical::{self, NumberOutOfRange};
use crate::value::{Digest, Digester, TargetId};

/// A plan in the making.
pub struct PlanWriter {
    digester: Digester,
    bytes: u64,
    /// The sums so far; `reads`, `actions`, `targets`, `left_out`, `deferred_targets` are kept here.
    pub totals: Totals,
    targets: BTreeSet<TargetId>,
}

/// Where lines go.
pub type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> std::io::Result<()>;

/// Why a line could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A number that has no canonical form.
    #[error(transparent)]
    Number(#[from] NumberOutOfRange),
    /// The disk said no.
    #[error("failed to write the plan: {0}")]
    Io(#[from] std::io::Error),
}

impl PlanWriter {
    /// Begins with the header.
    ///
    /// # Errors
    /// The header cannot be written.
    pub fn begin(header: &Header, sink: Sink<'_>) -> Result<Self, WriteError> {
        let mut writer = PlanWriter {
            digester: Digester::default(),
            bytes: 0,
            totals: Totals::default(),
            targets: BTreeSet::new(),
        };
        writer.line(&Line::Header(Box::new(header.clone())), sink)?;
        Ok(writer)
    }

    /// An observation.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn observation(&mut self, observation: Observation, sink: Sink<'_>) -> Result<(), WriteError> {
        self.totals.reads += 1;
        self.line(&Line::Observation(observation), sink)
    }

    /// An action.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn action(&mut self, action: Action, sink: Sink<'_>) -> Result<(), WriteError> {
        self.totals.actions += 1;
        if self.targets.insert(action.target.clone()) {
            self.totals.targets += 1;
        }
        self.line(&Line::Action(Box::new(action)), sink)
    }

    /// A target that is not changed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn left_out(&mut self, line: LeftOutLine, sink: Sink<'_>) -> Result<(), WriteError> {
        *self.totals.left_out.entry(line.outcome.clone()).or_default() += 1;
        self.line(&Line::LeftOut(line), sink)
    }

    /// A step that is known at apply.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn deferred(&mut self, deferred: Deferred, sink: Sink<'_>) -> Result<(), WriteError> {
        self.totals.deferred_targets += deferred.bound.as_ref().map_or(0, |b| b.targets as u64);
        self.line(&Line::Deferred(deferred), sink)
    }

    /// Any other line.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn line(&mut self, line: &Line, sink: Sink<'_>) -> Result<(), WriteError> {
        let bytes = encode(line)?;
        self.digester.update(&bytes);
        self.bytes += bytes.len() as u64;
        Ok(sink(&bytes)?)
    }

    /// A step's actions are all out.
    pub fn step_done(&mut self, step: StepTotals) {
        self.totals.steps.push(step);
    }

    /// Ends with the totals; gives the plan's digest.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn finish(mut self, sink: Sink<'_>) -> Result<(Digest, Totals), WriteError> {
        let totals = self.totals.clone();
        self.line(&Line::Totals(totals.clone()), sink)?;
        Ok((self.digester.finish(), totals))
    }
}

/// A line's bytes, with LF.
///
/// # Errors
/// A number beyond ±2^53.
pub fn encode(line: &Line) -> Result<Vec<u8>, NumberOutOfRange> {
    let json = serde_json::to_value(line).expect("plan lines hold only what JSON can say");
    let mut bytes = canonical::to_bytes(&json)?;
    bytes.push(b'\n');
    Ok(bytes)
}
