//! Where a secret is kept, and fetching it from there.
//!
//! A secret itself never stands in a configuration; it is fetched when it is needed, into
//! [`Secret`], and is not kept here.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::folders;
use crate::value::Secret;

/// Longer is no client secret or token.
const LIMIT_BYTES: u64 = 64 * 1024;

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// In an environment variable.
    Env(String),
    /// In a file that only its owner may read.
    File(PathBuf),
    /// In somebody's head.
    Prompt,
}

/// Why a secret could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No such environment variable, or nothing in it.
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
    /// The file says no.
    #[error("failed to read the secret file `{}`: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What was said.
        reason: String,
    },
    /// Others may read the file.
    #[error("the secret file `{}` may be read by others (mode {mode:03o})", path.display())]
    TooOpen {
        /// Which.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Nobody to ask.
    #[error("failed to ask for the secret: {0}")]
    Prompt(io::Error),
}

impl SecretError {
    /// The next action.
    pub fn hints(&self) -> Vec<String> {
        vec![match self {
            SecretError::NotSet(name) => format!("set `{name}` for this process only, or use `file:PATH`"),
            SecretError::File { .. } => "write the secret, and nothing else, into that file".to_owned(),
            SecretError::TooOpen { path, .. } => format!("chmod 600 {}", path.display()),
            SecretError::Prompt(_) => {
                "run it on a terminal, or use `env:NAME` or `file:PATH` in the configuration".to_owned()
            }
        }]
    }
}

impl SecretRef {
    /// Parses `env:NAME`, `file:PATH` (relative to `folder`) or `prompt`; anything else may be a secret.
    pub fn parse(text: &str, folder: &Path) -> Option<Self> {
        if let Some(name) = text.strip_prefix("env:") {
            let fits = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return fits.then(|| SecretRef::Env(name.to_owned()));
        }
        match text.strip_prefix("file:") {
            Some("") => None,
            Some(path) => Some(SecretRef::File(folders::resolve(folder, path))),
            None => (text == "prompt").then_some(SecretRef::Prompt),
        }
    }

    /// Fetches the secret; `what` is what a person is asked for: `client secret of contoso`.
    ///
    /// # Errors
    /// It is not there, or others may read it.
    pub fn fetch(&self, what: &str) -> Result<Secret, SecretError> {
        match self {
            SecretRef::Env(name) => match std::env::var(name) {
                Ok(text) if !text.is_empty() => Ok(Secret::new(text)),
                Ok(_) | Err(_) => Err(SecretError::NotSet(name.clone())),
            },
            SecretRef::File(path) => from_file(path),
            SecretRef::Prompt => rpassword::prompt_password(format!("{what}: "))
                .map(Secret::new)
                .map_err(SecretError::Prompt),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretRef::Env(name) => write!(f, "env:{name}"),
            SecretRef::File(path) => write!(f, "file:{}", path.display()),
            SecretRef::Prompt => f.write_str("prompt"),
        }
    }
}

fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let error = |reason: String| SecretError::File {
        path: path.to_owned(),
        reason,
    };
    let metadata = fs::metadata(path).map_err(|e| error(e.to_string()))?;
    if let Some(mode) = open_to_others(&metadata) {
        return Err(SecretError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    if !metadata.is_file() || metadata.len() > LIMIT_BYTES {
        return Err(error("it is no file, or longer than 64 KiB".to_owned()));
    }
    let mut text = fs::read_to_string(path).map_err(|e| error(e.to_string()))?;
    // An editor's line end is no part of the secret.
    while text.ends_with(['\n', '\r']) {
        text.pop();
    }
    if text.is_empty() {
        return Err(error("it is empty".to_owned()));
    }
    Ok(Secret::new(text))
}

/// The permission bits of a file that its group or everybody may use; Windows has no such bits, and there
/// the user's profile is private.
pub(crate) fn open_to_others(metadata: &fs::Metadata) -> Option<u32> {
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    #[cfg(not(unix))]
    let mode = {
        let _ = metadata;
        0
    };
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_references_are_read_as_references() {
        let folder = Path::new("/etc/redress");
        assert_eq!(SecretRef::parse("env:X_1", folder), Some(SecretRef::Env("X_1".into())));
        assert_eq!(
            SecretRef::parse("file:client.secret", folder),
            Some(SecretRef::File("/etc/redress/client.secret".into()))
        );
        assert_eq!(SecretRef::parse("prompt", folder), Some(SecretRef::Prompt));
        for text in ["hunter2", "env:", "env:A B", "file:", "Prompt", ""] {
            assert_eq!(SecretRef::parse(text, folder), None, "`{text}`");
        }
    }

    #[test]
    fn a_secret_file_gives_its_text_without_the_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "s3cret\r\n").unwrap();
        close_to_others(&path);
        let secret = SecretRef::File(path).fetch("secret").unwrap();
        assert_eq!(secret.reveal(), "s3cret");
    }

    #[test]
    fn a_missing_or_empty_secret_is_an_error_that_says_where_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let missing = SecretRef::File(path.clone()).fetch("secret").unwrap_err();
        assert!(missing.to_string().contains(&path.display().to_string()), "{missing}");
        fs::write(&path, "\n").unwrap();
        close_to_others(&path);
        let empty = SecretRef::File(path).fetch("secret").unwrap_err();
        assert!(empty.to_string().contains("empty"), "{empty}");
        let unset = SecretRef::Env("REDRESS_TEST_NEVER_SET".into()).fetch("secret").unwrap_err();
        assert!(unset.to_string().contains("REDRESS_TEST_NEVER_SET"), "{unset}");
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_file_that_others_may_read_is_refused_with_its_remedy() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "s3cret").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SecretRef::File(path.clone()).fetch("secret").unwrap_err();
        assert!(error.to_string().contains("mode 640"), "{error}");
        assert_eq!(error.hints(), [format!("chmod 600 {}", path.display())]);
    }

    fn close_to_others(path: &Path) {
        #[cfg(unix)]
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        #[cfg(not(unix))]
        let _ = path;
    }
}
