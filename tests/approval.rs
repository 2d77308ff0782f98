//! Approvals against the real `ssh-keygen`: what we sign it verifies, what it signs we accept, and what one
//! refuses so does the other.
//!
//! Without `ssh-keygen` on the PATH these tests skip with a note; where `CI` is set they fail instead.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use redress::approval::statement::{
    APPROVE_NAMESPACE, ATTEST_NAMESPACE, ApproveStatement, Kind, Statement, VERSION,
};
use redress::approval::{AllowedSigners, PlanFacts, RefusalCode, SignedStatement, approve, sshsig};
use redress::edge::keys::{create_key, read_private_key};
use redress::value::{Digest, LedgerId, Nonce, TenantId, Timestamp};

const PRINCIPAL: &str = "jess@example.com";

/// A folder with OpenSSH's program to hand.
struct Bench {
    folder: tempfile::TempDir,
    ssh_keygen: PathBuf,
}

impl Bench {
    /// `None`: there is no `ssh-keygen`, and the test says so.
    fn new() -> Option<Self> {
        match which::which("ssh-keygen") {
            Ok(ssh_keygen) => Some(Bench {
                folder: tempfile::tempdir().unwrap(),
                ssh_keygen,
            }),
            Err(_) => {
                assert!(std::env::var_os("CI").is_none(), "CI is set and there is no ssh-keygen on the PATH");
                eprintln!("SKIPPED: no ssh-keygen on the PATH");
                None
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str], stdin: &Path) -> Output {
        Command::new(&self.ssh_keygen)
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::from(fs::File::open(stdin).unwrap()))
            .output()
            .unwrap()
    }

    /// A key of `kind`, made by `ssh-keygen`.
    fn key(&self, name: &str, kind: &[&str]) {
        fs::write(self.path("empty"), "").unwrap();
        let mut arguments = vec!["-q", "-N", "", "-f", name];
        arguments.extend(kind);
        let output = self.run(&arguments, &self.path("empty"));
        assert!(output.status.success(), "{output:?}");
    }

    /// `allowed_signers` with this key's line.
    fn allow(&self, key: &str, options: &str) -> String {
        let public = fs::read_to_string(self.path(&format!("{key}.pub"))).unwrap();
        let text = format!("{PRINCIPAL} {options} {public}");
        fs::write(self.path("allowed_signers"), &text).unwrap();
        text
    }

    /// Signs a file as people without Redress do; gives the signature's text.
    fn sign(&self, key: &str, namespace: &str, file: &str) -> String {
        let signature = self.path(&format!("{file}.sig"));
        let _ = fs::remove_file(&signature);
        let arguments = ["-Y", "sign", "-q", "-f", key, "-n", namespace, file];
        let output = self.run(&arguments, &self.path("empty"));
        assert!(output.status.success(), "{output:?}");
        fs::read_to_string(signature).unwrap()
    }

