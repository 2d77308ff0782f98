//! A read inside another construct: `precheck`, `also`, `verify`, `hold`, `wait`.
//!
//! What stands in such a place must read: a change there would be outside the plan.

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::model::{Effect, Read};

/// The keys of a read, whatever it reads from.
pub(super) const READ_KEYS: &[&str] = &[
    "graph",
    "rest",
    "powershell",
    "query",
    "headers",
    "body",
    "pages",
    "expect",
    "accept",
    "with",
    "on",
];
const CALLS: &[(&str, &[&str])] = &[
    ("graph", &["query", "headers", "body", "pages", "expect"]),
    ("rest", &["accept", "expect"]),
    ("powershell", &["with", "on"]),
];

impl Check<'_> {
    /// The one call among the fields, with the keys that belong to it.
    fn one_call(&mut self, fields: &Fields<'_>) -> Option<(&'static str, &'static [&'static str])> {
        let present: Vec<_> = CALLS.iter().filter(|(call, _)| fields.has(call)).collect();
        match present.as_slice() {
            [one] => Some(**one),
            [] => {
                self.error_help(
                    "R0201",
                    &fields.range,
                    format!("{} reads nothing", fields.what),
                    "add `graph: GET …`, `rest: GET …` or `powershell: …`",
                );
                None
            }
            [(first, _), (second, _), ..] => {
                let entry = fields.entry(second).expect("it is present");
                self.error(
                    "R0202",
                    &entry.key.range,
                    format!("{} reads from `{first}` and `{second}` at once", fields.what),
                );
                None
            }
        }
    }

    /// A read, with what belongs to it among the fields.
    pub(super) fn read(&mut self, fields: &Fields<'_>, sight: &Sight) -> Option<Read> {
        let (call, own) = self.one_call(fields)?;
        for key in READ_KEYS {
            let is_call = CALLS.iter().any(|(call, _)| call == key);
            if let (false, false, Some(entry)) = (is_call, own.contains(key), fields.entry(key)) {
                self.error(
                    "R0212",
                    &entry.key.range,
                    format!("`{key}` does not belong to `{call}`"),
                );
            }
        }
        let node = fields.get(call)?;
        let (read, effect) = match call {
            "graph" => {
                let call = self.graph(node, fields, sight)?;
                let effect = self.graph_effect(&call);
                (Read::Graph(call), effect)
            }
            "rest" => (Read::Rest(self.rest(node, fields, sight)?), Effect::Read),
            "powershell" => {
                let call = self.powershell(node, fields, sight)?;
                let effect = call.effect;
                (Read::PowerShell(call), effect)
            }
            other => unreachable!("`{other}` is no call"),
        };
        if effect == Effect::Change {
            self.error_help(
                "R0215",
                &self.visible(node),
                format!("{} may change something, expected a read", fields.what),
                "use a GET, a POST that the catalogue lists as reading, or a template that reads",
            );
            return None;
        }
        Some(read)
    }
}
