//! Processes of the program: started in a scrubbed environment, bounded in time, never left behind.
//!
//! Output goes into files, so that nobody has to read along.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A process that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// How a process ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Demands an exit code; shows everything where it is another.
    #[track_caller]
    pub fn expect(self, code: i32) -> Said {
        assert_eq!(
            self.code, code,
            "--- stdout\n{}\n--- stderr\n{}",
            self.out, self.err
        );
        self
    }
}

/// A process under way; it is killed and reaped when dropped.
pub struct Process {
    child: Child,
    out: PathBuf,
    err: PathBuf,
}

/// What a process is started with.
pub struct Surroundings<'a> {
    /// A private folder: home, temporary files, output.
    pub home: &'a Path,
    /// Where it works.
    pub folder: &'a Path,
    /// The PATH.
    pub path: OsString,
}

static NUMBER: AtomicUsize = AtomicUsize::new(0);

impl Process {
    /// Starts the program.
    pub fn start(arguments: &[&str], surroundings: &Surroundings<'_>) -> Process {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = |ending: &str| surroundings.home.join(format!("process-{number}.{ending}"));
        let (out, err) = (file("out"), file("err"));
        let child = Command::new(env!("CARGO_BIN_EXE_redress"))
            .args(arguments)
            .env_clear()
            .envs(environment(surroundings))
            .current_dir(surroundings.folder)
            .stdin(Stdio::null())
            .stdout(File::create(&out).unwrap())
            .stderr(File::create(&err).unwrap())
            .spawn()
            .expect("the program starts");
        Process { child, out, err }
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(mut self) -> Said {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < LIMIT, "it hangs; it said: {}", self.text());
            std::thread::sleep(Duration::from_millis(4));
        };
        self.said(status)
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// `kill -9`, or what comes nearest to it; then waits.
    pub fn kill(mut self) -> Said {
        let _ = self.child.kill();
        let status = self.child.wait().unwrap();
        self.said(status)
    }

    /// Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("/bin/sh")
            .args(["-c", "kill -INT \"$0\"", &pid])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// What it has said so far, both streams.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.out).unwrap_or_default() + &fs::read_to_string(&self.err).unwrap_or_default()
    }

    fn said(&self, status: ExitStatus) -> Said {
        let read = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        Said {
            code: status.code().unwrap_or(-1),
            out: read(&self.out),
            err: read(&self.err),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Nothing of the machine's own settings, and every folder of a person in `home`.
fn environment(surroundings: &Surroundings<'_>) -> Vec<(OsString, OsString)> {
    let home = surroundings.home;
    let mut all = vec![(OsString::from("PATH"), surroundings.path.clone())];
    let folders = [
        "HOME",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "ProgramData",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "TMPDIR",
        "TEMP",
        "TMP",
    ];
    all.extend(folders.map(|name| (OsString::from(name), home.as_os_str().to_owned())));
    // Without it Windows cannot open a socket.
    all.extend(std::env::var_os("SystemRoot").map(|root| (OsString::from("SystemRoot"), root)));
    all
}
