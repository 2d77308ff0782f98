//! SSH keys on disk: reading them, making them, and adding a signer's line.
//!
//! Signs nothing itself ([`crate::approval::sshsig`] does), and never overwrites a key.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use ssh_key::{Algorithm, LineEnding, PrivateKey};
use tempfile::NamedTempFile;

use crate::approval::AllowedSigners;
use crate::approval::allowed_signers::SignersError;
use crate::edge::config::open_to_others;

/// A private key file is at most this long; a public key can be told from it.
const LIMIT_BYTES: u64 = 64 * 1024;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file system says no.
    #[error("failed to {doing} `{}`: {reason}", path.display())]
    Io {
        /// `read`, `write`.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// What was said.
        reason: io::Error,
    },
    /// Not an OpenSSH private key.
    #[error("`{}` is no private key in OpenSSH's format: {reason}", path.display())]
    NotAKey {
        /// Which.
        path: PathBuf,
        /// What was said.
        reason: String,
    },
    /// Others may read it.
    #[error("the private key `{}` may be read by others (mode {mode:03o})", path.display())]
    TooOpen {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A kind that is signed with elsewhere.
    #[error("`{}` is a key of kind `{kind}`, which Redress does not sign with itself", path.display())]
    NotHere {
        /// Which.
        path: PathBuf,
        /// Its kind.
        kind: String,
    },
    /// It is encrypted, and there is nobody to ask.
    #[error("`{}` is protected by a passphrase, and there is no terminal to ask for it", path.display())]
    NoTerminal {
        /// Which.
        path: PathBuf,
    },
    /// The passphrase is wrong.
    #[error("the passphrase does not open `{}`", path.display())]
    Passphrase {
        /// Which.
        path: PathBuf,
    },
    /// Keys are never overwritten.
    #[error("`{}` is there already, and keys are never overwritten", path.display())]
    Exists {
        /// Which.
        path: PathBuf,
    },
    /// `allowed_signers` has mistakes; it is not touched.
    #[error("`{}` has mistakes and was left as it is: {reason}", path.display())]
    Signers {
        /// Which.
        path: PathBuf,
        /// Them.
        reason: SignersError,
    },
}

impl KeyError {
    /// Next actions.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            KeyError::Io { .. } => return Vec::new(),
            KeyError::NotAKey { .. } => {
                "`ssh-keygen -t ed25519 -f FILE` makes one; `ssh-keygen -p -f FILE` rewrites an old one".to_owned()
            }
            KeyError::TooOpen { path, .. } => format!("chmod 600 {}", path.display()),
            KeyError::NotHere { .. } => {
                "write the statement with `--statement FILE`, sign it with `ssh-keygen -Y sign -f KEY -n approve@redress FILE`, and leave both beside the plan".to_owned()
            }
            KeyError::NoTerminal { .. } => {
                "run it on a terminal, or sign a `--statement FILE` with `ssh-keygen -Y sign` and an agent".to_owned()
            }
            KeyError::Passphrase { .. } => "try again".to_owned(),
            KeyError::Exists { .. } => "name another file, or move that one away yourself".to_owned(),
            KeyError::Signers { .. } => "mend the named line first".to_owned(),
        };
        vec![hint]
    }
}

/// Reads a private key to sign with; asks for its passphrase on the terminal where it has one.
///
/// # Errors
/// The file, its rights, its kind or the passphrase.
pub fn read_private_key(path: &Path) -> Result<PrivateKey, KeyError> {
    read_private_key_with(path, &ask_passphrase)
}

