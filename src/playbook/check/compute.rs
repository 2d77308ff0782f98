//! `compute` and `assert`.
//!
//! Neither contacts anybody, so neither has turns: `map` and `filter` are their loops.

use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::model::{Assert, Compute, Otherwise};
use crate::playbook::raw::{Node, Raw};
use crate::playbook::text::MessageFormat;

impl Check<'_> {
    pub(super) fn compute(&mut self, node: &Node, sight: &Sight) -> Option<Compute> {
        if !matches!(node.raw, Raw::Map(_)) || node.looks_like_a_hole() {
            return self.expression(node, "`compute`", sight).map(Compute::One);
        }
        let fields = self.open_fields(node, "`compute`")?;
        let (mut named, mut complete, mut sight) = (Vec::new(), true, sight.clone());
        for (text, entry) in fields.iter() {
            let name = self.new_name(&entry.key, "a name of `compute`");
            if let Some(name) = &name {
                complete &= self.hides_no_step(&entry.key, name, &sight).is_some();
            }
            let expression = self.expression(&entry.value, &format!("`{text}`"), &sight);
            // Later ones may refer to it, whatever is wrong with it.
            sight = sight.with([text]);
            match (name, expression) {
                (Some(name), Some(expression)) => named.push((name, expression)),
                _ => complete = false,
            }
        }
        if named.is_empty() && complete {
            self.error(
                "R0122",
                &self.visible(node),
                "`compute` is empty, expected expressions",
            );
            return None;
        }
        complete.then_some(Compute::Named(named))
    }

    pub(super) fn assert(&mut self, node: &Node, fields: &Fields<'_>, sight: &Sight) -> Option<Assert> {
        let condition = self.expression(node, "`assert`", sight);
        let words = [("done", Otherwise::Done), ("fail", Otherwise::Fail)];
        let otherwise = self.optional(fields, "else", |check, node| check.word(node, "`else`", &words));
        let message = self
            .required(fields, "message")
            .and_then(|node| self.message(node, "`message`", MessageFormat::Plain, sight));
        Some(Assert {
            condition: condition?,
            otherwise: otherwise?.unwrap_or(Otherwise::Fail),
            message: message?,
        })
    }
}
