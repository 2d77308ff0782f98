//! What counts as an approval. The helpers at the top serve the neighbours' tests too.

use ssh_key::PrivateKey;
use ssh_key::private::Ed25519Keypair;

use super::*;
use crate::approval::sshsig;
use crate::approval::statement::{Kind, VERSION};
use crate::approval::{Place, belongs_here};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn key(seed: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[seed; 32]))
}

fn public(seed: u8) -> String {
    key(seed).public_key().to_openssh().unwrap()
}

/// Jess has keys 1 and 2, Kim has 3, anybody of the team has 4, 5 is limited and 6 over.
pub(crate) fn signers() -> AllowedSigners {
    let text = format!(
        "jess@example.com {}\njess@example.com {}\nkim@example.com {}\n*@team.example.com {}\nlee@example.com namespaces=\"checkpoint@redress\" {}\nmax@example.com valid-before=\"20261101Z\" {}\n",
        public(1),
        public(2),
        public(3),
        public(4),
        public(5),
        public(6),
    );
    AllowedSigners::parse(&text).unwrap()
}

pub(crate) fn sign(name: &str, statement: &Statement, key: &PrivateKey) -> SignedStatement {
    let bytes = statement.to_bytes().unwrap();
    let armor = sshsig::sign(key, statement.namespace(), &bytes).unwrap();
    SignedStatement {
        name: name.to_owned(),
        bytes,
        armor,
    }
}

fn facts(approvals: usize) -> PlanFacts {
    PlanFacts {
        digest: Digest::of(b"plan"),
        nonce: Nonce::new("00112233445566778899aabbccddeeff"),
        tenant: TenantId::new("11111111-2222-3333-4444-555555555555"),
        policy: Digest::of(b"policy"),
        ledger: LedgerId::new("ffeeddccbbaa99887766554433221100"),
        approvals,
        planned_at: at("2026-11-23T10:00:00Z"),
        valid_until: at("2026-11-23T18:00:00Z"),
    }
}

fn now() -> Timestamp {
    at("2026-11-23T10:30:00Z")
}

fn statement(principal: &str, change: impl FnOnce(&mut ApproveStatement)) -> Statement {
    let facts = facts(1);
    let mut statement = ApproveStatement {
        v: VERSION,
        kind: Kind::SshSig,
        plan: facts.digest,
        nonce: facts.nonce,
        tenant: facts.tenant,
        policy: facts.policy,
        ledger: facts.ledger,
        principal: principal.to_owned(),
        reason: "CHG0012345".to_owned(),
        at: at("2026-11-23T10:10:00Z"),
    };
    change(&mut statement);
    Statement::Approve(statement)
}

fn approval(name: &str, principal: &str, seed: u8) -> SignedStatement {
    sign(name, &statement(principal, |_| ()), &key(seed))
}

#[test]
fn two_persons_approve() {
    let statements = [
        approval("p.1.approval", "jess@example.com", 1),
        approval("p.2.approval", "kim@example.com", 3),
    ];
    let approved = approve(&facts(2), &statements, &signers(), now()).unwrap();
    assert_eq!(approved.digest(), Digest::of(b"plan"));
    assert_eq!(approved.principals(), ["jess@example.com", "kim@example.com"]);
    assert_eq!(approved.statements()[1], Digest::of(&statements[1].bytes));
    assert_eq!(approved.signers(), signers().digest());
}

#[test]
fn one_person_counts_once_whatever_keys_and_names_are_used() {
    let table = [
        [("jess@example.com", 1), ("jess@example.com", 2)],
        [("a@team.example.com", 4), ("b@team.example.com", 4)],
        [("jess@example.com", 1), ("jess@example.com", 1)],
    ];
    for votes in table {
        let statements = votes.map(|(who, seed)| approval("p", who, seed));
        let refusal = approve(&facts(2), &statements, &signers(), now()).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.counted, refusal.needed),
            (RefusalCode::NotEnough, 1, 2)
        );
        assert_eq!(refusal.not_counted[0].code, RefusalCode::SamePerson);
    }
}

#[test]
fn each_refusal_has_its_own_code() {
    type Change = fn(&mut ApproveStatement);
    let table: [(RefusalCode, u8, Change); 9] = [
        (RefusalCode::Changed, 1, |s| {
            s.plan = Digest::of(b"plan with one other byte");
        }),
        (RefusalCode::WrongNonce, 1, |s| s.nonce = Nonce::new("0")),
        (RefusalCode::WrongTenant, 1, |s| s.tenant = TenantId::new("0")),
        (RefusalCode::WrongLedger, 1, |s| s.ledger = LedgerId::new("0")),
        (RefusalCode::PolicyChanged, 1, |s| s.policy = Digest::of(b"other")),
        (RefusalCode::UnknownSigner, 9, |_| ()),
        (RefusalCode::WrongPrincipal, 1, |s| {
            s.principal = "kim@example.com".to_owned();
        }),
        (RefusalCode::WrongNamespace, 5, |s| {
            s.principal = "lee@example.com".to_owned();
        }),
        (RefusalCode::KeyExpired, 6, |s| {
            s.principal = "max@example.com".to_owned();
        }),
    ];
    for (code, seed, change) in table {
        let signed = sign("p.1.approval", &statement("jess@example.com", change), &key(seed));
        let refusal = approve(&facts(1), &[signed], &signers(), now()).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(
            refusal.message.contains("`p.1.approval` does not count: "),
            "{refusal}"
        );
        assert!(!refusal.hints.is_empty());
    }
}

