//! Who said yes to what: signed statements over a plan, a run or a result, and who may sign them.
//!
//! Trusts no clock that it was not handed, and reads no file. Start at [`approve`], which makes the only
//! [`ApprovedPlan`]; who may sign is [`AllowedSigners`]; what is signed is a [`statement`].

pub mod allowed_signers;
mod approved_plan;
mod attested;
mod go_ahead;
mod place;
mod refusal;
mod rsa;
pub mod sshsig;
pub mod statement;
mod vote;

pub use allowed_signers::{AllowedSigners, NotAllowed};
pub use approved_plan::{ApprovedPlan, PlanFacts, approve, approve_again};
pub use attested::{AttestFacts, Attested, attest};
pub use go_ahead::{GoAhead, GoAheadFacts, go_ahead};
pub use place::{Place, belongs_here};
pub use refusal::{NotCounted, Refusal, RefusalCode};
pub use statement::{Statement, StatementError};
pub use vote::SignedStatement;
