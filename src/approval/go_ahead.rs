//! The go-ahead: a signature over a run's log as it stands, for a hold, a gate or a stopped run.
//!
//! Any record written after it was signed makes it worthless. Does not read the log: its head is handed in.

use crate::approval::AllowedSigners;
use crate::approval::refusal::{Refusal, RefusalCode};
use crate::approval::statement::{GoAheadStatement, Statement};
use crate::approval::vote::{Ballot, SignedStatement, same, wrong_purpose};
use crate::value::{Digest, RunId, StepId, Timestamp};

/// What a go-ahead must be about: the run's log as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoAheadFacts {
    /// The run.
    pub run: RunId,
    /// The step that holds or stopped.
    pub step: StepId,
    /// Length of the log in bytes.
    pub log_bytes: u64,
    /// SHA-256 of the log's last line, without its line end.
    pub log_head: Digest,
    /// Persons that must sign; 0 counts as 1.
    pub approvals: usize,
}

/// A go-ahead that enough persons have signed.
#[derive(Clone, Debug)]
pub struct GoAhead {
    step: StepId,
    statements: Vec<Digest>,
    principals: Vec<String>,
}

impl GoAhead {
    /// The step that goes on.
    pub fn step(&self) -> &StepId {
        &self.step
    }

    /// SHA-256 of the first statement that counts: what the log records.
    pub fn digest(&self) -> Digest {
        self.statements[0]
    }

    /// SHA-256 of each statement that counts.
    pub fn statements(&self) -> &[Digest] {
        &self.statements
    }

    /// Who signed, in the same order.
    pub fn principals(&self) -> &[String] {
        &self.principals
    }
}

/// Counts the go-aheads of a step.
///
/// # Errors
/// Too few persons have signed; how many count, and why the others do not.
pub fn go_ahead(
    facts: &GoAheadFacts,
    statements: &[SignedStatement],
    signers: &AllowedSigners,
    now: Timestamp,
) -> Result<GoAhead, Refusal> {
    let what = format!("step `{}` of run `{}`", facts.step, facts.run);
    let ballot = Ballot {
        what: &what,
        signers,
        now,
        not_before: None,
        needed: facts.approvals,
    };
    let counted = ballot.count(statements, |statement| match statement {
        Statement::GoAhead(said) => about(said, facts),
        Statement::Approve(_) | Statement::Attest(_) => Err(wrong_purpose(statement, "go_ahead")),
    })?;
    Ok(GoAhead {
        step: facts.step.clone(),
        statements: counted.statements,
        principals: counted.principals,
    })
}

fn about(said: &GoAheadStatement, facts: &GoAheadFacts) -> Result<(), (RefusalCode, String)> {
    same(RefusalCode::WrongRun, "run", &said.run, &facts.run)?;
    same(RefusalCode::WrongRun, "step", &said.step, &facts.step)?;
    if (said.log_bytes, said.log_head) != (facts.log_bytes, facts.log_head) {
        let words = format!(
            "it is for the log at {} bytes ({}…), which stands at {} bytes ({}…) now",
            said.log_bytes,
            said.log_head.short(),
            facts.log_bytes,
            facts.log_head.short()
        );
        return Err((RefusalCode::Changed, words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::approved_plan::tests::{at, key, sign, signers};
    use crate::approval::statement::{Kind, VERSION};

    fn facts() -> GoAheadFacts {
        GoAheadFacts {
            run: RunId::new("20261123T101500Z-3f9a1c"),
            step: StepId::new("revoke"),
            log_bytes: 4096,
            log_head: Digest::of(b"head"),
            approvals: 1,
        }
    }

    fn signed(change: impl FnOnce(&mut GoAheadStatement)) -> SignedStatement {
        let facts = facts();
        let mut statement = GoAheadStatement {
            v: VERSION,
            kind: Kind::SshSig,
            run: facts.run,
            step: facts.step,
            log_bytes: facts.log_bytes,
            log_head: facts.log_head,
            principal: "jess@example.com".to_owned(),
            reason: "looks well".to_owned(),
            at: at("2026-11-23T10:20:00Z"),
        };
        change(&mut statement);
        sign("go.1", &Statement::GoAhead(statement), &key(1))
    }

    #[test]
    fn a_go_ahead_counts_for_its_log_only() {
        let now = at("2026-11-23T10:21:00Z");
        let good = signed(|_| ());
        let counted = go_ahead(&facts(), std::slice::from_ref(&good), &signers(), now).unwrap();
        assert_eq!(counted.digest(), Digest::of(&good.bytes));
        let table = [
            (signed(|s| s.log_bytes += 1), RefusalCode::Changed),
            (
                signed(|s| s.log_head = Digest::of(b"other")),
                RefusalCode::Changed,
            ),
            (signed(|s| s.step = StepId::new("other")), RefusalCode::WrongRun),
            (signed(|s| s.run = RunId::new("other")), RefusalCode::WrongRun),
        ];
        for (statement, code) in table {
            let refusal = go_ahead(&facts(), &[statement], &signers(), now).unwrap_err();
            assert_eq!(refusal.code, code, "{refusal}");
        }
    }
}