    /// What `ssh-keygen -Y verify` says of `file` and `file.sig`, at a given time.
    fn accepts(&self, namespace: &str, file: &str, at: &str) -> bool {
        let signature = format!("{file}.sig");
        let time = format!("-Overify-time={at}");
        let arguments = [
            "-Y", "verify", "-f", "allowed_signers", "-I", PRINCIPAL, "-n", namespace, "-s", &signature, &time,
        ];
        self.run(&arguments, &self.path(file)).status.success()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-23T10:30:00Z";
const NOW_FOR_OPENSSH: &str = "20261123103000Z";

fn facts() -> PlanFacts {
    PlanFacts {
        digest: Digest::of(b"plan"),
        nonce: Nonce::new("00112233445566778899aabbccddeeff"),
        tenant: TenantId::new("11111111-2222-3333-4444-555555555555"),
        policy: Digest::of(b"policy"),
        ledger: LedgerId::new("ffeeddccbbaa99887766554433221100"),
        approvals: 1,
        planned_at: at("2026-11-23T10:00:00Z"),
        valid_until: at("2026-11-23T18:00:00Z"),
    }
}

fn statement() -> Vec<u8> {
    let facts = facts();
    let statement = Statement::Approve(ApproveStatement {
        v: VERSION,
        kind: Kind::SshSig,
        plan: facts.digest,
        nonce: facts.nonce,
        tenant: facts.tenant,
        policy: facts.policy,
        ledger: facts.ledger,
        principal: PRINCIPAL.to_owned(),
        reason: "CHG0012345".to_owned(),
        at: at("2026-11-23T10:10:00Z"),
    });
    statement.to_bytes().unwrap()
}

/// What we say of a statement and its signature.
fn verdict(bytes: &[u8], armor: &str, signers: &str) -> Result<(), RefusalCode> {
    let signed = SignedStatement {
        name: "change.plan.1.approval".to_owned(),
        bytes: bytes.to_vec(),
        armor: armor.to_owned(),
    };
    let signers = AllowedSigners::parse(signers).unwrap();
    approve(&facts(), &[signed], &signers, at(NOW))
        .map(|_| ())
        .map_err(|refusal| refusal.code)
}

#[test]
fn ssh_keygen_verifies_what_we_sign_with_keys_that_either_made() {
    let Some(bench) = Bench::new() else { return };
    create_key(&bench.path("ours"), "ours").unwrap();
    bench.key("ed25519", &["-t", "ed25519"]);
    bench.key("p256", &["-t", "ecdsa", "-b", "256"]);
    bench.key("p384", &["-t", "ecdsa", "-b", "384"]);
    let bytes = statement();
    fs::write(bench.path("s"), &bytes).unwrap();
    for name in ["ours", "ed25519", "p256", "p384"] {
        let signers = bench.allow(name, "namespaces=\"approve@redress,attest@redress\"");
        let key = read_private_key(&bench.path(name)).unwrap();
        let armor = sshsig::sign(&key, APPROVE_NAMESPACE, &bytes).unwrap();
        fs::write(bench.path("s.sig"), &armor).unwrap();
        assert!(bench.accepts(APPROVE_NAMESPACE, "s", NOW_FOR_OPENSSH), "{name}");
        assert!(!bench.accepts(ATTEST_NAMESPACE, "s", NOW_FOR_OPENSSH), "{name}");
        assert_eq!(verdict(&bytes, &armor, &signers), Ok(()), "{name}");
    }
}

#[test]
fn we_accept_what_ssh_keygen_signs_rsa_included() {
    let Some(bench) = Bench::new() else { return };
    let bytes = statement();
    fs::write(bench.path("s"), &bytes).unwrap();
    let kinds: [(&str, &[&str]); 4] = [
        ("ed25519", &["-t", "ed25519"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
    ];
    for (name, kind) in kinds {
        bench.key(name, kind);
        let signers = bench.allow(name, "");
        let armor = bench.sign(name, APPROVE_NAMESPACE, "s");
        assert_eq!(verdict(&bytes, &armor, &signers), Ok(()), "{name}");
        let other = bench.sign(name, ATTEST_NAMESPACE, "s");
        assert_eq!(verdict(&bytes, &other, &signers), Err(RefusalCode::WrongNamespace), "{name}");
        let mut edited = bytes.clone();
        edited[10] ^= 1;
        let refused = verdict(&edited, &armor, &signers);
        assert!(refused.is_err(), "{name}");
    }
}

#[test]
fn a_private_rsa_key_is_left_to_ssh_keygen() {
    let Some(bench) = Bench::new() else { return };
    bench.key("rsa", &["-t", "rsa", "-b", "2048"]);
    let error = read_private_key(&bench.path("rsa")).unwrap_err();
    assert!(error.hints()[0].contains("ssh-keygen -Y sign"), "{error}");
}

#[test]
fn a_changed_reason_is_refused_by_both() {
    let Some(bench) = Bench::new() else { return };
    bench.key("k", &["-t", "ed25519"]);
    let signers = bench.allow("k", "");
    let bytes = statement();
    fs::write(bench.path("s"), &bytes).unwrap();
    let armor = bench.sign("k", APPROVE_NAMESPACE, "s");
    let edited = String::from_utf8(bytes).unwrap().replace("CHG0012345", "CHG0012346");
    fs::write(bench.path("s"), &edited).unwrap();
    assert!(!bench.accepts(APPROVE_NAMESPACE, "s", NOW_FOR_OPENSSH));
    assert_eq!(verdict(edited.as_bytes(), &armor, &signers), Err(RefusalCode::BadSignature));
}

#[test]
fn the_options_of_a_line_mean_the_same_to_both() {
    let Some(bench) = Bench::new() else { return };
    bench.key("k", &["-t", "ed25519"]);
    let bytes = statement();
    fs::write(bench.path("s"), &bytes).unwrap();
    let armor = bench.sign("k", APPROVE_NAMESPACE, "s");
    let table = [
        ("", Ok(())),
        ("namespaces=\"approve@redress\"", Ok(())),
        ("namespaces=\"*@redress,!attest@redress\"", Ok(())),
        ("namespaces=\"!approve@redress,*\"", Err(RefusalCode::WrongNamespace)),
        ("namespaces=\"attest@redress\"", Err(RefusalCode::WrongNamespace)),
        ("valid-before=\"20261123103000Z\"", Ok(())),
        ("valid-before=\"202611231030Z\"", Ok(())),
        ("valid-before=\"20261123102959Z\"", Err(RefusalCode::KeyExpired)),
        ("valid-before=\"20261123Z\"", Err(RefusalCode::KeyExpired)),
        ("valid-after=\"20261123103000Z\"", Ok(())),
        ("valid-after=\"20261123103001Z\"", Err(RefusalCode::KeyExpired)),
        ("VALID-AFTER=\"20260101Z\",valid-before=\"20270101Z\"", Ok(())),
    ];
    for (options, expected) in table {
        let signers = bench.allow("k", options);
        assert_eq!(verdict(&bytes, &armor, &signers), expected, "{options}");
        let theirs = bench.accepts(APPROVE_NAMESPACE, "s", NOW_FOR_OPENSSH);
        assert_eq!(theirs, expected.is_ok(), "{options}");
    }
}

#[test]
fn a_removed_line_revokes_for_both() {
    let Some(bench) = Bench::new() else { return };
    bench.key("k", &["-t", "ed25519"]);
    bench.key("other", &["-t", "ed25519"]);
    let bytes = statement();
    fs::write(bench.path("s"), &bytes).unwrap();
    let armor = bench.sign("k", APPROVE_NAMESPACE, "s");
    let signers = bench.allow("other", "");
    assert!(!bench.accepts(APPROVE_NAMESPACE, "s", NOW_FOR_OPENSSH));
    assert_eq!(verdict(&bytes, &armor, &signers), Err(RefusalCode::UnknownSigner));
}

#[test]
fn every_flipped_bit_of_a_signature_file_is_refused_also_where_ssh_keygen_would_not_mind() {
    let Some(bench) = Bench::new() else { return };
    for (name, kind) in [("ed", ["-t", "ed25519", "-C", "x"]), ("ec", ["-t", "ecdsa", "-C", "x"])] {
        bench.key(name, &kind);
        let signers = bench.allow(name, "");
        let bytes = statement();
        fs::write(bench.path("s"), &bytes).unwrap();
        let armor = bench.sign(name, APPROVE_NAMESPACE, "s");
        assert_eq!(verdict(&bytes, &armor, &signers), Ok(()));
        for bit in 0..armor.len() * 8 {
            let mut flipped = armor.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(text) = String::from_utf8(flipped) {
                assert!(verdict(&bytes, &text, &signers).is_err(), "{name}: bit {bit}");
            }
        }
        // OpenSSH takes this one; whoever compares signature files by their hash would be misled.
        fs::write(bench.path("s.sig"), format!("{armor}\n")).unwrap();
        assert!(bench.accepts(APPROVE_NAMESPACE, "s", NOW_FOR_OPENSSH));
        let refused = verdict(&bytes, &format!("{armor}\n"), &signers);
        assert_eq!(refused, Err(RefusalCode::MalleableArmor));
    }
}
