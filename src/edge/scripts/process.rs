//! One PowerShell process: started in a group of its own, given the go, waited for, ended whole.
//!
//! Its output is kept as text for people and bounded; results come through the file.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::ChildStdin;
use tokio::task::JoinHandle;

use crate::edge::scripts::folder::JobFolder;
use crate::edge::scripts::{answer, environment, name_of};
use crate::powershell::parameters::{Begin, Identity};
use crate::run::ports::CallError;

/// Of each stream so much is kept; the rest is read and dropped.
const OUTPUT_LIMIT_BYTES: usize = 1024 * 1024;
/// How often the result file is looked at for the script's `ready`.
const READY_POLL: Duration = Duration::from_millis(20);
/// How long the output's end is waited for after the process's: a grandchild may hold it open.
const OUTPUT_PATIENCE: Duration = Duration::from_secs(2);

/// How a process went, as it tells itself.
pub(super) struct Finished {
    /// Standard output, with U+FFFD for what is no UTF-8.
    pub(super) output: String,
    errors: String,
    /// `None`: ended by the time limit or by a signal.
    code: Option<i32>,
    timed_out: bool,
}

impl Finished {
    /// For a message.
    pub(super) fn told(&self, program: &Path) -> String {
        let name = name_of(program);
        let ending = match (self.timed_out, self.code) {
            (true, _) => format!("`{name}` was ended at the time limit"),
            (false, Some(code)) => format!("`{name}` ended with {code}"),
            (false, None) => format!("`{name}` was ended by a signal"),
        };
        match self.errors.lines().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{ending}: {}", line.trim().chars().take(300).collect::<String>()),
            None => ending,
        }
    }
}

/// Ends the whole tree when it is dropped before the process has ended.
struct Tree {
    child: Box<dyn ChildWrapper>,
    ended: bool,
}

impl Drop for Tree {
    fn drop(&mut self) {
        if !self.ended
            && let Err(error) = self.child.start_kill()
        {
            tracing::debug!(%error, "a script's processes cannot be ended");
        }
    }
}

/// Runs a job's script to its end.
pub(super) async fn run(
    program: &Path,
    folder: &JobFolder,
    begin: Begin,
    time_limit: Duration,
    identity: Identity<'_>,
) -> Result<Finished, CallError> {
    let mut tree = start(program, folder, begin).map_err(|error| answer::not_spawned(program, &error))?;
    let output = keep(tree.child.stdout().take());
    let errors = keep(tree.child.stderr().take());
    let stdin = tree.child.stdin().take();
    let timed_out = tokio::time::timeout(time_limit, to_its_end(&mut tree, folder, stdin, identity))
        .await
        .is_err();
    if timed_out {
        end(&mut tree).await;
    }
    let code = tree
        .child
        .try_wait()
        .ok()
        .flatten()
        .and_then(|status| status.code());
    let finished = Finished {
        output: text_of(output).await,
        errors: text_of(errors).await,
        code,
        timed_out,
    };
    folder.keep_output(&finished.output, &finished.errors);
    Ok(finished)
}

fn start(program: &Path, folder: &JobFolder, begin: Begin) -> std::io::Result<Tree> {
    let mut command = CommandWrap::with_new(program, |command| {
        command.args(["-NoLogo", "-NoProfile", "-NonInteractive"]);
        // Our own files carry no mark of the web; a policy of the domain still wins.
        // https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_execution_policies
        if cfg!(windows) {
            command.args(["-ExecutionPolicy", "RemoteSigned"]);
        }
        command
            .arg("-File")
            .arg(folder.script())
            .arg("-ParameterFile")
            .arg(folder.parameters())
            .current_dir(folder.path())
            .env_clear()
            .envs(environment::for_child(program, std::env::vars_os()))
            .stdin(match begin {
                Begin::AfterGo => Stdio::piped(),
                Begin::AtOnce => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
    });
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    // Not ended with its job's handle: a script whose parent is gone finishes the target that it has begun.
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    Ok(Tree {
        child: command.spawn()?,
        ended: false,
    })
}

/// Gives the go when the script is ready for it, and waits for the end.
async fn to_its_end(tree: &mut Tree, folder: &JobFolder, stdin: Option<ChildStdin>, identity: Identity<'_>) {
    let mut held = None;
    if let Some(mut stdin) = stdin {
        loop {
            if folder.report(identity).is_ok_and(|report| report.ready) {
                // A script that is gone by now has not begun: its result file says so.
                let _ = stdin.write_all(b"go\n").await;
                let _ = stdin.flush().await;
                break;
            }
            if !matches!(tree.child.try_wait(), Ok(None)) {
                break;
            }
            tokio::time::sleep(READY_POLL).await;
        }
        held = Some(stdin);
    }
    match tree.child.wait().await {
        Ok(_) => tree.ended = true,
        Err(error) => tracing::warn!(%error, "a script's end cannot be waited for"),
    }
    drop(held);
}

async fn end(tree: &mut Tree) {
    if let Err(error) = tree.child.start_kill() {
        tracing::warn!(%error, "a script's processes cannot be ended");
        return;
    }
    if tree.child.wait().await.is_ok() {
        tree.ended = true;
    }
}

/// Reads a stream to its end, keeping its beginning.
fn keep(stream: Option<impl AsyncRead + Unpin + Send + 'static>) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let mut kept = Vec::new();
        let Some(mut stream) = stream else { return kept };
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            let room = OUTPUT_LIMIT_BYTES - kept.len();
            kept.extend_from_slice(&buffer[..read.min(room)]);
        }
        kept
    })
}

async fn text_of(mut kept: JoinHandle<Vec<u8>>) -> String {
    let Ok(bytes) = tokio::time::timeout(OUTPUT_PATIENCE, &mut kept).await else {
        kept.abort();
        return "(a process that the script started still holds this stream)".to_owned();
    };
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}