/// Reads a private key; `ask` is handed the question and gives the passphrase.
///
/// # Errors
/// As [`read_private_key`].
pub fn read_private_key_with(
    path: &Path,
    ask: &dyn Fn(&str) -> io::Result<String>,
) -> Result<PrivateKey, KeyError> {
    let key = parse_private_key(path)?;
    let kind = key.algorithm();
    match kind {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => {}
        _ => {
            return Err(KeyError::NotHere {
                path: path.to_owned(),
                kind: kind.as_str().to_owned(),
            });
        }
    }
    if !key.is_encrypted() {
        return Ok(key);
    }
    let question = format!("passphrase of {}: ", path.display());
    let passphrase = ask(&question).map(zeroize::Zeroizing::new).map_err(|_| KeyError::NoTerminal {
        path: path.to_owned(),
    })?;
    key.decrypt(passphrase.as_bytes()).map_err(|_| KeyError::Passphrase {
        path: path.to_owned(),
    })
}

fn parse_private_key(path: &Path) -> Result<PrivateKey, KeyError> {
    let metadata = fs::metadata(path).map_err(|e| io_error("read", path, e))?;
    let not_a_key = |reason: String| KeyError::NotAKey {
        path: path.to_owned(),
        reason,
    };
    if !metadata.is_file() || metadata.len() > LIMIT_BYTES {
        return Err(not_a_key("it is no file, or longer than 64 KiB".to_owned()));
    }
    if let Some(mode) = open_to_others(&metadata) {
        return Err(KeyError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    let text = fs::read_to_string(path)
        .map(zeroize::Zeroizing::new)
        .map_err(|e| io_error("read", path, e))?;
    PrivateKey::from_openssh(text.as_bytes()).map_err(|error| not_a_key(error.to_string()))
}

/// Without a terminal there is nobody to ask.
fn ask_passphrase(question: &str) -> io::Result<String> {
    if !io::stderr().is_terminal() && !io::stdin().is_terminal() {
        return Err(io::Error::other("no terminal"));
    }
    rpassword::prompt_password(question)
}

/// Makes an ed25519 key without a passphrase: `path` (0600) and `path.pub`.
///
/// # Errors
/// One of the two files is there already, or cannot be written; then neither is left behind.
pub fn create_key(path: &Path, comment: &str) -> Result<PrivateKey, KeyError> {
    let mut key = PrivateKey::random(&mut rand_core::OsRng, Algorithm::Ed25519)
        .expect("an ed25519 key can be made from any randomness");
    key.set_comment(comment);
    let private = key.to_openssh(LineEnding::LF).expect("a fresh key has an OpenSSH form");
    let public = public_line(&key);
    let public_path = beside(path, ".pub");
    for path in [path, &public_path] {
        if path.symlink_metadata().is_ok() {
            return Err(KeyError::Exists {
                path: path.to_owned(),
            });
        }
    }
    write_new(path, private.as_bytes())?;
    if let Err(error) = write_new(&public_path, public.as_bytes()) {
        // The key was made a moment ago, by us, and nobody has used it.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(key)
}

/// Adds `PRINCIPAL OPTIONS KEY` to `allowed_signers`, in one step; a line that is there already stays.
/// `namespaces` is what the key may sign: `checkpoint@redress`.
///
/// # Errors
/// The file has mistakes or cannot be written.
pub fn add_signer(
    allowed_signers: &Path,
    principal: &str,
    namespaces: &str,
    key: &PrivateKey,
) -> Result<(), KeyError> {
    let mut text = match fs::read_to_string(allowed_signers) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(io_error("read", allowed_signers, error)),
    };
    let line = format!("{principal} namespaces=\"{namespaces}\" {}", public_line(key));
    if text.lines().any(|known| known == line.trim_end()) {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(&line);
    AllowedSigners::parse(&text).map_err(|reason| KeyError::Signers {
        path: allowed_signers.to_owned(),
        reason,
    })?;
    replace(allowed_signers, text.as_bytes())
}

fn public_line(key: &PrivateKey) -> String {
    let line = key.public_key().to_openssh().expect("a public key has an OpenSSH form");
    format!("{line}\n")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// A new file, whole or not at all, which only its owner may read; never over another.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let file = written(path, bytes).map_err(|e| io_error("write", path, e))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(KeyError::Exists {
            path: path.to_owned(),
        }),
        Err(error) => Err(io_error("write", path, error.error)),
    }
}

