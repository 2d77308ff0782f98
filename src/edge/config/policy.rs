//! The installation's policy, and whose it is.
//!
//! Applies it to nothing: plans carry its digest, and whoever plans asks it.

use serde_json::json;

use crate::value::Digest;
use crate::value::canonical;

/// What the installation asks of every plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Persons that must sign each plan, whatever its playbook says less.
    pub approvals: usize,
    /// POST requests that only read: `POST /security/runHuntingQuery`; sorted.
    pub reading_posts: Vec<String>,
}

/// Whose policy it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyBy {
    /// Whoever runs the program chose it.
    Operator,
    /// It stands in the machine-wide file.
    Machine,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            approvals: 1,
            reading_posts: Vec::new(),
        }
    }
}

impl Policy {
    /// SHA-256 of its canonical form.
    pub fn digest(&self) -> Digest {
        let json = json!({
            "v": 1,
            "approvals": self.approvals,
            "reading_posts": self.reading_posts,
        });
        canonical::digest(&json).expect("the number of approvals is checked to be small")
    }
}

impl PolicyBy {
    /// As written in plans: `operator` or `machine`.
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyBy::Operator => "operator",
            PolicyBy::Machine => "machine",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_follows_every_part_of_the_policy() {
        let base = Policy::default();
        let more = Policy {
            approvals: 2,
            ..base.clone()
        };
        let posts = Policy {
            reading_posts: vec!["POST /x".to_owned()],
            ..base.clone()
        };
        assert_ne!(base.digest(), more.digest());
        assert_ne!(base.digest(), posts.digest());
        assert_eq!(base.digest(), Policy::default().digest());
    }
}
