//! A job's folder: script, parameter file, results, lock, output.
//!
//! Judges nothing: what the results mean is [`crate::powershell::results`]'s.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::edge::scripts::answer;
use crate::powershell::parameters::{FILE, Identity, LOCK, Mode, RESULT};
use crate::powershell::results::{self, Report};
use crate::run::ports::CallError;

/// A result file beyond this is not read.
const RESULT_LIMIT_BYTES: u64 = 64 * 1024 * 1024;
const SCRIPT: &str = "script.ps1";
const OUTPUT: &str = "output.txt";
const LOCK_POLL: Duration = Duration::from_millis(100);

/// The folder in which one process works, once.
#[derive(Debug)]
pub(super) struct JobFolder(PathBuf);

impl JobFolder {
    /// Makes the folder and writes script and parameter file. Reads and previews may come again and get a
    /// folder of their own inside; a change has its folder for itself, and a result in it is never overwritten.
    pub(super) fn prepare(
        job: &Path,
        mode: Mode,
        script: &[u8],
        parameters: &[u8],
    ) -> Result<Self, CallError> {
        let failed = |error: io::Error| answer::no_folder(job, &error);
        let path = match mode {
            Mode::Change => job.to_owned(),
            Mode::Read | Mode::Preview => next_free(job).map_err(failed)?,
        };
        make_private(&path).map_err(failed)?;
        if path.join(RESULT).exists() {
            return Err(answer::ran_before(&path));
        }
        write_private(&path.join(SCRIPT), script).map_err(failed)?;
        write_private(&path.join(FILE), parameters).map_err(failed)?;
        Ok(JobFolder(path))
    }

    /// A folder that an earlier process made.
    pub(super) fn existing(job: &Path) -> Option<Self> {
        job.is_dir().then(|| JobFolder(job.to_owned()))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn script(&self) -> PathBuf {
        self.0.join(SCRIPT)
    }

    pub(super) fn parameters(&self) -> PathBuf {
        self.0.join(FILE)
    }

    /// What the result file says by now; a file that is not there says nothing.
    pub(super) fn report(&self, identity: Identity<'_>) -> Result<Report, CallError> {
        let bytes = match File::open(self.0.join(RESULT)) {
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(RESULT_LIMIT_BYTES + 1)
                    .read_to_end(&mut bytes)
                    .map_err(|error| answer::unreadable(&self.0.join(RESULT), &error))?;
                bytes
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(answer::unreadable(&self.0.join(RESULT), &error)),
        };
        if bytes.len() as u64 > RESULT_LIMIT_BYTES {
            return Err(answer::too_large(&self.0.join(RESULT), RESULT_LIMIT_BYTES));
        }
        Ok(results::read(&bytes, identity))
    }

    /// Keeps what the process printed, for people.
    pub(super) fn keep_output(&self, output: &str, errors: &str) {
        let text = format!("--- standard output ---\n{output}\n--- standard error ---\n{errors}\n");
        if let Err(error) = write_private(&self.0.join(OUTPUT), text.as_bytes()) {
            tracing::warn!(%error, folder = %self.0.display(), "the script's output is not kept");
        }
    }

    /// Takes the script's lock, waiting as long as the script runs.
    pub(super) async fn lock(&self) -> Result<File, CallError> {
        let path = self.0.join(LOCK);
        let mut said = false;
        loop {
            if let Some(lock) = try_lock(&path).map_err(|error| answer::unreadable(&path, &error))? {
                return Ok(lock);
            }
            if !said {
                tracing::info!(folder = %self.0.display(), "waiting for a script that still runs");
                said = true;
            }
            tokio::time::sleep(LOCK_POLL).await;
        }
    }
}

/// .NET's `FileShare.None` is an advisory `flock` here, and so is the standard library's lock.
/// <https://learn.microsoft.com/dotnet/api/system.io.fileshare>
#[cfg(unix)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// `FileShare.None` is a share mode here: while the script has the file, nobody can open it.
#[cfg(windows)]
fn try_lock(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const ERROR_SHARING_VIOLATION: i32 = 32;
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0)
        .open(path);
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION) => Ok(None),
        Err(error) => Err(error),
    }
}

fn next_free(job: &Path) -> io::Result<PathBuf> {
    make_private(job)?;
    for number in 1_u32.. {
        let path = job.join(number.to_string());
        match private().create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    unreachable!("a folder does not hold four billion reads")
}

fn make_private(path: &Path) -> io::Result<()> {
    private().recursive(true).create(path)
}

/// On Windows a folder in the user's profile is private by inheritance.
fn private() -> fs::DirBuilder {
    #[cfg_attr(windows, expect(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
