//! Approvers: keys made by `ssh-keygen` where it is there, else by the program's own code.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use redress::approval::sshsig;
use redress::edge::keys;

/// Somebody with a key, in the file of their name.
pub struct Approver {
    pub name: String,
    pub file: PathBuf,
}

impl Approver {
    pub fn new(folder: &Path, name: &str) -> Approver {
        let file = folder.join(name);
        if which::which("ssh-keygen").is_ok() {
            ssh_keygen(
                &[
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-C",
                    name,
                    "-f",
                    &file.display().to_string(),
                ],
                b"",
            );
        } else {
            keys::create_key(&file, name).unwrap();
        }
        Approver {
            name: name.to_owned(),
            file,
        }
    }

    /// Adds a line to `allowed_signers`.
    pub fn list(&self, signers: &Path, namespaces: &str) {
        let key = keys::read_private_key(&self.file).unwrap();
        keys::add_signer(signers, &self.name, namespaces, &key).unwrap();
    }

    /// Signs a statement as `ssh-keygen -Y sign` would.
    pub fn sign(&self, statement: &Path) {
        let key = keys::read_private_key(&self.file).unwrap();
        let armor = sshsig::sign(&key, "approve@redress", &fs::read(statement).unwrap()).unwrap();
        fs::write(format!("{}.sig", statement.display()), armor).unwrap();
    }
}

/// Takes a person's lines out of `allowed_signers`.
pub fn strike_out(signers: &Path, name: &str) {
    let text = fs::read_to_string(signers).unwrap();
    let rest = text
        .lines()
        .filter(|line| !line.starts_with(name))
        .map(|line| format!("{line}\n"));
    fs::write(signers, rest.collect::<String>()).unwrap();
}

/// Whether a tool is there; where it must be and is not, the test fails, else it says visibly that it does not run.
pub fn has(tool: &str) -> bool {
    let found = which::which(tool).is_ok();
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI is set, and there is no `{tool}`"
        );
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        writeln!(std::io::stderr(), "SKIPPED {test}: no `{tool}` on the PATH")
            .expect("standard error can be written");
    }
    found
}

/// Runs `ssh-keygen`, which must succeed.
#[track_caller]
pub fn ssh_keygen(arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new("ssh-keygen")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
