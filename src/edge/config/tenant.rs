//! One tenant of a configuration: its origins, its sign-in, its PowerShell hosts.
//!
//! Part of [`crate::edge::config::check`]; knows nothing of other files.

use std::collections::BTreeMap;

use serde_yaml::Spanned;

use crate::edge::config::check::{Checker, Platform};
use crate::edge::config::cloud::Cloud;
use crate::edge::config::model::{PowerShellConfig, Prepare, RunWhere, SignIn, TenantConfig};
use crate::edge::config::origin::Origin;
use crate::edge::config::raw::{RawCloud, RawPowerShell, RawPrepare, RawRun, RawSignIn, RawTenant};
use crate::edge::config::secret_ref::SecretRef;
use crate::edge::folders;
use crate::value::TenantId;

/// Checks one tenant; `None` where mistakes leave nothing to work with.
pub(super) fn check(checker: &mut Checker, name: &str, raw: &Spanned<RawTenant>) -> Option<TenantConfig> {
    let tenant = &raw.value;
    if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
        checker.mistake("R0516", raw, "a tenant's name has 1 to 64 characters, no control characters", "");
    }
    let origins = origins(checker, raw);
    let id = guid(checker, "tenant id", &tenant.id);
    let sign_in = sign_in(checker, &tenant.sign_in);
    let hosts = hosts(checker, tenant);
    let powershell: BTreeMap<_, _> = tenant
        .powershell
        .iter()
        .map(|(host, raw)| (host.clone(), powershell(checker, host, raw, tenant.sandbox)))
        .collect();
    let (cloud, graph, login) = origins?;
    Some(TenantConfig {
        name: name.to_owned(),
        id: TenantId::new(id?),
        cloud,
        graph,
        login,
        sign_in: sign_in?,
        hosts,
        powershell,
        sandbox: tenant.sandbox,
    })
}

fn origins(checker: &mut Checker, raw: &Spanned<RawTenant>) -> Option<(Option<Cloud>, Origin, Origin)> {
    let tenant = &raw.value;
    match (&tenant.cloud, &tenant.graph, &tenant.login) {
        (Some(cloud), None, None) => {
            let cloud_is = cloud_of(cloud.value);
            if tenant.sandbox {
                let help = "a real tenant has no `sandbox: true`";
                checker.mistake("R0510", cloud, "a sandbox is on a loopback address, not in a cloud", help);
            }
            Some((Some(cloud_is), cloud_is.graph(), cloud_is.login()))
        }
        (None, Some(graph_text), Some(login_text)) => {
            let graph = origin(checker, graph_text, tenant.sandbox);
            let login = origin(checker, login_text, tenant.sandbox);
            let (graph, login) = (graph?, login?);
            let cloud = Cloud::of(&graph, &login);
            if cloud.is_none() && !tenant.sandbox {
                checker.mistake(
                    "R0509",
                    graph_text,
                    "`graph` and `login` are hosts of no known cloud",
                    "write `cloud: global`, `us_gov_l4`, `us_gov_l5` or `china`",
                );
            }
            Some((cloud, graph, login))
        }
        (Some(_) | None, _, _) => {
            checker.mistake(
                "R0509",
                raw,
                "a tenant has either `cloud`, or both `graph` and `login`",
                "write `cloud: global` for the worldwide cloud",
            );
            None
        }
    }
}

/// An origin that fits the tenant: a loopback address for a sandbox, and only for it.
fn origin(checker: &mut Checker, text: &Spanned<String>, sandbox_tenant: bool) -> Option<Origin> {
    let origin = match Origin::parse(&text.value) {
        Ok(origin) => origin,
        Err(wrong) => {
            checker.mistake("R0508", text, format!("this origin {wrong}"), "");
            return None;
        }
    };
    match (origin.is_loopback(), sandbox_tenant) {
        (true, false) => checker.mistake(
            "R0510",
            text,
            format!("`{origin}` is a loopback address, which only a sandbox has"),
            "add `sandbox: true` to the tenant, or write its real host",
        ),
        (false, true) => checker.mistake(
            "R0510",
            text,
            format!("`{origin}` is no loopback address, and this tenant is a sandbox"),
            "`redress sandbox --config-out FILE` writes a sandbox's configuration",
        ),
        (true, true) | (false, false) => {}
    }
    Some(origin)
}

fn hosts(checker: &mut Checker, tenant: &RawTenant) -> BTreeMap<String, Origin> {
    tenant
        .hosts
        .iter()
        .filter_map(|(name, text)| Some((name.clone(), origin(checker, text, tenant.sandbox)?)))
        .collect()
}

