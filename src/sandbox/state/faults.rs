//! Which request meets which fault: matching requests are counted as they arrive.
//!
//! Does not act on a fault; the server does.

use crate::sandbox::tenant::model::{Fault, FaultKind};

/// All faults, with how many matching requests each has seen.
#[derive(Debug, Default)]
pub struct Faults {
    faults: Vec<(Fault, u32)>,
}

impl Faults {
    /// Nothing seen yet.
    pub fn new(faults: Vec<Fault>) -> Self {
        Faults {
            faults: faults.into_iter().map(|fault| (fault, 0)).collect(),
        }
    }

    /// One more; it counts from now.
    pub fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    /// Counts a request, and says what it meets.
    pub fn meet(&mut self, method: &str, path: &[String], user: Option<&str>) -> Option<FaultKind> {
        let mut met = None;
        for (fault, seen) in &mut self.faults {
            if !matches(fault, method, path, user) {
                continue;
            }
            *seen += 1;
            let due = *seen >= fault.nth && *seen - fault.nth < fault.times;
            if due && met.is_none() {
                met = Some(fault.kind);
            }
        }
        met
    }
}

fn matches(fault: &Fault, method: &str, path: &[String], user: Option<&str>) -> bool {
    let about = fault.user.as_deref().is_none_or(|wanted| Some(wanted) == user);
    about
        && fault.method == method
        && fault.path.len() == path.len()
        && fault.path.iter().zip(path).all(|(wanted, found)| {
            (wanted.starts_with('{') && wanted.ends_with('}')) || wanted.eq_ignore_ascii_case(found)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn a_fault_meets_the_nth_matching_request_and_no_other() {
        let mut faults = Faults::new(vec![Fault {
            method: "POST".to_owned(),
            path: path("users/{id}/revokeSignInSessions"),
            user: None,
            nth: 2,
            times: 2,
            kind: FaultKind::CutAfter,
        }]);
        let mut meet = |method: &str, url: &str| faults.meet(method, &path(url), None).is_some();
        assert!(!meet("POST", "users/a/revokeSignInSessions"));
        assert!(!meet("GET", "users/b/revokeSignInSessions"));
        assert!(!meet("POST", "users/b"));
        assert!(meet("POST", "users/b/revokeSignInSessions"));
        assert!(meet("POST", "users/b/revokesigninsessions"));
        assert!(!meet("POST", "users/b/revokeSignInSessions"));
    }

    #[test]
    fn a_fault_about_one_user_leaves_the_others_alone() {
        let mut faults = Faults::default();
        faults.add(Fault {
            method: "GET".to_owned(),
            path: path("users/{id}"),
            user: Some("anna".to_owned()),
            nth: 1,
            times: 1,
            kind: FaultKind::CutBefore,
        });
        assert_eq!(faults.meet("GET", &path("users/x"), Some("bo")), None);
        assert_eq!(
            faults.meet("GET", &path("users/y"), Some("anna")),
            Some(FaultKind::CutBefore)
        );
    }
}
