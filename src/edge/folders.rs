//! The platform's folders, paths as people write them, and folders that only their owner may enter.
//!
//! Never looks at the current folder.

use std::io;
use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

/// The name of the configuration file in every folder.
pub const CONFIG_FILE: &str = "redress.yaml";

/// The user's configuration folder: `~/.config/redress`, `%APPDATA%\Redress\config`,
/// `~/Library/Application Support/Redress`. `None` where the user has no home.
pub fn user_config() -> Option<PathBuf> {
    Some(project()?.config_dir().to_owned())
}

/// The user's state folder: `~/.local/state/redress`, `%LOCALAPPDATA%\Redress\data`,
/// `~/Library/Application Support/Redress`. `None` where the user has no home.
pub fn user_state() -> Option<PathBuf> {
    let project = project()?;
    let folder = project.state_dir().unwrap_or_else(|| project.data_local_dir());
    Some(folder.to_owned())
}

/// Where a configuration for the whole machine may lie: the first that exists counts.
#[cfg(windows)]
pub fn machine_config() -> Vec<PathBuf> {
    // The fixed place first: a user can set the variable, an administrator can move the folder.
    let moved = std::env::var_os("ProgramData").map(PathBuf::from);
    let mut folders = vec![PathBuf::from(r"C:\ProgramData")];
    folders.extend(moved.filter(|folder| folder.is_absolute() && *folder != folders[0]));
    folders
        .into_iter()
        .map(|folder| folder.join("Redress").join(CONFIG_FILE))
        .collect()
}

/// Where a configuration for the whole machine may lie: the first that exists counts.
#[cfg(not(windows))]
pub fn machine_config() -> Vec<PathBuf> {
    vec![Path::new("/etc/redress").join(CONFIG_FILE)]
}

/// A path as a person wrote it in a file in `base`: `~` is the home, everything else relative to `base`.
pub fn resolve(base: &Path, text: &str) -> PathBuf {
    base.join(expand(text))
}

/// A path as a person wrote it: `~` and `~/…` are the home; `~name` is a file's name like any other.
pub fn expand(text: &str) -> PathBuf {
    match BaseDirs::new() {
        Some(dirs) => expand_in(text, dirs.home_dir()),
        None => PathBuf::from(text),
    }
}

fn expand_in(text: &str, home: &Path) -> PathBuf {
    match text.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with(std::path::is_separator) => {
            home.join(rest.trim_start_matches(std::path::is_separator))
        }
        Some(_) | None => PathBuf::from(text),
    }
}

/// Creates a folder, and those above it, that only their owner may enter (0700). On Windows the user's
/// profile is private already. A folder that exists keeps its rights.
///
/// # Errors
/// What the file system says.
pub fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "Redress")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_only_where_it_stands_alone() {
        let home = Path::new("/home/jess");
        let table = [
            ("~", "/home/jess"),
            ("~/keys/id", "/home/jess/keys/id"),
            ("~kim/keys", "~kim/keys"),
            ("keys/~", "keys/~"),
            ("/etc/keys", "/etc/keys"),
        ];
        for (text, expected) in table {
            assert_eq!(expand_in(text, home), Path::new(expected), "{text}");
        }
    }

    #[test]
    fn a_relative_path_is_relative_to_its_file() {
        assert_eq!(resolve(Path::new("/etc/redress"), "keys"), Path::new("/etc/redress/keys"));
        assert_eq!(resolve(Path::new("/etc/redress"), "/keys"), Path::new("/keys"));
    }

    #[cfg(unix)]
    #[test]
    fn a_private_folder_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        create_private(&folder).unwrap();
        for folder in [root.path().join("a"), folder] {
            let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
        }
    }
}
