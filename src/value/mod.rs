//! Values, digests, ids and secrets: what every other room counts on.
//!
//! Never does I/O. Start at [`Value`], then [`canonical`].

mod answer;
pub mod canonical;
mod digest;
mod ids;
mod secret;

pub use answer::Answer;
pub use digest::{Digest, Digester};
pub use ids::{ActionId, LedgerId, Nonce, RunId, StepId, TargetId, TenantId};
pub use secret::Secret;

/// JSON as it comes from the tenant and from playbooks.
pub type Json = serde_json::Value;
/// An instant; always written in UTC.
pub type Timestamp = jiff::Timestamp;

/// Instants that Redress writes are whole seconds; the fraction is cut off.
///
/// # Panics
/// Never: an instant without its fraction is an instant.
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).expect("an instant without its fraction is an instant")
}

/// What a name can stand for while a program is walked.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A value that is there; `null` is such a value.
    Known(Json),
    /// Nothing is there: a missing key, a skipped read. Not the same as `null`, and never an error.
    Absent,
    /// Not known yet: it depends on the answer to a change, or nobody was asked.
    Unknown,
    /// There, but never shown: the text itself lives in a [`Secret`] elsewhere.
    Secret,
}

impl Value {
    /// The JSON, when the value is known.
    pub fn known(&self) -> Option<&Json> {
        match self {
            Value::Known(json) => Some(json),
            Value::Absent | Value::Unknown | Value::Secret => None,
        }
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        Value::Known(json)
    }
}
