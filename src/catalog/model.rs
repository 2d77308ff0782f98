//! The shape of one entry of the catalogue.
//!
//! Holds no entry: they are in `calls.rs`.

use std::time::Duration;

/// What is known of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// In capitals.
    pub method: &'static str,
    /// Path without version and query, `{}` for a hole: `/users/{}/revokeSignInSessions`.
    pub pattern: &'static str,
    /// Reads or changes.
    pub effect: Effect,
    /// What sending it twice does.
    pub repeat: Repeat,
    /// A look-up that shows no effect proves nothing before this long after sending.
    pub settle: Duration,
    /// Whose limits it counts against.
    pub workload: Workload,
    /// What it costs in resource units of the identity service
    /// (<https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits>); else 1.
    pub units: u32,
    /// The path under which its target can be read again, with one `{}` for the target's id.
    pub target: Option<&'static str>,
    /// The least delegated permission; several joined by ` + `.
    pub delegated: &'static str,
    /// The least application permission; several joined by ` + `.
    pub application: &'static str,
    /// Where Microsoft documents the call.
    pub source: &'static str,
    /// One line for people.
    pub summary: &'static str,
}

/// The effect of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Only reads.
    Read,
    /// Changes something.
    Change,
}

/// What sending the same call twice does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The second one leaves everything as the first one left it.
    Harmless,
    /// The second one does something more, or nobody knows: look first.
    LookUpFirst,
}

/// A part of the service with limits of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Workload {
    /// Directory reads, counted in resource units.
    IdentityRead,
    /// Directory writes.
    IdentityWrite,
    /// Sign-ins, audits, authentication methods.
    IdentityReports,
    /// `signInActivity` of users.
    SignInActivity,
    /// Conditional Access and identity protection.
    ConditionalAccess,
    /// Service health and messages.
    ServiceCommunications,
    /// Exchange Online mailboxes.
    Mailbox,
    /// Microsoft 365 usage reports.
    UsageReports,
    /// Intune reads.
    IntuneRead,
    /// Intune writes.
    IntuneWrite,
    /// Whatever has no documented limit of its own.
    Other,
}
