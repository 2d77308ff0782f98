//! A run's notices on the terminal: calm lines, and a progress line only where somebody watches.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::command::going::Tell;
use crate::report::notice;
use crate::run::world::Notice;

/// Prints each line that is worth one; waits go into the progress line where there is a terminal.
pub fn live() -> Tell {
    let bar = if std::io::stderr().is_terminal() {
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is constant"));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    } else {
        ProgressBar::hidden()
    };
    Arc::new(move |told, labels| {
        let Some(line) = notice(told, labels) else {
            return;
        };
        match told {
            Notice::Waiting { .. } if !bar.is_hidden() => bar.set_message(line.trim().to_owned()),
            Notice::Waiting { .. } | Notice::Recorded(_) | Notice::Say(_) => {
                bar.suspend(|| println!("{line}"));
            }
        }
    })
}
