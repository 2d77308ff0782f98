//! `wait`, and the bounded watch that `verify` and `hold` are made of too.
//!
//! A watch is never endless: it has a `within`.

use std::time::Duration;

use crate::playbook::check::Check;
use crate::playbook::check::call::READ_KEYS;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::model::{Hold, Wait, Watch};
use crate::playbook::raw::{Node, Raw};
use crate::playbook::text::MessageFormat;

const WATCH_KEYS: &[&str] = &["until", "every", "within"];
/// The shortest time between two reads of a watch.
const SHORTEST: Duration = Duration::from_secs(1);

/// What a watch is used for: decides its default times.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Watching {
    /// A `wait` step, a `hold`.
    People,
    /// A `verify`: the service needs seconds.
    Effect,
}

impl Watching {
    fn every(self) -> Duration {
        match self {
            Watching::People => Duration::from_secs(60),
            Watching::Effect => Duration::from_secs(15),
        }
    }

    fn within(self) -> Duration {
        match self {
            Watching::People => Duration::from_secs(30 * 60),
            Watching::Effect => Duration::from_secs(10 * 60),
        }
    }
}

impl Check<'_> {
    pub(super) fn wait(&mut self, node: &Node, sight: &Sight) -> Option<Wait> {
        if !matches!(node.raw, Raw::Map(_)) {
            return self.duration(node, "`wait`").map(Wait::For);
        }
        let keys: Vec<&str> = READ_KEYS.iter().chain(WATCH_KEYS).copied().collect();
        let fields = self.fields(node, "`wait`", &keys)?;
        self.watch(&fields, Watching::People, sight, sight)
            .map(Wait::Until)
    }

    /// `verify`: sees what the `precheck` read.
    pub(super) fn verify(&mut self, node: &Node, sight: &Sight) -> Option<Watch> {
        let keys: Vec<&str> = READ_KEYS.iter().chain(WATCH_KEYS).copied().collect();
        let fields = self.fields(node, "`verify`", &keys)?;
        self.watch(&fields, Watching::Effect, sight, sight)
    }

    /// `hold: approve`, or a watch, a message, or both.
    pub(super) fn hold(&mut self, node: &Node, sight: &Sight) -> Option<Hold> {
        if !matches!(node.raw, Raw::Map(_)) {
            self.word(node, "`hold`", &[("approve", ())])?;
            return Some(Hold {
                watch: None,
                message: None,
            });
        }
        let keys: Vec<&str> = READ_KEYS
            .iter()
            .chain(WATCH_KEYS)
            .copied()
            .chain(["message"])
            .collect();
        let fields = self.fields(node, "`hold`", &keys)?;
        let sight = sight.with(["wave"]);
        let message = self.optional(&fields, "message", |check, node| {
            check.message(node, "`message`", MessageFormat::Plain, &sight)
        });
        let watches = READ_KEYS.iter().chain(WATCH_KEYS).any(|key| fields.has(key));
        let watch = if watches {
            Some(self.watch(&fields, Watching::People, &sight, &sight)?)
        } else {
            None
        };
        Some(Hold {
            watch,
            message: message?,
        })
    }

    fn watch(
        &mut self,
        fields: &Fields<'_>,
        watching: Watching,
        read: &Sight,
        until: &Sight,
    ) -> Option<Watch> {
        let until = until.with(["result"]);
        let read = self.read(fields, read);
        let condition = self
            .required(fields, "until")
            .and_then(|node| self.expression(node, "`until`", &until));
        let every = self.optional(fields, "every", |check, node| check.duration(node, "`every`"));
        let within = self.optional(fields, "within", |check, node| check.duration(node, "`within`"));
        let (every, within) = (
            every?.unwrap_or_else(|| watching.every()),
            within?.unwrap_or_else(|| watching.within()),
        );
        if every < SHORTEST || within < every {
            let wrong = fields.entry("every").or(fields.entry("within"));
            let range = wrong.map_or(fields.range.clone(), |entry| self.visible(&entry.value));
            self.error_help(
                "R0243",
                &range,
                format!(
                    "{} reads more rarely than it lasts, or more than once a second",
                    fields.what
                ),
                "`every` is at least `1s` and at most `within`",
            );
            return None;
        }
        Some(Watch {
            read: read?,
            until: condition?,
            every,
            within,
        })
    }
}
