//! The attestation: a person says what came of a step that was done elsewhere.
//!
//! Attested is not verified: only a later read in the tenant verifies. Reads no result file itself.

use crate::approval::AllowedSigners;
use crate::approval::refusal::{Refusal, RefusalCode};
use crate::approval::statement::{AttestStatement, Statement};
use crate::approval::vote::{Ballot, SignedStatement, same, wrong_purpose};
use crate::value::{ActionId, Digest, RunId, Timestamp};

/// What an attestation must be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestFacts {
    /// The run.
    pub run: RunId,
    /// The read or action that was handed over.
    pub action: ActionId,
    /// SHA-256 of the result file.
    pub result: Digest,
    /// SHA-256 of the bundle's `manifest.json`, as the run recorded it.
    pub manifest: Digest,
}

/// An attestation that counts.
#[derive(Clone, Debug)]
pub struct Attested {
    statement: Digest,
    principal: String,
}

impl Attested {
    /// SHA-256 of the statement.
    pub fn statement(&self) -> Digest {
        self.statement
    }

    /// Who says so.
    pub fn principal(&self) -> &str {
        &self.principal
    }
}

/// Checks an attestation.
///
/// # Errors
/// It does not count, and why.
pub fn attest(
    facts: &AttestFacts,
    statement: &SignedStatement,
    signers: &AllowedSigners,
    now: Timestamp,
) -> Result<Attested, Refusal> {
    let what = format!("the result of `{}`", facts.action);
    let ballot = Ballot {
        what: &what,
        signers,
        now,
        not_before: None,
        needed: 1,
    };
    let mut counted = ballot.count(std::slice::from_ref(statement), |statement| match statement {
        Statement::Attest(said) => about(said, facts),
        Statement::Approve(_) | Statement::GoAhead(_) => Err(wrong_purpose(statement, "attest")),
    })?;
    Ok(Attested {
        statement: counted.statements.remove(0),
        principal: counted.principals.remove(0),
    })
}

fn about(said: &AttestStatement, facts: &AttestFacts) -> Result<(), (RefusalCode, String)> {
    same(RefusalCode::WrongRun, "run", &said.run, &facts.run)?;
    same(RefusalCode::WrongRun, "action", &said.action, &facts.action)?;
    same(RefusalCode::Changed, "result", &said.result, &facts.result)?;
    same(RefusalCode::Changed, "manifest", &said.manifest, &facts.manifest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::approved_plan::tests::{at, key, sign, signers};
    use crate::approval::statement::{Kind, VERSION};

    #[test]
    fn an_attestation_counts_for_its_result_only() {
        let facts = AttestFacts {
            run: RunId::new("20261123T101500Z-3f9a1c"),
            action: ActionId::new("refresh/EvoSts/1"),
            result: Digest::of(b"result"),
            manifest: Digest::of(b"manifest"),
        };
        let statement = Statement::Attest(AttestStatement {
            v: VERSION,
            kind: Kind::SshSig,
            run: facts.run.clone(),
            action: facts.action.clone(),
            result: facts.result,
            manifest: facts.manifest,
            principal: "jess@example.com".to_owned(),
            note: String::new(),
            at: at("2026-11-23T10:20:00Z"),
        });
        let signed = sign("result.attest", &statement, &key(1));
        let now = at("2026-11-23T10:21:00Z");
        let attested = attest(&facts, &signed, &signers(), now).unwrap();
        assert_eq!(attested.principal(), "jess@example.com");
        let other = AttestFacts {
            result: Digest::of(b"edited"),
            ..facts
        };
        let refusal = attest(&other, &signed, &signers(), now).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Changed, "{refusal}");
    }
}
