//! First-party applications that a tenant file can call by a short name.
//!
//! Not a directory: whether a service principal exists in the tenant is the tenant file's business. Ids from
//! <https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in> and
//! <https://github.com/merill/microsoft-info>.

use crate::sandbox::tenant::model::KnownApp;

/// Short name, application id, display name.
pub const APPS: [(&str, &str, &str); 9] = [
    (
        "outlook_mobile",
        "27922004-5251-4030-b22d-91ecd9a37ea4",
        "Outlook Mobile",
    ),
    (
        "office",
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "Microsoft Office",
    ),
    (
        "outlook_web",
        "9199bf20-a13f-4107-85dc-02114787ef48",
        "One Outlook Web",
    ),
    (
        "outlook",
        "5d661950-3475-41cd-a2c3-d671a3162bc1",
        "Microsoft Outlook",
    ),
    ("teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"),
    (
        "authentication_broker",
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "Microsoft Authentication Broker",
    ),
    ("graph", "00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    (
        "exchange_online",
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
    ),
    (
        "azure_powershell",
        "1950a258-227b-4e31-a9cf-717495945fc2",
        "Microsoft Azure PowerShell",
    ),
];

/// The application of that short name, id or display name.
pub fn find(name: &str) -> Option<KnownApp> {
    APPS.iter()
        .find(|(short, id, display)| {
            *short == name || id.eq_ignore_ascii_case(name) || display.eq_ignore_ascii_case(name)
        })
        .map(|(_, id, display)| KnownApp {
            id: (*id).to_owned(),
            name: (*display).to_owned(),
        })
}
