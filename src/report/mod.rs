//! Plans, events, runs and diagnostics → text for people. One format a file.
//!
//! Decides nothing and prints nothing: everything here returns text.

pub mod diagnostic;
mod event;
mod plan;
mod run;
mod titles;
mod visible;

pub use event::{Labels, labels, notice};
pub use plan::{Lines, plan, texts};
pub use run::{RunReport, report};
pub use visible::visible_lines;

use crate::diagnostic::Diagnostic;

/// Diagnostics as text without colours.
pub fn diagnostics(of: &[Diagnostic]) -> String {
    diagnostic::render(of, diagnostic::Style::Plain)
}
