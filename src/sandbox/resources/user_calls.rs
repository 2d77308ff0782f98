//! What is asked of, or done to, one user: revocation, mailbox settings, methods, update.
//!
//! Effects are recorded in [`Live`]; whether the answer arrives is the server's business.

use serde_json::json;

use crate::sandbox::made_up;
use crate::sandbox::resources::users::find;
use crate::sandbox::resources::{BOTH, Call, Effect, GraphError, Reply, Route};
use crate::sandbox::state::throttle::Bucket;
use crate::sandbox::state::{Live, Revocation};
use crate::sandbox::tenant::model::Mailbox;
use crate::value::Json;

pub(super) const ROUTES: &[Route] = &[
    // https://learn.microsoft.com/graph/api/user-revokesigninsessions
    Route {
        method: "POST",
        versions: BOTH,
        path: "/users/{id}/revokeSignInSessions",
        roles: &[
            "User.RevokeSessions.All",
            "User.ReadWrite.All",
            "Directory.ReadWrite.All",
        ],
        bucket: Bucket::Identity(1),
        answer: revoke,
    },
    // https://learn.microsoft.com/graph/api/user-update
    Route {
        method: "PATCH",
        versions: BOTH,
        path: "/users/{id}",
        roles: &[
            "User.EnableDisableAccount.All",
            "User.ReadWrite.All",
            "Directory.ReadWrite.All",
        ],
        bucket: Bucket::Identity(1),
        answer: update,
    },
    // https://learn.microsoft.com/graph/api/user-get-mailboxsettings
    Route {
        method: "GET",
        versions: BOTH,
        path: "/users/{id}/mailboxSettings",
        roles: MAILBOX,
        bucket: Bucket::Mailbox,
        answer: mailbox,
    },
    Route {
        method: "GET",
        versions: BOTH,
        path: "/users/{id}/mailboxSettings/userPurpose",
        roles: MAILBOX,
        bucket: Bucket::Mailbox,
        answer: purpose,
    },
    // https://learn.microsoft.com/graph/api/authentication-list-methods
    Route {
        method: "GET",
        versions: BOTH,
        path: "/users/{id}/authentication/methods",
        roles: &[
            "UserAuthenticationMethod.Read.All",
            "UserAuthenticationMethod.ReadWrite.All",
        ],
        bucket: Bucket::Reports,
        answer: methods,
    },
];

const MAILBOX: &[&str] = &["MailboxSettings.Read", "MailboxSettings.ReadWrite"];

/// The id of every password method (<https://learn.microsoft.com/graph/api/resources/passwordauthenticationmethod>).
const PASSWORD: &str = "28c10230-6103-485e-b985-444c60001490";

/// What a PATCH may set here.
const WRITABLE: &[&str] = &[
    "accountEnabled",
    "displayName",
    "givenName",
    "surname",
    "jobTitle",
    "department",
    "officeLocation",
    "usageLocation",
    "country",
    "mobilePhone",
    "preferredLanguage",
];

fn revoke(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let index = find(call, live)?;
    let effect = match live.revoke(index, call.now) {
        Revocation::Effective => Effect::Changed,
        Revocation::WithoutEffect => Effect::Nothing,
    };
    Ok(Reply {
        effect,
        ..Reply::ok(json!({"@odata.context": call.context("Edm.Boolean"), "value": true}))
    })
}

fn update(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let index = find(call, live)?;
    let Some(Json::Object(fields)) = &call.body else {
        return Err(GraphError::bad_request("A JSON object is expected in the body."));
    };
    if let Some(name) = fields.keys().find(|name| !WRITABLE.contains(&name.as_str())) {
        return Err(GraphError::bad_request(format!(
            "The property '{name}' cannot be updated."
        )));
    }
    let only_enables = fields.keys().all(|name| name == "accountEnabled");
    if !only_enables
        && !call
            .app
            .has_any(&["User.ReadWrite.All", "Directory.ReadWrite.All"])
    {
        return Err(GraphError::denied());
    }
    for (name, value) in fields {
        live.set(index, name, value, call.now);
    }
    Ok(Reply {
        status: 204,
        body: None,
        effect: Effect::Changed,
    })
}

fn purpose_of(call: &Call<'_>, live: &Live) -> Result<String, GraphError> {
    let index = find(call, live)?;
    let user = &live.tenant.users[index];
    match user.mailbox {
        Mailbox::Cloud => Ok(user.purpose.clone()),
        Mailbox::OnPremises | Mailbox::None => Err(GraphError::new(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )),
    }
}

fn mailbox(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let purpose = purpose_of(call, live)?;
    let context = call.context(&format!("users('{}')/mailboxSettings", call.parameter()));
    Ok(Reply::ok(json!({
        "@odata.context": context,
        "archiveFolder": null,
        "timeZone": "W. Europe Standard Time",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "language": {"locale": "sv-SE", "displayName": "Swedish (Sweden)"},
        "userPurpose": purpose,
    })))
}

fn purpose(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let purpose = purpose_of(call, live)?;
    let context = call.context(&format!(
        "users('{}')/mailboxSettings/userPurpose",
        call.parameter()
    ));
    Ok(Reply::ok(json!({"@odata.context": context, "value": purpose})))
}

fn methods(call: &Call<'_>, live: &mut Live) -> Result<Reply, GraphError> {
    let index = find(call, live)?;
    if !call.query.others.is_empty() {
        return Err(GraphError::bad_request("Query options are not supported."));
    }
    let user = &live.tenant.users[index];
    let mut methods = vec![json!({
        "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
        "id": PASSWORD,
        "password": null,
        "createdDateTime": user.fields.get("createdDateTime"),
    })];
    if user.mfa {
        methods.push(json!({
            "@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": made_up::guid(&["authenticator", &user.id]),
            "displayName": "Phone",
            "deviceTag": "SoftwareTokenActivated",
            "phoneAppVersion": "6.8.30",
            "createdDateTime": user.fields.get("createdDateTime"),
        }));
    }
    let context = call.context(&format!("users('{}')/authentication/methods", call.parameter()));
    Ok(Reply::ok(json!({"@odata.context": context, "value": methods})))
}
