//! Titles of steps, from the playbook's text that a plan carries.
//!
//! Checks nothing: what cannot be read has no title.

use std::collections::HashMap;

use crate::value::{Json, StepId};

/// Step → its title.
pub(super) fn titles(playbook: &str) -> HashMap<StepId, String> {
    let Ok(text) = serde_yaml::from_str::<Json>(playbook) else {
        return HashMap::new();
    };
    let steps = text.get("steps").and_then(Json::as_array).into_iter().flatten();
    steps.filter_map(titled).collect()
}

fn titled(step: &Json) -> Option<(StepId, String)> {
    let text = |key: &str| step.get(key).and_then(Json::as_str);
    Some((StepId::new(text("id")?), text("title")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_its_title_and_a_text_that_is_no_playbook_has_none() {
        let found = titles("steps:\n  - {id: one, title: The first}\n  - {id: two}\n");
        assert_eq!(
            found.get(&StepId::new("one")).map(String::as_str),
            Some("The first")
        );
        assert_eq!(found.len(), 1);
        assert!(titles("- [").is_empty());
    }
}
