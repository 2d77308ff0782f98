//! One step: its common keys, its one kind, and whether it changes anything.
//!
//! Each kind's own keys are read in the file of that kind.

use std::ops::Range;

use crate::playbook::check::Check;
use crate::playbook::check::change::CHANGE_KEYS;
use crate::playbook::check::fields::{Fields, listed};
use crate::playbook::check::names::RESERVED;
use crate::playbook::check::scope::Sight;
use crate::playbook::model::{Change, Effect, ForEach, ListSource, OnError, Step, StepKind};
use crate::playbook::raw::{Node, Raw};
use crate::playbook::text::MessageFormat;
use crate::value::{Json, StepId};

const COMMON_KEYS: &[&str] = &["id", "title", "when", "for_each", "as", "on_error", "tags"];

/// Each kind, and the keys that belong to it alone.
const KINDS: &[(&str, &[&str])] = &[
    ("graph", &["query", "headers", "body", "pages", "expect"]),
    ("rest", &["accept", "expect"]),
    ("powershell", &["with", "on"]),
    ("compute", &[]),
    ("assert", &["else", "message"]),
    ("wait", &[]),
    ("output", &[]),
    ("approve", &[]),
];
const DEFAULT_TURN: &str = "item";

impl Check<'_> {
    pub(super) fn steps(&mut self, node: &Node) -> Option<Vec<Step>> {
        let items = self.list(node, "`steps`")?;
        if items.is_empty() {
            self.error(
                "R0240",
                &self.visible(node),
                "`steps` is empty, expected at least one step",
            );
            return None;
        }
        self.declare_steps(items);
        let steps: Vec<Option<Step>> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.step(item, index))
            .collect();
        steps.into_iter().collect()
    }

    /// Ids and `as` names first: texts may be told that a name stands later.
    fn declare_steps(&mut self, items: &[Node]) {
        for (index, item) in items.iter().enumerate() {
            let Some(id) = item.get("id").and_then(Node::text) else {
                self.steps_known = false;
                continue;
            };
            if let Some(turn) = turn_name(item) {
                self.turns.entry(turn).or_insert_with(|| id.clone());
            }
            self.steps.entry(id).or_insert(index);
        }
    }

    fn step(&mut self, node: &Node, index: usize) -> Option<Step> {
        let known: Vec<&str> = COMMON_KEYS
            .iter()
            .chain(CHANGE_KEYS)
            .copied()
            .chain(
                KINDS
                    .iter()
                    .flat_map(|(kind, keys)| std::iter::once(*kind).chain(keys.iter().copied())),
            )
            .collect();
        let mut fields = self.fields(node, "a step", &known)?;
        let id = self.step_id(&mut fields, index);
        let title = self.optional(&fields, "title", |check, node| check.plain_text(node, "`title`"));
        let on_error = self.optional(&fields, "on_error", |check, node| {
            check.word(
                node,
                "`on_error`",
                &[("stop", OnError::Stop), ("continue", OnError::Continue)],
            )
        });
        let tags = self.optional(&fields, "tags", |check, node| check.words(node, "`tags`"));
        let outer = Sight::of_step(index);
        let for_each = self.for_each(&fields, &outer);
        let sight = match fields.has("for_each").then(|| turn_name(node)).flatten() {
            Some(name) => outer.with([name.as_str()]),
            None => outer.clone(),
        };
        let when = self.optional(&fields, "when", |check, node| {
            check.expression(node, "`when`", &sight)
        });
        let (kind, change) = self.kind_and_change(&fields, &sight, &outer).unzip();
        let (id, id_range) = id?;
        Some(Step {
            id: StepId::new(id),
            title: title?,
            span: self.span(&id_range),
            kind: kind?,
            when: when?,
            for_each: for_each?,
            on_error: on_error?.unwrap_or(OnError::Stop),
            tags: tags?.unwrap_or_default(),
            change: change.flatten(),
        })
    }

    fn step_id(&mut self, fields: &mut Fields<'_>, index: usize) -> Option<(String, Range<usize>)> {
        let node = self.required(fields, "id")?;
        let range = self.visible(node);
        let id = self.new_name(node, "a step's `id`")?;
        fields.what = format!("the step `{id}`");
        fields.range = range.clone();
        if self.steps.get(&id).is_some_and(|first| *first < index) {
            self.error_help(
                "R0204",
                &range,
                format!("an earlier step has the id `{id}` too"),
                "give each step an id of its own",
            );
            return None;
        }
        Some((id, range))
    }

    /// What the step does; a change comes with what belongs to it.
    fn kind_and_change(
        &mut self,
        fields: &Fields<'_>,
        sight: &Sight,
        outer: &Sight,
    ) -> Option<(StepKind, Option<Change>)> {
        let name = self.one_kind(fields)?;
        self.keys_of_other_kinds(fields, name);
        let calls = matches!(name, "graph" | "rest" | "powershell");
        if let (false, Some(entry)) = (calls, fields.entry("for_each")) {
            self.error_help(
                "R0225",
                &entry.key.range,
                format!("`{name}` takes no `for_each`, expected only at `graph`, `rest` and `powershell`"),
                "use `map` or `filter` in an expression",
            );
        }
        let kind = self.kind(name, fields, sight);
        let effect = match &kind {
            Some(kind) => Some(self.effect_of(kind)),
            None if matches!(name, "graph" | "powershell") => None,
            None => Some(Effect::Read),
        };
        let change = match effect {
            Some(Effect::Change) => Some(self.change(fields, sight, outer)?),
            Some(Effect::Read) => {
                self.no_change_keys(fields, name);
                None
            }
            // The call could not be read: what belongs to a change is read for its own mistakes.
            None => {
                self.change_parts(fields, sight, outer);
                None
            }
        };
        Some((kind?, change))
    }

    fn kind(&mut self, name: &str, fields: &Fields<'_>, sight: &Sight) -> Option<StepKind> {
        let node = fields.get(name)?;
        match name {
            "graph" => self.graph(node, fields, sight).map(StepKind::Graph),
            "rest" => self.rest(node, fields, sight).map(StepKind::Rest),
            "powershell" => self.powershell(node, fields, sight).map(StepKind::PowerShell),
            "compute" => self.compute(node, sight).map(StepKind::Compute),
            "assert" => self.assert(node, fields, sight).map(StepKind::Assert),
            "wait" => self.wait(node, sight).map(StepKind::Wait),
            "output" => self.output(node, fields, sight).map(StepKind::Output),
            "approve" => self
                .message(node, "`approve`", MessageFormat::Plain, sight)
                .map(StepKind::Approve),
            other => unreachable!("`{other}` is no kind"),
        }
    }

    fn effect_of(&self, kind: &StepKind) -> Effect {
        match kind {
            StepKind::Graph(call) => self.graph_effect(call),
            StepKind::PowerShell(call) => call.effect,
            StepKind::Rest(_)
            | StepKind::Compute(_)
            | StepKind::Assert(_)
            | StepKind::Wait(_)
            | StepKind::Output(_)
            | StepKind::Approve(_) => Effect::Read,
        }
    }

    fn one_kind(&mut self, fields: &Fields<'_>) -> Option<&'static str> {
        let present: Vec<&'static str> = KINDS
            .iter()
            .map(|(kind, _)| *kind)
            .filter(|kind| fields.has(kind))
            .collect();
        match present.as_slice() {
            [one] => Some(one),
            [] => {
                self.error_help(
                    "R0201",
                    &fields.range,
                    format!("{} does nothing: it has no kind", fields.what),
                    format!("add one of {}", listed(KINDS.iter().map(|(kind, _)| *kind))),
                );
                None
            }
            [first, second, ..] => {
                let entry = fields.entry(second).expect("it is present");
                self.error_help(
                    "R0202",
                    &entry.key.range,
                    format!("{} is `{first}` and `{second}` at once", fields.what),
                    "split it into two steps",
                );
                None
            }
        }
    }

    fn keys_of_other_kinds(&mut self, fields: &Fields<'_>, kind: &str) {
        let own = KINDS
            .iter()
            .find(|(name, _)| *name == kind)
            .map_or(&[][..], |(_, keys)| keys);
        for (other, keys) in KINDS {
            for key in *keys {
                let Some(entry) = fields.entry(key) else { continue };
                let first_owner = KINDS
                    .iter()
                    .find(|(_, keys)| keys.contains(key))
                    .map(|(name, _)| *name);
                if !own.contains(key) && first_owner == Some(*other) {
                    self.error(
                        "R0212",
                        &entry.key.range,
                        format!("`{key}` belongs to `{other}`, but {} is `{kind}`", fields.what),
                    );
                }
            }
        }
    }

    #[expect(clippy::option_option, reason = "not there and not readable are two things")]
    fn for_each(&mut self, fields: &Fields<'_>, outer: &Sight) -> Option<Option<ForEach>> {
        let name = self.optional(fields, "as", |check, node| check.turn(node, outer));
        let Some(node) = fields.get("for_each") else {
            if let Some(entry) = fields.entry("as") {
                self.error_help(
                    "R0239",
                    &entry.key.range,
                    "`as` stands without `for_each`",
                    "add `for_each`, or remove `as`",
                );
            }
            return Some(None);
        };
        let over = match &node.raw {
            Raw::List(items) => self.literals(items, node).map(ListSource::Literal),
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) | Raw::Map(_) => self
                .expression(node, "`for_each`", outer)
                .map(ListSource::Expression),
        };
        Some(Some(ForEach {
            over: over?,
            name: name?.unwrap_or_else(|| DEFAULT_TURN.to_owned()),
        }))
    }

    /// An `as` name: it must not hide a step.
    fn turn(&mut self, node: &Node, outer: &Sight) -> Option<String> {
        let name = self.new_name(node, "`as`")?;
        self.hides_no_step(node, &name, outer)?;
        Some(name)
    }

    /// A name bound in one place must not be that of a step, nor bound there already.
    pub(super) fn hides_no_step(&mut self, node: &Node, name: &str, sight: &Sight) -> Option<()> {
        if sight.binds(name) {
            self.error_help(
                "R0205",
                &self.visible(node),
                format!("`{name}` is bound here already"),
                "choose another name",
            );
            return None;
        }
        if self.steps.get(name).is_some_and(|at| *at != sight.step) {
            self.error_help(
                "R0205",
                &self.visible(node),
                format!("`{name}` is the id of a step already"),
                "choose another name: two things of one name could not be told apart",
            );
            return None;
        }
        Some(())
    }

    /// `for_each: [inputs.a]` walks over the text `inputs.a`, which nobody means.
    fn looks_like_a_name(&mut self, item: &Node) {
        let Raw::Text(text) = &item.raw else { return };
        let root = text.split('.').next().unwrap_or_default();
        if RESERVED.contains(&root) && text.contains('.') || self.steps.contains_key(root) {
            self.warning(
                "R0127",
                &self.visible(item),
                format!("`{text}` is a constant text here, not what it is the name of"),
                format!("write an expression between quotes: `'[{text}]'`"),
            );
        }
    }

    fn literals(&mut self, items: &[Node], node: &Node) -> Option<Vec<Json>> {
        if items.is_empty() {
            self.error(
                "R0225",
                &self.visible(node),
                "`for_each` is an empty list, expected elements",
            );
            return None;
        }
        let mut literals = Vec::with_capacity(items.len());
        for item in items {
            if item.text().is_some_and(|text| text.contains("{{")) {
                self.error_help(
                    "R0126",
                    &self.visible(item),
                    "an element of a list of `for_each` has a hole, expected constant data",
                    "write `for_each` as an expression: `[inputs.a, inputs.b]` between quotes",
                );
                return None;
            }
            self.looks_like_a_name(item);
            literals.push(self.data(item));
        }
        Some(literals)
    }
}

/// The name that a step binds each element to.
fn turn_name(step: &Node) -> Option<String> {
    step.get("for_each")?;
    match step.get("as") {
        Some(name) => name.text(),
        None => Some(DEFAULT_TURN.to_owned()),
    }
}
