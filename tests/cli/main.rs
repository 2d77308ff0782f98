//! The real program, run as people run it: separate processes against `redress sandbox`, in a scrubbed environment.
//!
//! `REDRESS_REWRITE=1 cargo test --test cli` writes the expected texts of `tests/cases/cli` anew; the difference is
//! reviewed like code. The sandbox's clock is fast, so that documented waits take seconds.

mod bench;
mod flow;
mod hand_over;
#[cfg(unix)]
mod interrupt;
mod kill;
mod process;
mod recipe;
mod refusals;
mod rehearsal;
mod secrets;
mod signers;
mod snapshot;
mod waiting;
