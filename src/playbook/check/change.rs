//! What belongs to a change: waves, hold, checks before and after, undo, bounds.
//!
//! On a read each of these keys is a mistake: it would promise something that never happens.

use crate::playbook::check::Check;
use crate::playbook::check::call::READ_KEYS;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::model::{Change, LeaveOut, LeftOut, Portion, Precheck, Read, RestsOn, Undo};
use crate::playbook::raw::{Entry, Node, Raw};
use crate::playbook::text::MessageFormat;

pub(super) const CHANGE_KEYS: &[&str] = &[
    "waves",
    "hold",
    "max_failures",
    "concurrency",
    "rests_on",
    "precheck",
    "verify",
    "leave_out",
    "undo",
    "consequence",
    "at_most",
    "among",
];
/// Keys that speak of targets.
const NEEDS_TURNS: &[&str] = &["waves", "hold", "rests_on", "among"];
const DEFAULT_CONCURRENCY: usize = 8;

impl Check<'_> {
    /// The change's parts, and warnings about what it leaves open.
    pub(super) fn change(&mut self, fields: &Fields<'_>, sight: &Sight, outer: &Sight) -> Option<Change> {
        let change = self.change_parts(fields, sight, outer);
        if !fields.has("verify") {
            self.warning(
                "R0213",
                &fields.range,
                format!("{} is a change without `verify`", fields.what),
                "add a read that shows the effect; without it the outcome is `changed`, never `verified`",
            );
        }
        if !fields.has("undo") {
            self.warning(
                "R0214",
                &fields.range,
                format!("{} is a change without `undo`", fields.what),
                "write `undo: irreversible`, or `undo: {by_hand: …}` with what a person would do",
            );
        }
        change
    }

    pub(super) fn change_parts(
        &mut self,
        fields: &Fields<'_>,
        sight: &Sight,
        outer: &Sight,
    ) -> Option<Change> {
        self.needs_turns(fields);
        let waves = self.optional(fields, "waves", Self::waves);
        let hold = self.optional(fields, "hold", |check, node| check.hold(node, outer));
        let max_failures = self.optional(fields, "max_failures", |check, node| {
            check.portion(node, "`max_failures`", 0)
        });
        let concurrency = self.optional(fields, "concurrency", |check, node| {
            check.count(node, "`concurrency`", 1, 64)
        });
        let rests_on = self.optional(fields, "rests_on", |check, node| check.rests_on(node, fields));
        let precheck = self.optional(fields, "precheck", |check, node| check.precheck(node, sight));
        let after = match fields.get("precheck") {
            Some(precheck) => after_precheck(precheck, sight),
            None => sight.clone(),
        };
        let verify = self.optional(fields, "verify", |check, node| check.verify(node, &after));
        let leave_out = self.optional(fields, "leave_out", |check, node| check.leave_out(node, sight));
        let undo = self.optional(fields, "undo", Self::undo);
        let consequence = self.optional(fields, "consequence", |check, node| {
            check.message(node, "`consequence`", MessageFormat::Plain, sight)
        });
        let at_most = self.optional(fields, "at_most", |check, node| {
            check.count(node, "`at_most`", 1, 1_000_000)
        });
        let among = self.optional(fields, "among", |check, node| {
            check.expression(node, "`among`", outer)
        });
        Some(Change {
            waves: waves?.unwrap_or_default(),
            hold: hold?,
            max_failures: max_failures?.unwrap_or(Portion::Count(0)),
            concurrency: concurrency?.unwrap_or(DEFAULT_CONCURRENCY),
            rests_on: rests_on?.unwrap_or_default(),
            precheck: precheck?,
            verify: verify?,
            leave_out: leave_out?.unwrap_or_default(),
            undo: undo?.unwrap_or(Undo::NotSaid),
            consequence: consequence?,
            at_most: at_most?,
            among: among?,
        })
    }

    /// Keys of a change on a step that only reads.
    pub(super) fn no_change_keys(&mut self, fields: &Fields<'_>, kind: &str) {
        for key in CHANGE_KEYS {
            if let Some(entry) = fields.entry(key) {
                self.error_help(
                    "R0211",
                    &entry.key.range,
                    format!(
                        "`{key}` belongs to a change, but {} (`{kind}`) only reads",
                        fields.what
                    ),
                    "remove it",
                );
            }
        }
    }

    fn needs_turns(&mut self, fields: &Fields<'_>) {
        if fields.has("for_each") {
            return;
        }
        for key in NEEDS_TURNS {
            if let Some(entry) = fields.entry(key) {
                let code = if *key == "among" { "R0228" } else { "R0225" };
                self.error_help(
                    code,
                    &entry.key.range,
                    format!("`{key}` speaks of targets, but {} has no `for_each`", fields.what),
                    "add `for_each`, or remove it",
                );
            }
        }
    }

    fn waves(&mut self, node: &Node) -> Option<Vec<Portion>> {
        let items = self.list(node, "`waves`")?;
        let waves: Vec<Option<Portion>> = items
            .iter()
            .map(|item| self.portion(item, "an entry of `waves`", 1))
            .collect();
        let waves: Vec<Portion> = waves.into_iter().collect::<Option<_>>()?;
        let descends = waves.windows(2).position(|pair| match (pair[0], pair[1]) {
            (Portion::Count(a), Portion::Count(b)) => a >= b,
            (Portion::Percent(a), Portion::Percent(b)) => a >= b,
            // Which of the two is larger depends on how many targets there are; a share after a number is usual.
            (Portion::Count(_), Portion::Percent(_)) => false,
            (Portion::Percent(_), Portion::Count(_)) => true,
        });
        if let Some(at) = descends {
            self.error_help(
                "R0226",
                &self.visible(&items[at + 1]),
                format!("{} does not go beyond the wave before it", items[at + 1].found()),
                "waves count all targets so far, and grow: `[1, 10, 50%, 100%]`",
            );
            return None;
        }
        Some(waves)
    }

    fn rests_on(&mut self, node: &Node, fields: &Fields<'_>) -> Option<Vec<RestsOn>> {
        let items = self.list(node, "`rests_on`")?;
        let root = match fields.get("as") {
            Some(name) => name.text().unwrap_or_default(),
            None => "item".to_owned(),
        };
        let rests: Vec<Option<RestsOn>> = items
            .iter()
            .map(|item| self.rests_on_one(item, &root, fields))
            .collect();
        rests.into_iter().collect()
    }

    fn rests_on_one(&mut self, node: &Node, turn: &str, fields: &Fields<'_>) -> Option<RestsOn> {
        let text = self.plain_text(node, "an entry of `rests_on`")?;
        let range = self.visible(node);
        let mut names = text.split('.').map(str::to_owned);
        let root = names.next().unwrap_or_default();
        let path: Vec<String> = names.collect();
        if fields.has("for_each") && root != turn {
            self.error_help(
                "R0227",
                &range,
                format!("`rests_on` names `{root}`, expected what `for_each` binds: `{turn}`"),
                format!("write `{turn}.field`"),
            );
            return None;
        }
        if path.is_empty() || path.iter().any(|name| !is_field(name)) {
            self.error_help(
                "R0227",
                &range,
                format!("`{text}` names no field"),
                format!("write `{turn}.field`, with plain names"),
            );
            return None;
        }
        Some(RestsOn {
            root,
            path,
            span: self.span(&range),
        })
    }

    fn precheck(&mut self, node: &Node, sight: &Sight) -> Option<Precheck> {
        let keys: Vec<&str> = READ_KEYS
            .iter()
            .copied()
            .chain(["also", "skip_if", "because"])
            .collect();
        let fields = self.fields(node, "`precheck`", &keys)?;
        let read = self.read(&fields, sight);
        let also = self.optional(&fields, "also", |check, node| check.also(node, sight));
        let after = after_precheck(node, sight);
        let skip_if = self.optional(&fields, "skip_if", |check, node| {
            check.expression(node, "`skip_if`", &after)
        });
        let because = self.optional(&fields, "because", |check, node| {
            check.message(node, "`because`", MessageFormat::Plain, &after)
        });
        if let (false, Some(entry)) = (fields.has("skip_if"), fields.entry("because")) {
            self.error_help(
                "R0212",
                &entry.key.range,
                "`because` stands without `skip_if`",
                "add `skip_if`, or remove it",
            );
        }
        Some(Precheck {
            read: read?,
            also: also?.unwrap_or_default(),
            skip_if: skip_if?,
            because: because?,
        })
    }

    fn also(&mut self, node: &Node, sight: &Sight) -> Option<Vec<(String, Read)>> {
        let also = self.open_fields(node, "`also`")?;
        let (mut reads, mut complete) = (Vec::new(), true);
        for (_, entry) in also.iter() {
            let name = self
                .new_name(&entry.key, "a name of `also`")
                .filter(|name| self.hides_no_step(&entry.key, name, sight).is_some());
            let what = format!("the read `{}`", entry.name().unwrap_or_default());
            let read = self
                .fields(&entry.value, &what, READ_KEYS)
                .and_then(|fields| self.read(&fields, sight));
            match (name, read) {
                (Some(name), Some(read)) => reads.push((name, read)),
                _ => complete = false,
            }
        }
        complete.then_some(reads)
    }

    fn leave_out(&mut self, node: &Node, sight: &Sight) -> Option<Vec<LeaveOut>> {
        let items = self.list(node, "`leave_out`")?;
        let rules: Vec<Option<LeaveOut>> = items
            .iter()
            .map(|item| self.leave_out_rule(item, sight))
            .collect();
        rules.into_iter().collect()
    }

    fn leave_out_rule(&mut self, node: &Node, sight: &Sight) -> Option<LeaveOut> {
        let fields = self.fields(node, "a rule of `leave_out`", &["if", "outcome", "because"])?;
        let condition = self
            .required(&fields, "if")
            .and_then(|node| self.expression(node, "`if`", sight));
        let words = [
            ("protected", LeftOut::Protected),
            ("no_effect", LeftOut::NoEffect),
        ];
        let outcome = self
            .required(&fields, "outcome")
            .and_then(|node| self.word(node, "`outcome`", &words));
        let because = self
            .required(&fields, "because")
            .and_then(|node| self.message(node, "`because`", MessageFormat::Plain, sight));
        Some(LeaveOut {
            condition: condition?,
            outcome: outcome?,
            because: because?,
        })
    }

    fn undo(&mut self, node: &Node) -> Option<Undo> {
        if !matches!(node.raw, Raw::Map(_)) {
            self.word(node, "`undo`", &[("irreversible", ())])?;
            return Some(Undo::Irreversible);
        }
        let fields = self.fields(node, "`undo`", &["by_hand"])?;
        let text = self.required(&fields, "by_hand")?;
        self.plain_text(text, "`by_hand`")
            .map(|text| Undo::ByHand(text.trim().to_owned()))
    }
}

/// What may be seen once a `precheck` has read: `before`, and the names of `also`.
fn after_precheck(precheck: &Node, sight: &Sight) -> Sight {
    let also: Vec<String> = precheck
        .get("also")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(Entry::name)
        .collect();
    sight.with(also.iter().map(String::as_str).chain(["before"]))
}

fn is_field(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
