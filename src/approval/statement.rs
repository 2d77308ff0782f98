//! What a person signs: one JSON object, RFC 8785, on one line; each purpose has its own closed list of fields.
//!
//! Does not say whether it counts: [`crate::approval::approve`] and its neighbours do. The digest of a
//! statement is that of its bytes, never of its signature, which can be spelled in many ways.

use serde::{Deserialize, Serialize};

use crate::value::canonical;
use crate::value::{ActionId, Digest, Json, LedgerId, Nonce, RunId, StepId, TenantId, Timestamp};

/// The version of the format.
pub const VERSION: u32 = 1;
/// The namespace of approvals and go-aheads.
pub const APPROVE_NAMESPACE: &str = "approve@redress";
/// The namespace of attestations.
pub const ATTEST_NAMESPACE: &str = "attest@redress";

/// Longer statements are refused unread.
const LIMIT_BYTES: usize = 16 * 1024;
/// An address or a name; longer is no principal.
const PRINCIPAL_LIMIT_CHARS: usize = 256;
/// A reason or note: a paragraph, not a document.
const TEXT_LIMIT_CHARS: usize = 2000;

/// How it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// By an SSH signature in a file beside it.
    #[serde(rename = "sshsig")]
    SshSig,
}

/// A statement of any purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum Statement {
    /// A plan may be applied.
    Approve(ApproveStatement),
    /// A hold, gate or stopped run may go on.
    GoAhead(GoAheadStatement),
    /// A person did it, or ran the script, and says what came of it.
    Attest(AttestStatement),
}

/// A plan may be applied: once, by the ledger that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveStatement {
    /// [`VERSION`].
    pub v: u32,
    /// How it is signed.
    pub kind: Kind,
    /// Digest of the plan file.
    pub plan: Digest,
    /// The plan's nonce.
    pub nonce: Nonce,
    /// The tenant.
    pub tenant: TenantId,
    /// Digest of the policy in force.
    pub policy: Digest,
    /// The ledger that may record the use.
    pub ledger: LedgerId,
    /// Who says so.
    pub principal: String,
    /// Why; may be empty.
    pub reason: String,
    /// When it was signed, by the signer's clock; whole seconds.
    pub at: Timestamp,
}

/// A run may go on from exactly where its log stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoAheadStatement {
    /// [`VERSION`].
    pub v: u32,
    /// How it is signed.
    pub kind: Kind,
    /// The run.
    pub run: RunId,
    /// The step that holds or stopped.
    pub step: StepId,
    /// Length of the run's log in bytes.
    pub log_bytes: u64,
    /// SHA-256 of the log's last line, without its line end.
    pub log_head: Digest,
    /// Who says so.
    pub principal: String,
    /// Why; may be empty.
    pub reason: String,
    /// When it was signed, by the signer's clock; whole seconds.
    pub at: Timestamp,
}

/// What came of a step that was done elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestStatement {
    /// [`VERSION`].
    pub v: u32,
    /// How it is signed.
    pub kind: Kind,
    /// The run.
    pub run: RunId,
    /// The read or action that was handed over.
    pub action: ActionId,
    /// SHA-256 of the result file.
    pub result: Digest,
    /// SHA-256 of the bundle's `manifest.json`.
    pub manifest: Digest,
    /// Who says so.
    pub principal: String,
    /// Anything to add; may be empty.
    pub note: String,
    /// When it was signed, by the signer's clock; whole seconds.
    pub at: Timestamp,
}

/// Why bytes are no statement, or a statement cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Too long to be one.
    #[error("a statement has at most {LIMIT_BYTES} bytes, this one has {0}")]
    TooLong(usize),
    /// No JSON, or fields are missing, unknown or of the wrong type.
    #[error("the statement cannot be read: {0}")]
    Fields(String),
    /// The same content in other bytes.
    #[error("the statement is not written canonically (RFC 8785, one line, line end)")]
    NotCanonical,
    /// Another version of the format.
    #[error("the statement has version {0}, expected {VERSION}")]
    Version(u32),
    /// A field that no statement may have so.
    #[error("the statement's `{field}` {wrong}")]
    Field {
        /// Which.
        field: &'static str,
        /// What is wrong with it.
        wrong: String,
    },
}

