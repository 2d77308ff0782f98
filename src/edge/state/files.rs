//! Private folders and files, made durable: a file is written beside its place, synced, and renamed.
//!
//! A folder is synced after every change in it, where the system knows that: Windows does not let a folder be
//! flushed, and NTFS journals names itself.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Makes a private folder, with those above it; one that is there already is left as it is.
///
/// # Errors
/// The system refuses.
pub fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    let mut builder = DirBuilder::new();
    builder.recursive(false);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    sync_parent(path)
}

/// Writes a small private file in one step, durable when this returns; replaces what is there.
///
/// # Errors
/// The system refuses; then the old content is still there.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    // A bare name has an empty parent.
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    // `tempfile` makes its files 0600 on Unix.
    let mut file = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Makes a private folder of a random name, to be filled and renamed; it is removed when dropped before that.
///
/// # Errors
/// The system refuses.
pub fn make_unnamed_folder(within: &Path, prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(within)
}

/// Makes a new private file; the caller writes and syncs it.
///
/// # Errors
/// It is there already, or the system refuses.
pub fn create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Opens a private file for appending, and makes it if it is not there.
///
/// # Errors
/// The system refuses.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true).append(true).create(true)).open(path)
}

/// Opens a lock file, and makes it if it is not there; its content is never used.
///
/// # Errors
/// The system refuses.
pub fn open_lock(path: &Path) -> io::Result<File> {
    private(
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false),
    )
    .open(path)
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Makes the names in a folder durable.
///
/// # Errors
/// The system refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return File::open(folder)?.sync_all();
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

/// Makes a path's own name durable.
///
/// # Errors
/// The system refuses.
pub fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        Some(_) | None => sync_folder(Path::new(".")),
    }
}

/// A file's bytes; `None` when it is not there.
///
/// # Errors
/// It is there and cannot be read.
pub fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a name is a plain file name on every system: no path, no device, nothing hidden.
pub fn is_plain_name(name: &str) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')');
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    // https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit()));
    !name.is_empty()
        && name.len() <= 200
        && name.chars().all(allowed)
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !device
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_plain() {
        for good in ["help-desk.csv", "support (2).json", "Übersicht.md", "a"] {
            assert!(is_plain_name(good), "{good}");
        }
        for bad in [
            "", ".", "..", "../x", "a/b", "a\\b", "C:x", "NUL", "nul.csv", "com1.txt", "x.", "x ", ".hid",
            "a\0b", "a\nb", "x:y",
        ] {
            assert!(!is_plain_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_file_is_replaced_in_one_step_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let nested = folder.path().join("a").join("b");
        make_folder(&nested).unwrap();
        let file = nested.join("x.txt");
        write(&file, b"one").unwrap();
        write(&file, b"two").unwrap();
        assert_eq!(read_if_there(&file).unwrap().as_deref(), Some(&b"two"[..]));
        assert_eq!(
            fs::read_dir(&nested).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&nested), mode(&file)), (0o700, 0o600));
        }
    }
}
