//! Constant data: `tables`, defaults, list literals; and the check that its keys are texts and stand once.
//!
//! Knows no holes; [`super::texts`] does.

use crate::playbook::check::Check;
use crate::playbook::raw::{Node, Raw};
use crate::value::{Json, canonical};

impl Check<'_> {
    /// A value as JSON, with its keys checked all the way down.
    pub(super) fn data(&mut self, node: &Node) -> Json {
        self.data_keys(node);
        let mut json = node.json();
        canonical::make_exact(&mut json);
        json
    }

    fn data_keys(&mut self, node: &Node) {
        match &node.raw {
            Raw::List(items) => items.iter().for_each(|item| self.data_keys(item)),
            Raw::Map(_) => {
                let Some(fields) = self.open_fields(node, "the data") else {
                    return;
                };
                for (_, entry) in fields.iter() {
                    self.data_keys(&entry.value);
                }
            }
            Raw::Null | Raw::Bool(_) | Raw::Number(..) | Raw::Text(_) => {}
        }
    }
}
