//! Whether a plan belongs to this installation at all: its tenant, its ledger, its policy.
//!
//! Looks at no signature: see [`crate::approval::approve`].

use crate::approval::PlanFacts;
use crate::approval::refusal::{Refusal, RefusalCode};
use crate::value::{Digest, LedgerId, TenantId};

/// The installation that is to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The tenant that the configuration names.
    pub tenant: TenantId,
    /// The ledger of its state folder.
    pub ledger: LedgerId,
    /// Digest of the policy in force.
    pub policy: Digest,
}

/// Checks that a plan was made for this installation.
///
/// # Errors
/// Another tenant, another ledger, or another policy.
pub fn belongs_here(facts: &PlanFacts, place: &Place) -> Result<(), Refusal> {
    let (code, message) = if facts.tenant != place.tenant {
        (
            RefusalCode::WrongTenant,
            format!(
                "the plan is for tenant `{}`, and this is `{}`",
                facts.tenant, place.tenant
            ),
        )
    } else if facts.ledger != place.ledger {
        (
            RefusalCode::WrongLedger,
            format!(
                "only ledger `{}` may record the plan's use, and this is `{}`",
                facts.ledger, place.ledger
            ),
        )
    } else if facts.policy != place.policy {
        (
            RefusalCode::PolicyChanged,
            format!(
                "the plan was made under policy {}…, and {}… is in force",
                facts.policy.short(),
                place.policy.short()
            ),
        )
    } else {
        return Ok(());
    };
    Err(Refusal::plain(code, message))
}
