//! Pauses, artefacts and gates as lines of the plan.
//!
//! Says what the run will come to; does none of it.

use crate::plan::model::Ahead;
use crate::playbook::expression::format_duration;
use crate::playbook::model::Show;
use crate::program::model::{GateAsk, OutputAsk, Pause};
use crate::program::watch::WaitAsk;

pub(super) fn wait(ask: &WaitAsk) -> Ahead {
    let (what, text, seconds) = match &ask.pause {
        Pause::For(duration) => ("wait", format_duration(*duration), duration.as_secs()),
        Pause::Until(watch) => (
            "watch",
            format!(
                "{}, every {}, at most {}",
                watch.request.headline(),
                format_duration(watch.every),
                format_duration(watch.within)
            ),
            watch.within.as_secs(),
        ),
    };
    Ahead {
        step: ask.step.clone(),
        what: what.to_owned(),
        text,
        seconds: Some(seconds),
        content: None,
    }
}

pub(super) fn output(ask: &OutputAsk) -> Ahead {
    Ahead {
        step: ask.step.clone(),
        what: "output".to_owned(),
        text: ask.file.clone(),
        seconds: None,
        content: match ask.show {
            Show::Yes => Some(String::from_utf8_lossy(&ask.content).into_owned()),
            Show::No => None,
        },
    }
}

pub(super) fn gate(ask: &GateAsk) -> Ahead {
    Ahead {
        step: ask.step.clone(),
        what: "gate".to_owned(),
        text: ask.message.clone(),
        seconds: None,
        content: None,
    }
}
