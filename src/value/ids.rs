//! Ids as types, so that a step cannot be mistaken for a target.
//!
//! Randomness is an argument: nothing here makes an id up.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; checking it is the business of whoever reads it in.
            pub fn new(text: impl Into<String>) -> Self {
                $name(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// The `id` of a step in its playbook.
    StepId
);
text_id!(
    /// What a target is known by: an object id, a server's name; `-` where a step has no `for_each`.
    TargetId
);
text_id!(
    /// Step id, target id and ordinal, joined by `/`.
    ActionId
);
text_id!(
    /// A run: `20261123T101500Z-3f9a1c` (start time and six random hexadecimal digits).
    RunId
);
text_id!(
    /// An installation's ledger: 32 random hexadecimal digits.
    LedgerId
);
text_id!(
    /// A tenant's directory id, a GUID in lower case.
    TenantId
);
text_id!(
    /// 128 random bits in hexadecimal: makes two plans with the same content two plans.
    Nonce
);

impl ActionId {
    /// Joins the three parts; `ordinal` counts from 1 within the step.
    pub fn of(step: &StepId, target: &TargetId, ordinal: usize) -> Self {
        ActionId(format!("{step}/{target}/{ordinal}"))
    }
}