fn cloud_of(raw: RawCloud) -> Cloud {
    match raw {
        RawCloud::Global => Cloud::Global,
        RawCloud::UsGovL4 => Cloud::UsGovL4,
        RawCloud::UsGovL5 => Cloud::UsGovL5,
        RawCloud::China => Cloud::China,
    }
}

/// A GUID in lower case.
fn guid(checker: &mut Checker, what: &str, text: &Spanned<String>) -> Option<String> {
    let lower = text.value.to_ascii_lowercase();
    let is_guid = lower.len() == 36
        && lower.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    if !is_guid {
        checker.mistake(
            "R0507",
            text,
            format!("the {what} is no GUID"),
            "the Entra admin center shows it on the overview page; names such as `contoso.onmicrosoft.com` are not taken",
        );
        return None;
    }
    Some(lower)
}

fn sign_in(checker: &mut Checker, raw: &Spanned<RawSignIn>) -> Option<SignIn> {
    match (&raw.value.client_id, &raw.value.client_secret, &raw.value.token) {
        (Some(client_id), Some(secret), None) => {
            let client_id = guid(checker, "client id", client_id);
            let secret = secret_ref(checker, "client_secret", secret);
            Some(SignIn::ClientSecret {
                client_id: client_id?,
                secret: secret?,
            })
        }
        (None, None, Some(token)) => Some(SignIn::Token(secret_ref(checker, "token", token)?)),
        (_, _, _) => {
            // A literal secret is worth saying even where the form is wrong.
            for (name, text) in [("client_secret", &raw.value.client_secret), ("token", &raw.value.token)] {
                if let Some(text) = text {
                    secret_ref(checker, name, text);
                }
            }
            checker.mistake(
                "R0512",
                raw,
                "a sign-in has either `client_id` and `client_secret`, or `token`",
                "for an application write `{client_id: GUID, client_secret: 'env:NAME'}`",
            );
            None
        }
    }
}

fn secret_ref(checker: &mut Checker, name: &str, text: &Spanned<String>) -> Option<SecretRef> {
    let reference = SecretRef::parse(&text.value, &checker.folder);
    if reference.is_none() {
        checker.mistake(
            "R0511",
            text,
            format!("`{name}` is no reference: secrets never stand in this file"),
            "write `env:NAME`, `file:PATH` or `prompt`; if this is the secret itself, renew it",
        );
    }
    reference
}

fn powershell(
    checker: &mut Checker,
    name: &str,
    raw: &Spanned<RawPowerShell>,
    sandbox_tenant: bool,
) -> PowerShellConfig {
    let host = &raw.value;
    let prepare = prepare(checker, host.prepare.as_ref());
    let run = match host.run.value {
        RawRun::Here => RunWhere::Here,
        RawRun::HandOver => RunWhere::HandOver,
    };
    let on_premises = name == "exchange" || prepare == Prepare::ExchangeManagementShell;
    if run == RunWhere::Here && on_premises && checker.platform == Platform::Other && !sandbox_tenant {
        checker.mistake(
            "R0513",
            &host.run,
            format!("`{name}` is an on-premises Exchange, whose cmdlets exist on Windows only"),
            "write `run: hand_over`: Redress writes a bundle for the server",
        );
    }
    let domain_controller = host.domain_controller.as_ref().map(|dc| {
        if !is_full_name(&dc.value) {
            checker.mistake(
                "R0513",
                dc,
                "`domain_controller` is no full name",
                "write it with its domain: `dc1.corp.example.com`",
            );
        }
        dc.value.clone()
    });
    PowerShellConfig {
        run,
        program: program(checker, host.program.as_ref()),
        prepare,
        domain_controller,
    }
}

/// A bare name is looked for on the PATH; anything with a separator is a path.
fn program(
    checker: &mut Checker,
    text: Option<&Spanned<String>>,
) -> Option<std::path::PathBuf> {
    let bare = text.filter(|t| !t.value.is_empty() && !t.value.contains(['/', '\\']) && t.value != "~");
    match bare {
        Some(name) => Some(name.value.clone().into()),
        None => checker.path(text),
    }
}

fn prepare(checker: &mut Checker, raw: Option<&Spanned<RawPrepare>>) -> Prepare {
    let Some(raw) = raw else {
        return Prepare::None;
    };
    match &raw.value {
        RawPrepare::None => Prepare::None,
        RawPrepare::ExchangeManagementShell => Prepare::ExchangeManagementShell,
        RawPrepare::Module(path) => {
            if path.is_empty() {
                checker.mistake("R0513", raw, "the module's path is empty", "");
            }
            Prepare::Module(folders::resolve(&checker.folder, path))
        }
    }
}

/// At least two labels of letters, digits and hyphens.
fn is_full_name(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}
