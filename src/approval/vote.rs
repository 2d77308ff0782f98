//! One signed statement, examined: whose it is and whether it may be; and how many persons stand behind them.
//!
//! Does not know what a statement must say: whoever counts hands that check in.

use std::collections::BTreeSet;

use ssh_key::public::KeyData;

use crate::approval::refusal::{NotCounted, Refusal, RefusalCode};
use crate::approval::sshsig::{self, SignatureError};
use crate::approval::statement::Statement;
use crate::approval::{AllowedSigners, NotAllowed};
use crate::value::{Digest, Timestamp, whole_seconds};

/// Two machines' clocks may differ by this before a statement's time counts as wrong; seconds.
const CLOCK_TOLERANCE_SECONDS: i64 = 300;

/// A statement and its signature, as read from two files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    /// What the file is called.
    pub name: String,
    /// The statement's bytes.
    pub bytes: Vec<u8>,
    /// The signature file's text.
    pub armor: String,
}

/// Statements that count, in the order of their files.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) statements: Vec<Digest>,
    pub(super) principals: Vec<String>,
    keys: Vec<KeyData>,
}

type Reason = (RefusalCode, String);

/// Under what a count is made.
pub(super) struct Ballot<'a> {
    /// What needs the signatures, in words: `the plan`.
    pub(super) what: &'a str,
    pub(super) signers: &'a AllowedSigners,
    pub(super) now: Timestamp,
    /// Nothing that is signed here can have been signed before.
    pub(super) not_before: Option<Timestamp>,
    /// Persons needed; at least one.
    pub(super) needed: usize,
}

impl Ballot<'_> {
    /// Counts persons; `says` checks what a statement is about.
    pub(super) fn count(
        &self,
        statements: &[SignedStatement],
        says: impl Fn(&Statement) -> Result<(), Reason>,
    ) -> Result<Counted, Refusal> {
        let mut counted = Counted::default();
        let mut not_counted = Vec::new();
        for signed in statements {
            let result = self
                .examine(signed, &says)
                .and_then(|(principal, key)| counted.add(principal, key, &signed.bytes));
            if let Err((code, why)) = result {
                not_counted.push(NotCounted {
                    name: signed.name.clone(),
                    code,
                    why,
                });
            }
        }
        let needed = self.needed.max(1);
        if counted.statements.len() >= needed {
            return Ok(counted);
        }
        Err(Refusal::too_few(
            self.what,
            counted.statements.len(),
            needed,
            not_counted,
        ))
    }

    fn examine(
        &self,
        signed: &SignedStatement,
        says: impl Fn(&Statement) -> Result<(), Reason>,
    ) -> Result<(String, KeyData), Reason> {
        let statement =
            Statement::parse(&signed.bytes).map_err(|error| (RefusalCode::Unreadable, error.to_string()))?;
        let namespace = statement.namespace();
        let key = sshsig::verify(&signed.armor, namespace, &signed.bytes)
            .map_err(|error| signature_reason(&error))?;
        self.signers
            .allows(statement.principal(), &key, namespace, whole_seconds(self.now))
            .map_err(|reason| signer_reason(&reason))?;
        says(&statement)?;
        self.check_date(statement.at())?;
        Ok((statement.principal().to_owned(), key))
    }

    fn check_date(&self, at: Timestamp) -> Result<(), Reason> {
        let misdated = |text: String| Err((RefusalCode::Misdated, text));
        if at.as_second() > self.now.as_second() + CLOCK_TOLERANCE_SECONDS {
            return misdated(format!("it is dated {at}, which is yet to come"));
        }
        match self.not_before {
            Some(made) if at.as_second() + CLOCK_TOLERANCE_SECONDS < made.as_second() => misdated(format!(
                "it is dated {at}, but what it is about was made at {made}"
            )),
            Some(_) | None => Ok(()),
        }
    }
}

impl Counted {
    /// One person, one vote: neither the same name nor the same key counts twice.
    fn add(&mut self, principal: String, key: KeyData, bytes: &[u8]) -> Result<(), Reason> {
        let names: BTreeSet<String> = self.principals.iter().map(|p| p.to_lowercase()).collect();
        if names.contains(&principal.to_lowercase()) {
            return Err((
                RefusalCode::SamePerson,
                format!("`{principal}` has signed already, and counts once"),
            ));
        }
        if self.keys.contains(&key) {
            return Err((
                RefusalCode::SamePerson,
                format!("`{principal}` signed with a key that counts already"),
            ));
        }
        self.statements.push(Digest::of(bytes));
        self.principals.push(principal);
        self.keys.push(key);
        Ok(())
    }
}

/// What a statement must say and what it says instead.
pub(super) fn same<T: PartialEq + std::fmt::Display>(
    code: RefusalCode,
    what: &str,
    said: &T,
    expected: &T,
) -> Result<(), Reason> {
    if said == expected {
        return Ok(());
    }
    Err((code, format!("it is for {what} `{said}`, not for `{expected}`")))
}

pub(super) fn wrong_purpose(statement: &Statement, expected: &str) -> Reason {
    (
        RefusalCode::WrongPurpose,
        format!("its purpose is `{}`, expected `{expected}`", statement.purpose()),
    )
}

fn signature_reason(error: &SignatureError) -> Reason {
    let code = match error {
        SignatureError::Malleable => RefusalCode::MalleableArmor,
        SignatureError::Namespace { .. } => RefusalCode::WrongNamespace,
        SignatureError::Unreadable(_)
        | SignatureError::Version(_)
        | SignatureError::Hash(_)
        | SignatureError::Reserved
        | SignatureError::NotTouched
        | SignatureError::Bad
        | SignatureError::NotHere(_)
        | SignatureError::Locked => RefusalCode::BadSignature,
    };
    (code, error.to_string())
}

fn signer_reason(reason: &NotAllowed) -> Reason {
    let code = match reason {
        NotAllowed::UnknownSigner { .. } => RefusalCode::UnknownSigner,
        NotAllowed::WrongPrincipal { .. } => RefusalCode::WrongPrincipal,
        NotAllowed::WrongNamespace { .. } => RefusalCode::WrongNamespace,
        NotAllowed::NotYetValid { .. } | NotAllowed::NoLongerValid { .. } => RefusalCode::KeyExpired,
    };
    (code, reason.to_string())
}
