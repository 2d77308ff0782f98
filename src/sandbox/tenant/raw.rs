//! The tenant file as it is written: may be wrong, but every key is known and every name has its place.
//!
//! Checks nothing beyond the shape; [`check`](super::check) does.

use serde::{Deserialize, Deserializer};
use serde_yaml::Spanned;

use crate::sandbox::tenant::model::{Mailbox, Throttling, UserType};
use crate::value::Json;

/// A text with its place.
pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTenant {
    pub redress_tenant: Spanned<u32>,
    pub id: Text,
    pub name: String,
    pub domain: Option<String>,
    pub start: Text,
    #[serde(default = "yes")]
    pub premium: bool,
    pub app: RawApp,
    pub rehearse: Option<RawRehearse>,
    #[serde(default)]
    pub users: Vec<RawUser>,
    pub more_users: Option<RawCrowd>,
    #[serde(default)]
    pub groups: Vec<RawGroup>,
    #[serde(default)]
    pub service_principals: Vec<Spanned<Json>>,
    #[serde(default)]
    pub issues: Vec<Spanned<Json>>,
    #[serde(default)]
    pub conditional_access: Vec<Spanned<Json>>,
    #[serde(default)]
    pub audits: Vec<Spanned<Json>>,
    #[serde(default)]
    pub sign_ins: Vec<RawSignIn>,
    pub exchange: Option<RawExchange>,
    #[serde(default)]
    pub lags: RawLags,
    #[serde(default)]
    pub faults: Vec<RawFault>,
    #[serde(default)]
    pub throttling: Throttling,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawApp {
    pub client_id: Text,
    pub name: Option<String>,
    #[serde(default)]
    pub roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRehearse {
    #[serde(default)]
    pub inputs: serde_json::Map<String, Json>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawUser {
    pub id: Text,
    pub user_principal_name: Text,
    pub display_name: String,
    #[serde(default)]
    pub mail: Mail,
    #[serde(default = "yes")]
    pub account_enabled: bool,
    #[serde(default)]
    pub user_type: UserType,
    pub assigned_licenses: Option<Vec<Json>>,
    pub on_premises_sync_enabled: Option<bool>,
    pub sign_in_sessions_valid_from_date_time: Option<Text>,
    pub created_date_time: Option<Text>,
    pub given_name: Option<String>,
    pub surname: Option<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub office_location: Option<String>,
    pub usage_location: Option<String>,
    pub country: Option<String>,
    pub mobile_phone: Option<String>,
    pub preferred_language: Option<String>,
    pub on_premises_immutable_id: Option<String>,
    pub last_password_change_date_time: Option<Text>,
    pub mailbox: Option<Mailbox>,
    pub purpose: Option<Text>,
    #[serde(default = "yes")]
    pub mfa: bool,
}

/// An address; `null` is told apart from a missing key.
#[derive(Default)]
pub(super) enum Mail {
    /// No such key.
    #[default]
    Missing,
    /// `null`, or a text.
    Given(Option<String>),
}

impl<'de> Deserialize<'de> for Mail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Mail::Given)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCrowd {
    pub count: Spanned<usize>,
    pub domain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawGroup {
    pub id: Text,
    pub display_name: Text,
    #[serde(default)]
    pub members: Vec<Text>,
    pub description: Option<String>,
    pub mail: Option<String>,
    pub mail_nickname: Option<String>,
    #[serde(default)]
    pub mail_enabled: bool,
    #[serde(default = "yes")]
    pub security_enabled: bool,
    #[serde(default)]
    pub group_types: Vec<String>,
    pub visibility: Option<String>,
    pub is_assignable_to_role: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignIn {
    pub user: Option<Text>,
    #[serde(default)]
    pub users: Vec<Text>,
    pub app: Spanned<Json>,
    pub resource: Option<Spanned<Json>>,
    #[serde(default)]
    pub code: u32,
    pub reason: Option<String>,
    pub details: Option<String>,
    pub from: Option<Text>,
    pub every: Option<Text>,
    pub until: Option<Text>,
    pub after: Option<Text>,
    pub count_per: Option<Spanned<u32>>,
    #[serde(default = "yes")]
    pub interactive: bool,
    pub os: Option<String>,
    pub browser: Option<String>,
    pub client_app: Option<String>,
    pub device: Option<String>,
    pub compliant: Option<bool>,
    pub managed: Option<bool>,
    pub trust: Option<String>,
    pub country: Option<String>,
    pub state: Option<String>,
    pub city: Option<String>,
    pub ip: Option<String>,
    #[serde(default)]
    pub policies: Vec<RawPolicy>,
    pub token_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RawPolicy {
    pub id: Option<String>,
    pub display_name: String,
    pub result: Text,
    #[serde(default)]
    pub enforced_grant_controls: Vec<String>,
    #[serde(default)]
    pub enforced_session_controls: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExchange {
    #[serde(default)]
    pub auth_servers: Vec<Spanned<Json>>,
    #[serde(default)]
    pub published_certificates: Vec<String>,
    #[serde(default)]
    pub stored_certificates: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLags {
    pub revocation: Option<Text>,
    pub sign_ins: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFault {
    pub on: Text,
    pub user: Option<Text>,
    pub nth: Option<Spanned<u32>>,
    pub times: Option<Spanned<u32>>,
    pub kind: Text,
    pub retry_after: Option<u32>,
    pub delay: Option<Text>,
}
