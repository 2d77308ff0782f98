//! Why something may not happen: one code, how many signatures count, and why the others do not.
//!
//! Prints nothing; the message is one sentence that reads on after "refused: ".

use std::fmt::{self, Write as _};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// Short code, for ledger and scripts.
    pub code: RefusalCode,
    /// In one sentence, the reasons included.
    pub message: String,
    /// How many persons' signatures count.
    pub counted: usize,
    /// How many are needed; 0 where the number is not the matter.
    pub needed: usize,
    /// Each statement that does not count, and why.
    pub not_counted: Vec<NotCounted>,
    /// Next actions.
    pub hints: Vec<String>,
}

/// A statement that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCounted {
    /// Its file.
    pub name: String,
    /// Short code.
    pub code: RefusalCode,
    /// Why, reading on after its name and a colon.
    pub why: String,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalCode {
    /// There is no statement at all.
    NoApproval,
    /// Some count, but too few.
    NotEnough,
    /// The key is in no line of `allowed_signers`; removing a line revokes.
    UnknownSigner,
    /// The key is somebody else's.
    WrongPrincipal,
    /// The signature, or the signer's line, is for another purpose.
    WrongNamespace,
    /// Outside the signer's `valid-after` and `valid-before`.
    KeyExpired,
    /// The statement is about other bytes: the plan, log or result was changed.
    Changed,
    /// The plan's time is over.
    Expired,
    /// The statement names another nonce.
    WrongNonce,
    /// The statement or plan names another ledger.
    WrongLedger,
    /// The statement or plan names another tenant.
    WrongTenant,
    /// Another policy is in force.
    PolicyChanged,
    /// The statement names another run or step.
    WrongRun,
    /// Signature and statement do not fit, or one of them cannot be used.
    BadSignature,
    /// The signature file is another spelling of a signature.
    MalleableArmor,
    /// The statement cannot be read.
    Unreadable,
    /// The statement is for another purpose.
    WrongPurpose,
    /// The statement's time cannot be right.
    Misdated,
    /// A second statement of the same person.
    SamePerson,
}

impl RefusalCode {
    /// As written in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            RefusalCode::NoApproval => "no_approval",
            RefusalCode::NotEnough => "not_enough",
            RefusalCode::UnknownSigner => "unknown_signer",
            RefusalCode::WrongPrincipal => "wrong_principal",
            RefusalCode::WrongNamespace => "wrong_namespace",
            RefusalCode::KeyExpired => "key_expired",
            RefusalCode::Changed => "changed",
            RefusalCode::Expired => "expired",
            RefusalCode::WrongNonce => "wrong_nonce",
            RefusalCode::WrongLedger => "wrong_ledger",
            RefusalCode::WrongTenant => "wrong_tenant",
            RefusalCode::PolicyChanged => "policy_changed",
            RefusalCode::WrongRun => "wrong_run",
            RefusalCode::BadSignature => "bad_signature",
            RefusalCode::MalleableArmor => "malleable_armor",
            RefusalCode::Unreadable => "unreadable",
            RefusalCode::WrongPurpose => "wrong_purpose",
            RefusalCode::Misdated => "misdated",
            RefusalCode::SamePerson => "same_person",
        }
    }

    /// The next action.
    pub fn hint(self) -> &'static str {
        match self {
            RefusalCode::NoApproval => {
                "`redress approve PLAN --key FILE --as PRINCIPAL` signs it; so does `--statement` with `ssh-keygen -Y sign`"
            }
            RefusalCode::NotEnough | RefusalCode::SamePerson => {
                "ask another person for a signature; one person counts once"
            }
            RefusalCode::UnknownSigner => {
                "whoever looks after `allowed_signers` adds the key's line, if that person may approve"
            }
            RefusalCode::WrongPrincipal => {
                "sign again with `--as` and the name that stands in the key's line of `allowed_signers`"
            }
            RefusalCode::WrongNamespace => {
                "sign with `-n approve@redress` (an import: `-n attest@redress`), and see the line's `namespaces`"
            }
            RefusalCode::KeyExpired => "sign with a key that is valid now",
            RefusalCode::Changed => "compare with the file that was approved, or have this one approved anew",
            RefusalCode::Expired => "plan again; the new plan needs its own approval",
            RefusalCode::WrongNonce | RefusalCode::WrongRun => {
                "the signature belongs to something else; sign this one"
            }
            RefusalCode::WrongLedger => {
                "plan with `--ledger ID` for the machine that applies; `redress status` shows its id"
            }
            RefusalCode::WrongTenant => "pick the tenant with `--profile`, or plan for this one",
            RefusalCode::PolicyChanged => "plan and approve again under the policy in force",
            RefusalCode::BadSignature => "have it signed again; a signature covers every byte",
            RefusalCode::MalleableArmor => "copy the signature file again, byte for byte, with line ends LF",
            RefusalCode::Unreadable => {
                "let `redress approve --statement FILE` write the statement, and sign those bytes"
            }
            RefusalCode::WrongPurpose => {
                "approvals lie beside the plan, go-aheads and attestations in the run's folder"
            }
            RefusalCode::Misdated => "set the signer's clock and sign again",
        }
    }

    /// The exit code of a command that is refused for this.
    pub fn exit(self) -> u8 {
        match self {
            RefusalCode::WrongTenant => 3,
            RefusalCode::WrongLedger => 8,
            RefusalCode::NoApproval
            | RefusalCode::NotEnough
            | RefusalCode::UnknownSigner
            | RefusalCode::WrongPrincipal
            | RefusalCode::WrongNamespace
            | RefusalCode::KeyExpired
            | RefusalCode::Changed
            | RefusalCode::Expired
            | RefusalCode::WrongNonce
            | RefusalCode::PolicyChanged
            | RefusalCode::WrongRun
            | RefusalCode::BadSignature
            | RefusalCode::MalleableArmor
            | RefusalCode::Unreadable
            | RefusalCode::WrongPurpose
            | RefusalCode::Misdated
            | RefusalCode::SamePerson => 7,
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Refusal {
    /// A refusal that is about the thing itself, not about its signatures.
    pub(super) fn plain(code: RefusalCode, message: String) -> Self {
        Refusal {
            code,
            message,
            counted: 0,
            needed: 0,
            not_counted: Vec::new(),
            hints: vec![code.hint().to_owned()],
        }
    }

    /// Too few signatures count. The code is the statements' own where none counts and all fail alike.
    pub(super) fn too_few(what: &str, counted: usize, needed: usize, not_counted: Vec<NotCounted>) -> Self {
        let code = match not_counted.split_first() {
            None if counted == 0 => RefusalCode::NoApproval,
            Some((first, rest)) if counted == 0 && rest.iter().all(|n| n.code == first.code) => first.code,
            Some(_) | None => RefusalCode::NotEnough,
        };
        let mut message = match (counted, not_counted.len()) {
            (0, 0) => format!("{what} has no approval, and needs {needed}"),
            _ => format!("{what} has {counted} of {needed} approvals needed"),
        };
        for statement in &not_counted {
            let _ = write!(
                message,
                "; `{}` does not count: {}",
                statement.name, statement.why
            );
        }
        let mut hints: Vec<String> = Vec::new();
        for code in std::iter::once(code).chain(not_counted.iter().map(|n| n.code)) {
            if !hints.iter().any(|hint| hint == code.hint()) {
                hints.push(code.hint().to_owned());
            }
        }
        Refusal {
            code,
            message,
            counted,
            needed,
            not_counted,
            hints,
        }
    }
}
