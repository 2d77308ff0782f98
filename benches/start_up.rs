//! How long a whole process takes: `--version`, and `check` of the playbook that ships.
//!
//! Prints medians, and the ratio of the two in this one run; the aim for `check` is 10 ms in a release build.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 40;

fn median(arguments: &[&str]) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let began = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_redress"))
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the program can be started");
            assert!(status.success(), "{arguments:?} failed");
            began.elapsed()
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let version = median(&["--version"]);
    let check = median(&["check", "outlook-auth-loop"]);
    println!(
        "start-up (--version)      {:>8.1} ms",
        version.as_secs_f64() * 1e3
    );
    println!("check outlook-auth-loop   {:>8.1} ms", check.as_secs_f64() * 1e3);
    println!(
        "check / start-up          {:>8.1}",
        check.as_secs_f64() / version.as_secs_f64()
    );
}
