//! The configuration as it is written: may be wrong, keeps its places.
//!
//! Mirrors the YAML; what it means is [`crate::edge::config::check`]'s.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub redress: Spanned<u32>,
    #[serde(default)]
    pub tenants: BTreeMap<String, Spanned<RawTenant>>,
    pub state: Option<Spanned<String>>,
    pub log_key: Option<Spanned<String>>,
    pub allowed_signers: Option<Spanned<String>>,
    #[serde(default)]
    pub policy: RawPolicy,
    pub clock: Option<Spanned<RawClock>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTenant {
    pub id: Spanned<String>,
    pub cloud: Option<Spanned<RawCloud>>,
    pub graph: Option<Spanned<String>>,
    pub login: Option<Spanned<String>>,
    pub sign_in: Spanned<RawSignIn>,
    #[serde(default)]
    pub hosts: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub powershell: BTreeMap<String, Spanned<RawPowerShell>>,
    #[serde(default)]
    pub sandbox: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawCloud {
    Global,
    UsGovL4,
    UsGovL5,
    China,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSignIn {
    pub client_id: Option<Spanned<String>>,
    pub client_secret: Option<Spanned<String>>,
    pub token: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPowerShell {
    pub run: Spanned<RawRun>,
    pub program: Option<Spanned<String>>,
    pub prepare: Option<Spanned<RawPrepare>>,
    pub domain_controller: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawRun {
    Here,
    HandOver,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawPrepare {
    None,
    ExchangeManagementShell,
    Module(String),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPolicy {
    pub approvals: Option<Spanned<u32>>,
    #[serde(default)]
    pub reading_posts: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawClock {
    pub start: Spanned<String>,
    pub since: Spanned<String>,
    pub factor: Spanned<u32>,
}
