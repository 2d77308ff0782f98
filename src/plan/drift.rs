//! What counts as drift: a field that a change rests on differs from what the plan observed.
//!
//! Fields are compared as JSON values. A field that is missing now counts as null, because Graph leaves out
//! null properties that were not asked for by name; lists compare in order. Reads nothing.

use serde::{Deserialize, Serialize};

use crate::program::precheck::Rested;
use crate::value::Json;

/// One field that drifted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// `accountEnabled`.
    pub field: String,
    /// What the plan observed.
    pub observed: Json,
    /// What is there now.
    pub now: Json,
}

/// The fields of `rests_on` that differ in `now`; empty: no drift.
pub fn differences(rests_on: &[Rested], now: &Json) -> Vec<Difference> {
    rests_on
        .iter()
        .filter_map(|rested| {
            let found = rested
                .path
                .iter()
                .try_fold(now, |value, key| value.get(key))
                .unwrap_or(&Json::Null);
            (*found != rested.observed).then(|| Difference {
                field: rested.path.join("."),
                observed: rested.observed.clone(),
                now: found.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rested(path: &str, observed: Json) -> Rested {
        Rested {
            path: path.split('.').map(str::to_owned).collect(),
            observed,
        }
    }

    #[test]
    fn only_fields_that_the_change_rests_on_count() {
        let now = json!({"accountEnabled": true, "jobTitle": "changed"});
        assert_eq!(differences(&[rested("accountEnabled", json!(true))], &now), []);
    }

    #[test]
    fn a_changed_or_missing_field_is_named_with_both_values() {
        let now = json!({"profile": {"kind": "b"}});
        let found = differences(
            &[
                rested("profile.kind", json!("a")),
                rested("userType", json!("Member")),
                rested("mail", Json::Null),
            ],
            &now,
        );
        let fields: Vec<_> = found.iter().map(|d| (d.field.as_str(), &d.now)).collect();
        assert_eq!(fields, [("profile.kind", &json!("b")), ("userType", &Json::Null)]);
    }
}