/// Replaces a file in one step and keeps its rights; a new one may be read by everybody, as it holds no secret.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let result = written(path, bytes).and_then(|file| {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let rights = fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(0o644), |m| m.permissions());
            fs::set_permissions(file.path(), rights)?;
        }
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    });
    result.map_err(|e| io_error("write", path, e))
}

/// A temporary file beside `path`, 0600 where there are such bits, synced.
fn written(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn io_error(doing: &'static str, path: &Path, reason: io::Error) -> KeyError {
    KeyError::Io {
        doing,
        path: path.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::sshsig;

    fn nobody(_: &str) -> io::Result<String> {
        Err(io::Error::other("nobody is asked"))
    }

    #[test]
    fn a_key_that_was_made_can_be_read_and_signs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = create_key(&path, "log key").unwrap();
        let read = read_private_key_with(&path, &nobody).unwrap();
        assert_eq!(read.public_key(), made.public_key());
        let public = fs::read_to_string(folder.path().join("key.pub")).unwrap();
        assert!(public.starts_with("ssh-ed25519 AAAA") && public.ends_with(" log key\n"), "{public}");
        let armor = sshsig::sign(&read, "checkpoint@redress", b"x").unwrap();
        assert!(sshsig::verify(&armor, "checkpoint@redress", b"x").is_ok());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        for name in ["key", "key.pub"] {
            let taken = folder.path().join(name);
            fs::write(&taken, "mine").unwrap();
            let error = create_key(&path, "").unwrap_err();
            assert!(matches!(error, KeyError::Exists { .. }), "{error}");
            assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
            fs::remove_file(&taken).unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_encrypted_key_opens_with_its_passphrase_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let plain = create_key(&folder.path().join("plain"), "").unwrap();
        let locked = plain.encrypt(&mut rand_core::OsRng, "correct horse").unwrap();
        write_new(&path, locked.to_openssh(LineEnding::LF).unwrap().as_bytes()).unwrap();
        let with = |passphrase: &str| {
            let passphrase = passphrase.to_owned();
            read_private_key_with(&path, &move |_| Ok(passphrase.clone()))
        };
        assert_eq!(with("correct horse").unwrap().public_key(), plain.public_key());
        assert!(matches!(with("wrong").unwrap_err(), KeyError::Passphrase { .. }));
        assert!(matches!(
            read_private_key_with(&path, &nobody).unwrap_err(),
            KeyError::NoTerminal { .. }
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused_with_its_remedy() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create_key(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read_private_key_with(&path, &nobody).unwrap_err();
        assert_eq!(error.hints(), [format!("chmod 600 {}", path.display())]);
    }

    #[test]
    fn a_signers_line_is_added_once_and_other_lines_stay() {
        let folder = tempfile::tempdir().unwrap();
        let signers = folder.path().join("allowed_signers");
        fs::write(&signers, "# people").unwrap();
        let key = create_key(&folder.path().join("key"), "log").unwrap();
        for _ in 0..2 {
            add_signer(&signers, "log@here", "checkpoint@redress", &key).unwrap();
        }
        let text = fs::read_to_string(&signers).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.starts_with("# people\nlog@here namespaces=\"checkpoint@redress\" ssh-ed25519 "), "{text}");
        let parsed = AllowedSigners::parse(&text).unwrap();
        let now = crate::value::Timestamp::UNIX_EPOCH;
        assert_eq!(parsed.who(key.public_key().key_data(), "checkpoint@redress", now), ["log@here"]);
    }

    #[test]
    fn a_broken_signers_file_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let signers = folder.path().join("allowed_signers");
        fs::write(&signers, "jess nonsense\n").unwrap();
        let key = create_key(&folder.path().join("key"), "").unwrap();
        let error = add_signer(&signers, "log@here", "checkpoint@redress", &key).unwrap_err();
        assert!(matches!(error, KeyError::Signers { .. }), "{error}");
        assert_eq!(fs::read_to_string(&signers).unwrap(), "jess nonsense\n");
    }
}
