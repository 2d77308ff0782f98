//! The top of a playbook: everything but its inputs and steps, and the order in which the parts are read.
//!
//! Names are declared first, texts are read after, so that order in the file does not matter where it means
//! nothing.

use std::time::Duration;

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::names::is_playbook_id;
use crate::playbook::model::{ChangePolicy, Limits, Playbook, Protect};
use crate::playbook::raw::{Node, Raw};
use crate::value::Json;

const KEYS: &[&str] = &[
    "redress",
    "id",
    "title",
    "description",
    "inputs",
    "limits",
    "protect",
    "change",
    "tables",
    "steps",
];
const VERSION: u64 = 1;
/// Targets of one plan where a playbook does not say.
const DEFAULT_TARGETS: usize = 500;
const DEFAULT_APPROVALS: usize = 1;
const DEFAULT_VALID_FOR: Duration = Duration::from_secs(8 * 60 * 60);
/// A week: what was read longer ago is no preview any more.
const LONGEST_VALID_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Check<'_> {
    pub(super) fn playbook(&mut self, tree: &Node) -> Option<Playbook> {
        if tree.raw == Raw::Null {
            self.error_help(
                "R0110",
                &(0..0),
                "the file is empty, expected a playbook",
                "begin with `redress: 1`, `id`, `title` and `steps`",
            );
            return None;
        }
        let top = self.fields(tree, "the playbook", KEYS)?;
        self.version(&top);
        let id = self.required(&top, "id").and_then(|node| self.playbook_id(node));
        let title = self
            .required(&top, "title")
            .and_then(|node| self.plain_text(node, "`title`"));
        let description = self.optional(&top, "description", |check, node| {
            check.plain_text(node, "`description`")
        });
        let inputs = top
            .get("inputs")
            .map_or(Some(Vec::new()), |node| self.inputs(node));
        self.inputs_known = inputs.is_some();
        let limits = top
            .get("limits")
            .map_or_else(|| Some(default_limits()), |node| self.limits(node));
        let protect = top
            .get("protect")
            .map_or_else(|| Some(Protect::default()), |node| self.protect(node));
        let change = top
            .get("change")
            .map_or_else(|| Some(default_policy()), |node| self.change_policy(node));
        self.has_tables = top.has("tables");
        let tables = top.get("tables").map_or(Json::Null, |node| self.tables(node));
        let steps = self.required(&top, "steps").and_then(|node| self.steps(node));
        self.unused_inputs();
        Some(Playbook {
            source: self.file.clone(),
            id: id?,
            title: title?,
            description: description?.unwrap_or_default().trim().to_owned(),
            inputs: inputs?,
            limits: limits?,
            protect: protect?,
            change: change?,
            tables,
            steps: steps?,
            templates: std::mem::take(&mut self.scripts).into_values().collect(),
        })
    }

    /// `Some(None)` where the key is not there, `None` where its value is a mistake.
    #[expect(clippy::option_option, reason = "not there and not readable are two things")]
    pub(super) fn optional<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        read: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<Option<T>> {
        match fields.get(key) {
            None => Some(None),
            Some(node) => read(self, node).map(Some),
        }
    }

    fn version(&mut self, top: &Fields<'_>) {
        let Some(node) = self.required(top, "redress") else {
            return;
        };
        if !matches!(&node.raw, Raw::Number(number, _) if number.as_u64() == Some(VERSION)) {
            self.error_help(
                "R0118",
                &self.visible(node),
                format!("the language version is {}, expected `1`", node.found()),
                "write `redress: 1`, or use a newer redress",
            );
        }
    }

    fn playbook_id(&mut self, node: &Node) -> Option<String> {
        let text = self.plain_text(node, "`id`")?;
        if !is_playbook_id(&text) {
            self.error(
                "R0119",
                &self.visible(node),
                format!(
                    "`id` is {}, expected lower-case words joined by `-`",
                    node.found()
                ),
            );
            return None;
        }
        Some(text)
    }

    fn limits(&mut self, node: &Node) -> Option<Limits> {
        let fields = self.fields(node, "`limits`", &["targets", "tenant_percent"])?;
        let targets = self.optional(&fields, "targets", |check, node| {
            check.count(node, "`targets`", 1, 1_000_000)
        });
        let percent = self.optional(&fields, "tenant_percent", |check, node| {
            check.count(node, "`tenant_percent`", 1, 100)
        });
        Some(Limits {
            targets: targets?.unwrap_or(DEFAULT_TARGETS),
            tenant_percent: percent?.and_then(|percent| u32::try_from(percent).ok()),
            span: Some(self.span(&fields.range)),
        })
    }

    fn protect(&mut self, node: &Node) -> Option<Protect> {
        let fields = self.fields(node, "`protect`", &["groups", "users"])?;
        let groups = self.optional(&fields, "groups", |check, node| {
            check.object_ids(node, "`groups`")
        });
        let users = self.optional(&fields, "users", |check, node| check.object_ids(node, "`users`"));
        Some(Protect {
            groups: groups?.unwrap_or_default(),
            users: users?.unwrap_or_default(),
            span: Some(self.span(&fields.range)),
        })
    }

    fn object_ids(&mut self, node: &Node, what: &str) -> Option<Vec<String>> {
        let items = self.list(node, what)?;
        let ids: Vec<Option<String>> = items.iter().map(|item| self.object_id(item, what)).collect();
        ids.into_iter().collect()
    }

    fn object_id(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = self.plain_text(node, &format!("an entry of {what}"))?;
        if uuid::Uuid::try_parse(&text).is_ok() && text.len() == 36 {
            return Some(text.to_lowercase());
        }
        self.error_help(
            "R0237",
            &self.visible(node),
            format!("an entry of {what} is `{text}`, expected an object id"),
            "names can be given to somebody else, so only object ids protect",
        );
        None
    }

    fn change_policy(&mut self, node: &Node) -> Option<ChangePolicy> {
        let fields = self.fields(node, "`change`", &["approvals", "valid_for"])?;
        let approvals = self.optional(&fields, "approvals", |check, node| {
            check.count(node, "`approvals`", 1, 10)
        });
        let valid_for = self.optional(&fields, "valid_for", Self::valid_for);
        Some(ChangePolicy {
            approvals: approvals?.unwrap_or(DEFAULT_APPROVALS),
            valid_for: valid_for?.unwrap_or(DEFAULT_VALID_FOR),
        })
    }

    fn valid_for(&mut self, node: &Node) -> Option<Duration> {
        let duration = self.duration(node, "`valid_for`")?;
        if duration.is_zero() || duration > LONGEST_VALID_FOR {
            self.error(
                "R0116",
                &self.visible(node),
                format!(
                    "`valid_for` is {}, expected more than nothing and at most `7d`",
                    node.found()
                ),
            );
            return None;
        }
        Some(duration)
    }

    fn tables(&mut self, node: &Node) -> Json {
        if !matches!(node.raw, Raw::Map(_)) {
            self.expected(node, &format!("`tables` is {}, expected a mapping", node.found()));
            return Json::Null;
        }
        self.data(node)
    }

    fn unused_inputs(&mut self) {
        // A step that could not be read may be the one that uses it.
        if self
            .found
            .iter()
            .any(|d| d.severity == crate::diagnostic::Severity::Error)
        {
            return;
        }
        let unused: Vec<_> = self
            .inputs
            .iter()
            .filter(|(name, _)| !self.inputs_used.contains(*name))
            .map(|(name, range)| (name.clone(), range.clone()))
            .collect();
        for (name, range) in unused {
            self.warning(
                "R0209",
                &range,
                format!("the input `{name}` is never used"),
                "remove it, or refer to it as `inputs.NAME`",
            );
        }
    }
}

fn default_limits() -> Limits {
    Limits {
        targets: DEFAULT_TARGETS,
        tenant_percent: None,
        span: None,
    }
}

fn default_policy() -> ChangePolicy {
    ChangePolicy {
        approvals: DEFAULT_APPROVALS,
        valid_for: DEFAULT_VALID_FOR,
    }
}
