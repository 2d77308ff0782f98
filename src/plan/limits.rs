//! Whether a plan stays within the playbook's limits.
//!
//! A limit that is exceeded refuses the plan before anybody is asked to sign it (13).

use crate::plan::model::Totals;
use crate::playbook::model::Limits;

/// A limit that a plan exceeds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitExceeded {
    /// Too many targets.
    #[error("the plan touches up to {found} targets, `limits.targets` allows {allowed}")]
    Targets {
        /// Targets of actions and of deferred changes.
        found: u64,
        /// The limit.
        allowed: u64,
    },
    /// Too large a share of the tenant.
    #[error(
        "the plan touches up to {found} targets, `limits.tenant_percent: {percent}` allows {allowed} of {members} members"
    )]
    Share {
        /// Targets of actions and of deferred changes.
        found: u64,
        /// The limit.
        percent: u32,
        /// The limit as a number, rounded up.
        allowed: u64,
        /// Enabled, licensed members.
        members: u64,
    },
}

/// Checks the sums against the limits.
///
/// # Errors
/// The first limit that is exceeded.
pub fn check(limits: &Limits, totals: &Totals) -> Result<(), LimitExceeded> {
    let found = totals.targets + totals.deferred_targets;
    let allowed = limits.targets as u64;
    if found > allowed {
        return Err(LimitExceeded::Targets { found, allowed });
    }
    if let (Some(percent), Some(members)) = (limits.tenant_percent, totals.tenant_members) {
        let allowed = (members * u64::from(percent)).div_ceil(100);
        if found > allowed {
            return Err(LimitExceeded::Share {
                found,
                percent,
                allowed,
                members,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(targets: usize, tenant_percent: Option<u32>) -> Limits {
        Limits {
            targets,
            tenant_percent,
            span: None,
        }
    }

    fn totals(targets: u64, members: Option<u64>) -> Totals {
        Totals {
            targets,
            tenant_members: members,
            ..Totals::default()
        }
    }

    #[test]
    fn a_share_of_the_tenant_is_rounded_up() {
        let limits = limits(500, Some(5));
        assert_eq!(check(&limits, &totals(3, Some(41))), Ok(()));
        assert!(matches!(
            check(&limits, &totals(4, Some(41))),
            Err(LimitExceeded::Share { allowed: 3, .. })
        ));
    }

    #[test]
    fn deferred_targets_count_with_their_bound() {
        let mut totals = totals(3, None);
        totals.deferred_targets = 2;
        assert!(check(&limits(5, None), &totals).is_ok());
        assert!(check(&limits(4, None), &totals).is_err());
    }
}
