//! The calls that change something, and those POSTs that only read.
//!
//! `once`: sending it again does something more, or is refused although the first one took effect, so that a
//! look-up comes first. `harmless`: the same body again leaves everything as it is.

use crate::catalog::calls::{harmless, learn, once, reading_post};
use crate::catalog::{Known, Workload};

/// POST, but only reading: the question is too long for a URL.
pub(super) const READING_POSTS: &[Known] = &[
    reading_post(
        "/directoryObjects/getByIds",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-getbyids"),
        "reads objects by their ids",
    )
    .units(5),
    reading_post(
        "/directoryObjects/{}/getMemberGroups",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-getmembergroups"),
        "lists groups that an object is in",
    )
    .units(2),
    reading_post(
        "/directoryObjects/{}/checkMemberGroups",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-checkmembergroups"),
        "tells which of the given groups an object is in",
    )
    .units(4),
    reading_post(
        "/users/{}/getMemberGroups",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-getmembergroups"),
        "lists groups that a user is in",
    )
    .units(2)
    .target("/users/{}"),
    reading_post(
        "/users/{}/checkMemberGroups",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-checkmembergroups"),
        "tells which of the given groups a user is in",
    )
    .units(4)
    .target("/users/{}"),
    reading_post(
        "/users/{}/getMemberObjects",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("directoryobject-getmemberobjects"),
        "lists groups, roles and units that a user is in",
    )
    .units(2)
    .target("/users/{}"),
];

/// Changes.
pub(super) const CHANGES: &[Known] = &[
    once(
        "POST",
        "/users/{}/revokeSignInSessions",
        Workload::IdentityWrite,
        "User.RevokeSessions.All",
        learn!("user-revokesigninsessions"),
        "signs a user out of every app on every device",
    )
    .target("/users/{}"),
    harmless(
        "PATCH",
        "/users/{}",
        Workload::IdentityWrite,
        "User.ReadWrite.All",
        learn!("user-update"),
        "changes properties of a user; `accountEnabled` alone needs only User.EnableDisableAccount.All",
    )
    .target("/users/{}"),
    once(
        "POST",
        "/users/{}/assignLicense",
        Workload::IdentityWrite,
        "LicenseAssignment.ReadWrite.All",
        learn!("user-assignlicense"),
        "adds or removes licences",
    )
    .target("/users/{}"),
    harmless(
        "PATCH",
        "/users/{}/mailboxSettings",
        Workload::Mailbox,
        "MailboxSettings.ReadWrite",
        learn!("user-update-mailboxsettings"),
        "changes mailbox settings",
    )
    .target("/users/{}"),
    once(
        "DELETE",
        "/users/{}/authentication/phoneMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-Phone.ReadWrite.All",
        learn!("phoneauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/emailMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-Email.ReadWrite.All",
        learn!("emailauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/fido2Methods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-Passkey.ReadWrite.All",
        learn!("fido2authenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/microsoftAuthenticatorMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
        learn!("microsoftauthenticatorauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/softwareOathMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-SoftwareOATH.ReadWrite.All",
        learn!("softwareoathauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/temporaryAccessPassMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-TAP.ReadWrite.All",
        learn!("temporaryaccesspassauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/windowsHelloForBusinessMethods/{}",
        Workload::IdentityReports,
        "UserAuthMethod-WindowsHello.ReadWrite.All",
        learn!("windowshelloforbusinessauthenticationmethod-delete"),
        "removes a registered sign-in method",
    ),
    once(
        "DELETE",
        "/users/{}/authentication/methods/{}",
        Workload::IdentityReports,
        "UserAuthenticationMethod.ReadWrite.All",
        learn!("resources/authenticationmethods-overview"),
        "removes a registered sign-in method",
    ),
    once(
        "POST",
        "/groups/{}/members/$ref",
        Workload::IdentityWrite,
        "GroupMember.ReadWrite.All",
        learn!("group-post-members"),
        "adds a member; a second time is refused",
    ),
    once(
        "DELETE",
        "/groups/{}/members/{}/$ref",
        Workload::IdentityWrite,
        "GroupMember.ReadWrite.All",
        learn!("group-delete-members"),
        "removes a member; a second time is refused",
    ),
    once(
        "POST",
        "/servicePrincipals",
        Workload::IdentityWrite,
        "Application.ReadWrite.All",
        learn!("serviceprincipal-post-serviceprincipals"),
        "creates a service principal; a second time is refused",
    ),
    harmless(
        "PATCH",
        "/servicePrincipals/{}",
        Workload::IdentityWrite,
        "Application.ReadWrite.All",
        learn!("serviceprincipal-update"),
        "changes properties of a service principal",
    )
    .target("/servicePrincipals/{}"),
    once(
        "POST",
        "/oauth2PermissionGrants",
        Workload::IdentityWrite,
        "DelegatedPermissionGrant.ReadWrite.All",
        learn!("oauth2permissiongrant-post"),
        "grants delegated permissions; a second time is refused",
    ),
    once(
        "DELETE",
        "/oauth2PermissionGrants/{}",
        Workload::IdentityWrite,
        "DelegatedPermissionGrant.ReadWrite.All",
        learn!("oauth2permissiongrant-delete"),
        "takes delegated permissions back; a second time is refused",
    )
    .target("/oauth2PermissionGrants/{}"),
    harmless(
        "PATCH",
        "/identity/conditionalAccess/policies/{}",
        Workload::ConditionalAccess,
        "Policy.Read.All + Policy.ReadWrite.ConditionalAccess",
        learn!("conditionalaccesspolicy-update"),
        "changes a Conditional Access policy",
    )
    .target("/identity/conditionalAccess/policies/{}"),
];
