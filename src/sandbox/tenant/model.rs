//! A tenant file that has been checked: every name stands for somebody, every time is a time.
//!
//! Made only by [`parse`](super::parse). What happens to the tenant while it is served lives in
//! [`state`](crate::sandbox::state).

use std::time::Duration;

use serde::Deserialize;

use crate::value::{Json, TenantId, Timestamp};

/// Graph's fields of an object.
pub type Fields = serde_json::Map<String, Json>;

/// A simulated tenant, as it is at its start.
#[derive(Clone, Debug)]
pub struct TenantFile {
    /// Directory id.
    pub id: TenantId,
    /// Display name of the organisation.
    pub name: String,
    /// Default domain.
    pub domain: String,
    /// Where the sandbox's clock starts.
    pub start: Timestamp,
    /// Whether sign-in logs may be read (Entra ID P1 or P2).
    pub premium: bool,
    /// The one app registration.
    pub app: App,
    /// `rehearse: {inputs}`.
    pub inputs: Fields,
    /// Everybody, the made-up members last.
    pub users: Vec<User>,
    /// Groups with their direct members.
    pub groups: Vec<Group>,
    /// Service principals.
    pub service_principals: Vec<Json>,
    /// Service health issues.
    pub issues: Vec<Json>,
    /// Conditional Access policies.
    pub conditional_access: Vec<Json>,
    /// What the audit log held before the start.
    pub audits: Vec<Json>,
    /// Rules from which sign-ins are made.
    pub sign_ins: Vec<SignInRule>,
    /// The Exchange side, if there is one.
    pub exchange: Option<Exchange>,
    /// How late effects become visible.
    pub lags: Lags,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Whether the documented limits are kept.
    pub throttling: Throttling,
}

/// The app registration that signs in.
#[derive(Clone, Debug)]
pub struct App {
    /// Client id, a GUID in lower case.
    pub client_id: String,
    /// Display name.
    pub name: String,
    /// Granted application permissions.
    pub roles: Vec<String>,
}

impl App {
    /// Whether one of the permissions is granted; none asked for means that none is needed.
    pub fn has_any(&self, roles: &[&str]) -> bool {
        roles.is_empty() || self.roles.iter().any(|granted| roles.contains(&granted.as_str()))
    }
}

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// Object id, in lower case.
    pub id: String,
    /// As written.
    pub upn: String,
    /// All of Graph's fields, with `id` and `userPrincipalName`.
    pub fields: Fields,
    /// Where the mailbox is.
    pub mailbox: Mailbox,
    /// Graph's `userPurpose`.
    pub purpose: String,
    /// Whether a second method is registered.
    pub mfa: bool,
    /// Member or guest.
    pub user_type: UserType,
}

/// Graph's `userType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum UserType {
    /// One's own people.
    #[default]
    Member,
    /// Signs in at a home tenant elsewhere.
    Guest,
}

/// Where a mailbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mailbox {
    /// Exchange Online.
    Cloud,
    /// The organisation's own Exchange.
    OnPremises,
    /// Nowhere.
    None,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Object id, in lower case.
    pub id: String,
    /// All of Graph's fields.
    pub fields: Fields,
    /// Direct members.
    pub members: Vec<Member>,
}

/// A direct member of a group: an index into the tenant's users or groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    /// A user.
    User(usize),
    /// A nested group.
    Group(usize),
}

/// An application that signs in, or is signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownApp {
    /// Application id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// When something begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// At an instant.
    At(Timestamp),
    /// So long after the first revocation of the user's sessions.
    Revoked(Duration),
    /// So long after the first refresh on the Exchange side.
    Refreshed(Duration),
}

/// A rule from which sign-ins are made.
#[derive(Clone, Debug)]
pub struct SignInRule {
    /// Whose; indexes into the tenant's users.
    pub users: Vec<usize>,
    /// The client.
    pub app: KnownApp,
    /// What it signs in to.
    pub resource: KnownApp,
    /// AADSTS number; 0 is a success.
    pub code: u32,
    /// `failureReason`, where it is not the code's own.
    pub reason: Option<String>,
    /// `additionalDetails`.
    pub details: Option<String>,
    /// The first one.
    pub from: Moment,
    /// Time between two; `None`: only one.
    pub every: Option<Duration>,
    /// None at or after this.
    pub until: Option<Moment>,
    /// None before this.
    pub after: Option<Moment>,
    /// How many each time.
    pub count_per: u32,
    /// Interactive, or made by a client alone.
    pub interactive: bool,
    /// `deviceDetail`.
    pub device: Json,
    /// `clientAppUsed`.
    pub client_app: String,
    /// `location`.
    pub location: Json,
    /// `ipAddress`; `None`: made from the user's id.
    pub ip: Option<String>,
    /// `appliedConditionalAccessPolicies`.
    pub policies: Vec<Json>,
    /// `conditionalAccessStatus`.
    pub conditional_access: &'static str,
    /// Beta's `incomingTokenType`.
    pub token_type: String,
}

/// The Exchange side at its start.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Exchange's fields, with `{tenant}` and `{origin}` still in them.
    pub auth_servers: Vec<Json>,
    /// Base64 certificates of the federation metadata.
    pub published_certificates: Vec<String>,
    /// Base64 certificates that the servers hold.
    pub stored_certificates: Vec<String>,
}

/// How late effects become visible.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lags {
    /// Until a revocation shows.
    pub revocation: Duration,
    /// Until a sign-in or an audit entry shows.
    pub sign_ins: Duration,
}

/// Something that goes wrong on request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Method, in capitals.
    pub method: String,
    /// Segments of the path; a segment in braces stands for any.
    pub path: Vec<String>,
    /// Only requests about this user: object id in lower case.
    pub user: Option<String>,
    /// Which matching request, from 1.
    pub nth: u32,
    /// How many in a row.
    pub times: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// An error answer, and nothing is done.
    Status {
        /// 429, 500 or 503.
        status: u16,
        /// Seconds, or no such header.
        retry_after: Option<u32>,
    },
    /// Done, then answered with 503.
    BusyAfter,
    /// The connection is closed without an answer, and nothing is done.
    CutBefore,
    /// Done, then the connection is closed without an answer.
    CutAfter,
    /// Done and answered, late.
    Delay(Duration),
}

/// Whether the documented limits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttling {
    /// Yes.
    #[default]
    Documented,
    /// No limits.
    Off,
}
