//! The state of a running sandbox, for whoever started it.
//!
//! Looks and adds faults; changes nothing in the tenant.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::sandbox::server::desk::Desk;
use crate::sandbox::state::journal::Entry;
use crate::sandbox::tenant::model::Fault;
use crate::value::Timestamp;

/// A handle; clones look at the same sandbox.
#[derive(Clone, Debug)]
pub struct StateHandle {
    desk: Arc<Desk>,
}

impl StateHandle {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        StateHandle { desk }
    }

    /// All requests so far, in order of arrival.
    pub fn journal(&self) -> Vec<Entry> {
        self.desk.inner().journal.entries().to_vec()
    }

    /// Effective revocations by UPN.
    pub fn revocations(&self) -> BTreeMap<String, usize> {
        self.desk.inner().journal.revocations()
    }

    /// Something goes wrong from now on; matching requests are counted from now.
    pub fn add_fault(&self, fault: Fault) {
        self.desk.inner().faults.add(fault);
    }

    /// The sandbox's present.
    pub fn now(&self) -> Timestamp {
        self.desk.clock().now()
    }
}