#[test]
fn no_approval_and_too_few_are_different_words() {
    let none = approve(&facts(2), &[], &signers(), now()).unwrap_err();
    assert_eq!(none.code, RefusalCode::NoApproval);
    assert_eq!(none.message, "the plan has no approval, and needs 2");
    let one = [approval("p", "jess@example.com", 1)];
    let few = approve(&facts(2), &one, &signers(), now()).unwrap_err();
    assert_eq!(
        (few.code, few.message.as_str()),
        (RefusalCode::NotEnough, "the plan has 1 of 2 approvals needed")
    );
}

#[test]
fn a_plan_that_asks_for_no_approval_still_needs_one() {
    assert!(approve(&facts(0), &[], &signers(), now()).is_err());
}

#[test]
fn the_last_second_of_a_plan_belongs_to_it_and_resume_may_come_later() {
    let statements = [approval("p", "jess@example.com", 1)];
    let try_at = |instant: &str| approve(&facts(1), &statements, &signers(), at(instant));
    assert!(try_at("2026-11-23T18:00:00.999Z").is_ok());
    let late = at("2026-11-23T18:00:01Z");
    let refusal = approve(&facts(1), &statements, &signers(), late).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Expired);
    assert!(approve_again(&facts(1), &statements, &signers(), late).is_ok());
}

#[test]
fn a_removed_signer_counts_no_more_at_resume() {
    let statements = [approval("p", "jess@example.com", 1)];
    let without_jess = AllowedSigners::parse(&format!("kim@example.com {}\n", public(3))).unwrap();
    let refusal = approve_again(&facts(1), &statements, &without_jess, now()).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::UnknownSigner);
}

#[test]
fn a_statement_from_before_the_plan_or_from_the_future_does_not_count() {
    for time in ["2026-11-23T09:54:59Z", "2026-11-23T10:35:01Z"] {
        let signed = sign("p", &statement("jess@example.com", |s| s.at = at(time)), &key(1));
        let refusal = approve(&facts(1), &[signed], &signers(), now()).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Misdated, "{refusal}");
    }
}

#[test]
fn a_changed_statement_or_spelling_does_not_count() {
    let mut edited = approval("p", "jess@example.com", 1);
    let text = String::from_utf8(edited.bytes).unwrap();
    edited.bytes = text.replace("CHG0012345", "CHG0012346").into_bytes();
    let mut spelled = approval("p", "jess@example.com", 1);
    spelled.armor = format!("{}\n", spelled.armor);
    let mut nonsense = approval("p", "jess@example.com", 1);
    nonsense.bytes = b"yes\n".to_vec();
    let table = [
        (edited, RefusalCode::BadSignature),
        (spelled, RefusalCode::MalleableArmor),
        (nonsense, RefusalCode::Unreadable),
    ];
    for (signed, code) in table {
        let refusal = approve(&facts(1), &[signed], &signers(), now()).unwrap_err();
        assert_eq!(refusal.code, code, "{refusal}");
    }
}

#[test]
fn bad_statements_do_not_hinder_good_ones() {
    let statements = [
        approval("p.1", "nobody@example.com", 9),
        approval("p.2", "jess@example.com", 1),
    ];
    let approved = approve(&facts(1), &statements, &signers(), now()).unwrap();
    assert_eq!(approved.principals(), ["jess@example.com"]);
}

#[test]
fn a_plan_for_elsewhere_is_refused_with_its_own_exit_code() {
    let facts = facts(1);
    let here = Place {
        tenant: facts.tenant.clone(),
        ledger: facts.ledger.clone(),
        policy: facts.policy,
    };
    assert_eq!(belongs_here(&facts, &here), Ok(()));
    let table = [
        (
            Place {
                tenant: TenantId::new("0"),
                ..here.clone()
            },
            RefusalCode::WrongTenant,
            3,
        ),
        (
            Place {
                ledger: LedgerId::new("0"),
                ..here.clone()
            },
            RefusalCode::WrongLedger,
            8,
        ),
        (
            Place {
                policy: Digest::of(b"x"),
                ..here
            },
            RefusalCode::PolicyChanged,
            7,
        ),
    ];
    for (place, code, exit) in table {
        let refusal = belongs_here(&facts, &place).unwrap_err();
        assert_eq!((refusal.code, refusal.code.exit()), (code, exit));
    }
}
