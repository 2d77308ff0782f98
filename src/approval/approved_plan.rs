//! The approved plan: the only thing that a run takes, and it can only be made here.
//!
//! Reads neither the plan nor any file: the facts are handed in, as the plan's header gives them, with the
//! digest of the very bytes that will be run.

use crate::approval::AllowedSigners;
use crate::approval::refusal::{Refusal, RefusalCode};
use crate::approval::statement::{ApproveStatement, Statement};
use crate::approval::vote::{Ballot, Counted, SignedStatement, same, wrong_purpose};
use crate::value::{Digest, LedgerId, Nonce, TenantId, Timestamp, whole_seconds};

/// What an approval must be about: the header of the plan, and the digest of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFacts {
    /// SHA-256 of the plan file's bytes.
    pub digest: Digest,
    /// Its nonce.
    pub nonce: Nonce,
    /// Its tenant.
    pub tenant: TenantId,
    /// Digest of its policy.
    pub policy: Digest,
    /// The ledger that may record its use.
    pub ledger: LedgerId,
    /// Persons that must sign; 0 counts as 1.
    pub approvals: usize,
    /// Planning time.
    pub planned_at: Timestamp,
    /// The first change may be made until then, this second included.
    pub valid_until: Timestamp,
}

/// A plan that enough persons have signed. Cannot be made but by [`approve`] and [`approve_again`].
#[derive(Clone, Debug)]
pub struct ApprovedPlan {
    digest: Digest,
    statements: Vec<Digest>,
    signers: Digest,
    principals: Vec<String>,
}

impl ApprovedPlan {
    /// SHA-256 of the plan file's bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// SHA-256 of each statement that counts, in the order of their files.
    pub fn statements(&self) -> &[Digest] {
        &self.statements
    }

    /// SHA-256 of the `allowed_signers` in force.
    pub fn signers(&self) -> Digest {
        self.signers
    }

    /// Who signed, in the same order as [`ApprovedPlan::statements`].
    pub fn principals(&self) -> &[String] {
        &self.principals
    }
}

/// Counts the approvals of a plan that is to be applied now.
///
/// # Errors
/// The plan's time is over, or too few persons have signed; how many count, and why the others do not.
pub fn approve(
    facts: &PlanFacts,
    statements: &[SignedStatement],
    signers: &AllowedSigners,
    now: Timestamp,
) -> Result<ApprovedPlan, Refusal> {
    if whole_seconds(now) > whole_seconds(facts.valid_until) {
        let message = format!(
            "the plan was valid until {}, and it is {}",
            facts.valid_until,
            whole_seconds(now)
        );
        return Err(Refusal::plain(RefusalCode::Expired, message));
    }
    approve_again(facts, statements, signers, now)
}

/// Counts the approvals of a run that goes on: a signer removed meanwhile counts no more. The plan's time is
/// not looked at, because a run that began in time may look up, verify and close after it.
///
/// # Errors
/// As [`approve`].
pub fn approve_again(
    facts: &PlanFacts,
    statements: &[SignedStatement],
    signers: &AllowedSigners,
    now: Timestamp,
) -> Result<ApprovedPlan, Refusal> {
    let ballot = Ballot {
        what: "the plan",
        signers,
        now,
        not_before: Some(facts.planned_at),
        needed: facts.approvals,
    };
    let Counted {
        statements,
        principals,
        ..
    } = ballot.count(statements, |statement| match statement {
        Statement::Approve(said) => about(said, facts),
        Statement::GoAhead(_) | Statement::Attest(_) => Err(wrong_purpose(statement, "approve")),
    })?;
    Ok(ApprovedPlan {
        digest: facts.digest,
        statements,
        signers: signers.digest(),
        principals,
    })
}

fn about(said: &ApproveStatement, facts: &PlanFacts) -> Result<(), (RefusalCode, String)> {
    if said.plan != facts.digest {
        let words = format!(
            "it is for a plan with digest {}…, this file has {}…: it was changed, or is another",
            said.plan.short(),
            facts.digest.short()
        );
        return Err((RefusalCode::Changed, words));
    }
    same(RefusalCode::WrongNonce, "nonce", &said.nonce, &facts.nonce)?;
    same(RefusalCode::WrongTenant, "tenant", &said.tenant, &facts.tenant)?;
    same(RefusalCode::WrongLedger, "ledger", &said.ledger, &facts.ledger)?;
    same(RefusalCode::PolicyChanged, "policy", &said.policy, &facts.policy)
}

#[cfg(test)]
pub(crate) mod tests;