impl Statement {
    /// Parses the exact bytes that were signed.
    ///
    /// # Errors
    /// Unknown or missing fields, another version, or any other spelling than the canonical one.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > LIMIT_BYTES {
            return Err(StatementError::TooLong(bytes.len()));
        }
        let fields = |error: serde_json::Error| StatementError::Fields(error.to_string());
        let json: Json = serde_json::from_slice(bytes).map_err(fields)?;
        if let Some(other) = json
            .get("v")
            .and_then(Json::as_u64)
            .filter(|v| *v != u64::from(VERSION))
        {
            return Err(StatementError::Version(u32::try_from(other).unwrap_or(u32::MAX)));
        }
        let statement: Statement = serde_json::from_value(json).map_err(fields)?;
        if statement.to_bytes()? == bytes {
            Ok(statement)
        } else {
            Err(StatementError::NotCanonical)
        }
    }

    /// The bytes to sign: RFC 8785 and LF.
    ///
    /// # Errors
    /// A text that is too long or has control characters; a time with fractions of a second.
    pub fn to_bytes(&self) -> Result<Vec<u8>, StatementError> {
        self.check()?;
        let json = serde_json::to_value(self).expect("statements hold only what JSON can say");
        let mut bytes = canonical::to_bytes(&json).map_err(|error| StatementError::Field {
            field: "log_bytes",
            wrong: error.to_string(),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The namespace that it is signed in.
    pub fn namespace(&self) -> &'static str {
        match self {
            Statement::Approve(_) | Statement::GoAhead(_) => APPROVE_NAMESPACE,
            Statement::Attest(_) => ATTEST_NAMESPACE,
        }
    }

    /// Its purpose, as it is written.
    pub fn purpose(&self) -> &'static str {
        match self {
            Statement::Approve(_) => "approve",
            Statement::GoAhead(_) => "go_ahead",
            Statement::Attest(_) => "attest",
        }
    }

    /// Who says so.
    pub fn principal(&self) -> &str {
        match self {
            Statement::Approve(s) => &s.principal,
            Statement::GoAhead(s) => &s.principal,
            Statement::Attest(s) => &s.principal,
        }
    }

    /// When it was signed, by the signer's clock.
    pub fn at(&self) -> Timestamp {
        match self {
            Statement::Approve(s) => s.at,
            Statement::GoAhead(s) => s.at,
            Statement::Attest(s) => s.at,
        }
    }

    fn check(&self) -> Result<(), StatementError> {
        let (v, field, text) = match self {
            Statement::Approve(s) => (s.v, "reason", &s.reason),
            Statement::GoAhead(s) => (s.v, "reason", &s.reason),
            Statement::Attest(s) => (s.v, "note", &s.note),
        };
        if v != VERSION {
            return Err(StatementError::Version(v));
        }
        let wrong = |field, wrong: &str| {
            let wrong = wrong.to_owned();
            Err(StatementError::Field { field, wrong })
        };
        let principal = self.principal();
        if principal.is_empty() || principal.chars().count() > PRINCIPAL_LIMIT_CHARS {
            return wrong("principal", "is empty or longer than 256 characters");
        }
        if principal.chars().any(|c| c.is_control() || c == ',') {
            return wrong("principal", "has a comma or a control character");
        }
        if text.chars().count() > TEXT_LIMIT_CHARS {
            return wrong(field, "is longer than 2000 characters");
        }
        if self.at().subsec_nanosecond() != 0 {
            return wrong("at", "has fractions of a second");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn go_ahead(reason: &str) -> Statement {
        Statement::GoAhead(GoAheadStatement {
            v: VERSION,
            kind: Kind::SshSig,
            run: RunId::new("20261123T101500Z-3f9a1c"),
            step: StepId::new("revoke"),
            log_bytes: 4096,
            log_head: Digest::of(b"line"),
            principal: "jess@example.com".to_owned(),
            reason: reason.to_owned(),
            at: "2026-11-23T10:20:00Z".parse().unwrap(),
        })
    }

    #[test]
    fn a_statement_is_one_canonical_line() {
        let bytes = go_ahead("CHG0012345").to_bytes().unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "{\"at\":\"2026-11-23T10:20:00Z\",\"kind\":\"sshsig\",\"log_bytes\":4096,\"log_head\":\"38a9c1e721584da284b90ceea4ed7eb8db15ac4ea86c2c75ec925d5f8799fcf0\",\"principal\":\"jess@example.com\",\"purpose\":\"go_ahead\",\"reason\":\"CHG0012345\",\"run\":\"20261123T101500Z-3f9a1c\",\"step\":\"revoke\",\"v\":1}\n"
        );
    }

    #[test]
    fn any_other_spelling_is_refused() {
        let text = String::from_utf8(go_ahead("x").to_bytes().unwrap()).unwrap();
        let table = [
            (text.trim_end().to_owned(), "canonically"),
            (format!("{text}\n"), "canonically"),
            (text.replace("\":", "\": "), "canonically"),
            (text.replace("10:20:00Z", "10:20:00.5Z"), "fractions"),
            (text.replace("10:20:00Z", "11:20:00+01:00"), "canonically"),
            (text.replace("\"v\":1", "\"v\":2"), "version 2"),
            (text.replace("\"v\":1", "\"v\":1,\"x\":1"), "unknown field `x`"),
            (text.replace("\"step\":\"revoke\",", ""), "missing field `step`"),
            (text.replace("go_ahead", "approve"), "unknown field"),
            (text.replace("go_ahead", "other"), "unknown variant `other`"),
            (text.replace("sshsig", "pgp"), "unknown variant `pgp`"),
            (text.replace("jess@example.com", ""), "`principal` is empty"),
            (text.replace("\"v\":1", "\"v\":1,\"v\":1"), "canonically"),
            ("not JSON".to_owned(), "cannot be read"),
        ];
        for (text, words) in table {
            let error = Statement::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "`{error}` should contain `{words}`");
        }
    }

    #[test]
    fn a_long_reason_cannot_be_signed() {
        assert!(go_ahead(&"x".repeat(2000)).to_bytes().is_ok());
        assert!(go_ahead(&"x".repeat(2001)).to_bytes().is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_parses_to_the_same(reason in ".{0,100}") {
            let statement = go_ahead(&reason);
            let bytes = statement.to_bytes().unwrap();
            prop_assert_eq!(Statement::parse(&bytes).unwrap(), statement);
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Statement::parse(&bytes).is_err());
        }
    }
}
