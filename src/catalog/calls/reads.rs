//! The calls that read with GET.
//!
//! Permissions are the least documented ones, corrected where the published data are known to be wrong; a call that
//! needs fields beyond the basic ones is listed with what those fields need.

use crate::catalog::calls::{get, learn};
use crate::catalog::{Known, Workload};

/// GET.
pub(super) const READS: &[Known] = &[
    get(
        "/users",
        Workload::IdentityRead,
        "User.Read.All",
        learn!("user-list"),
        "lists users",
    )
    .units(2),
    get(
        "/users/$count",
        Workload::IdentityRead,
        "User.Read.All",
        learn!("user-list"),
        "counts users",
    )
    .units(2),
    get(
        "/users/{}",
        Workload::IdentityRead,
        "User.Read.All",
        learn!("user-get"),
        "reads one user",
    )
    .target("/users/{}"),
    get(
        "/users/{}/memberOf",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("user-list-memberof"),
        "lists direct memberships",
    )
    .units(2)
    .target("/users/{}"),
    get(
        "/users/{}/transitiveMemberOf",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("user-list-transitivememberof"),
        "lists memberships, nested ones too",
    )
    .units(2)
    .target("/users/{}"),
    get(
        "/users/{}/licenseDetails",
        Workload::IdentityRead,
        "LicenseAssignment.Read.All",
        learn!("user-list-licensedetails"),
        "lists licences",
    )
    .units(2)
    .target("/users/{}"),
    get(
        "/users/{}/registeredDevices",
        Workload::IdentityRead,
        "User.Read.All",
        learn!("user-list-registereddevices"),
        "lists registered devices",
    )
    .target("/users/{}"),
    get(
        "/users/{}/authentication/methods",
        Workload::IdentityReports,
        "UserAuthenticationMethod.Read.All",
        learn!("authentication-list-methods"),
        "lists registered sign-in methods",
    )
    .target("/users/{}"),
    get(
        "/users/{}/mailboxSettings",
        Workload::Mailbox,
        "MailboxSettings.Read",
        learn!("user-get-mailboxsettings"),
        "reads mailbox settings, among them its purpose",
    )
    .target("/users/{}"),
    get(
        "/groups",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-list"),
        "lists groups",
    ),
    get(
        "/groups/{}",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-get"),
        "reads one group",
    )
    .target("/groups/{}"),
    get(
        "/groups/{}/members",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-list-members"),
        "lists direct members",
    )
    .units(3)
    .target("/groups/{}"),
    get(
        "/groups/{}/transitiveMembers",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-list-transitivemembers"),
        "lists members, nested ones too",
    )
    .units(5)
    .target("/groups/{}"),
    get(
        "/groups/{}/transitiveMembers/microsoft.graph.user",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-list-transitivemembers"),
        "lists users among the members",
    )
    .units(5)
    .target("/groups/{}"),
    get(
        "/groups/{}/transitiveMembers/$count",
        Workload::IdentityRead,
        "GroupMember.Read.All",
        learn!("group-list-transitivemembers"),
        "counts the members",
    )
    .units(5)
    .target("/groups/{}"),
    get(
        "/auditLogs/signIns",
        Workload::IdentityReports,
        "AuditLog.Read.All",
        learn!("signin-list"),
        "lists sign-ins; on beta also non-interactive ones",
    ),
    get(
        "/auditLogs/signIns/{}",
        Workload::IdentityReports,
        "AuditLog.Read.All",
        learn!("signin-get"),
        "reads one sign-in",
    ),
    get(
        "/auditLogs/getSummarizedNonInteractiveSignIns({})",
        Workload::IdentityReports,
        "AuditLog.Read.All",
        learn!("auditlogroot-getsummarizednoninteractivesignins"),
        "counts non-interactive sign-ins by user, app and address (beta)",
    ),
    get(
        "/auditLogs/directoryAudits",
        Workload::IdentityReports,
        "AuditLog.Read.All",
        learn!("directoryaudit-list"),
        "lists changes of the directory",
    ),
    get(
        "/auditLogs/directoryAudits/{}",
        Workload::IdentityReports,
        "AuditLog.Read.All",
        learn!("directoryaudit-get"),
        "reads one change of the directory",
    ),
    get(
        "/admin/serviceAnnouncement/issues",
        Workload::ServiceCommunications,
        "ServiceHealth.Read.All",
        learn!("serviceannouncement-list-issues"),
        "lists service issues of this tenant",
    ),
    get(
        "/admin/serviceAnnouncement/issues/{}",
        Workload::ServiceCommunications,
        "ServiceHealth.Read.All",
        learn!("servicehealthissue-get"),
        "reads one service issue; 404 means not listed for this tenant",
    ),
    get(
        "/admin/serviceAnnouncement/healthOverviews",
        Workload::ServiceCommunications,
        "ServiceHealth.Read.All",
        learn!("serviceannouncement-list-healthoverviews"),
        "lists services and their health",
    ),
    get(
        "/admin/serviceAnnouncement/messages",
        Workload::ServiceCommunications,
        "ServiceMessage.Read.All",
        learn!("serviceannouncement-list-messages"),
        "lists messages of the message centre",
    ),
    get(
        "/servicePrincipals",
        Workload::IdentityRead,
        "Application.Read.All",
        learn!("serviceprincipal-list"),
        "lists service principals",
    ),
    get(
        "/servicePrincipals/{}",
        Workload::IdentityRead,
        "Application.Read.All",
        learn!("serviceprincipal-get"),
        "reads one service principal",
    )
    .target("/servicePrincipals/{}"),
    get(
        "/servicePrincipals(appId='{}')",
        Workload::IdentityRead,
        "Application.Read.All",
        learn!("serviceprincipal-get"),
        "reads one service principal by its application id",
    ),
    get(
        "/servicePrincipals/{}/appRoleAssignments",
        Workload::IdentityRead,
        "Application.Read.All",
        learn!("serviceprincipal-list-approleassignments"),
        "lists application permissions that were granted",
    )
    .units(2)
    .target("/servicePrincipals/{}"),
    get(
        "/applications",
        Workload::IdentityRead,
        "Application.Read.All",
        learn!("application-list"),
        "lists app registrations",
    )
    .units(2),
    get(
        "/oauth2PermissionGrants",
        Workload::IdentityRead,
        "Directory.Read.All",
        learn!("oauth2permissiongrant-list"),
        "lists delegated permissions that were granted",
    )
    .units(2),
    get(
        "/organization",
        Workload::IdentityRead,
        "Organization.Read.All",
        learn!("organization-list"),
        "reads the tenant itself",
    ),
    get(
        "/subscribedSkus",
        Workload::IdentityRead,
        "LicenseAssignment.Read.All",
        learn!("subscribedsku-list"),
        "lists licences that the tenant bought",
    )
    .units(3),
    get(
        "/devices",
        Workload::IdentityRead,
        "Device.Read.All",
        learn!("device-list"),
        "lists devices",
    ),
    get(
        "/identity/conditionalAccess/policies",
        Workload::ConditionalAccess,
        "Policy.Read.All",
        learn!("conditionalaccessroot-list-policies"),
        "lists Conditional Access policies",
    ),
    get(
        "/identity/conditionalAccess/policies/{}",
        Workload::ConditionalAccess,
        "Policy.Read.All",
        learn!("conditionalaccesspolicy-get"),
        "reads one Conditional Access policy",
    )
    .target("/identity/conditionalAccess/policies/{}"),
    get(
        "/identity/conditionalAccess/namedLocations",
        Workload::ConditionalAccess,
        "Policy.Read.All",
        learn!("conditionalaccessroot-list-namedlocations"),
        "lists named locations",
    ),
    get(
        "/identityProtection/riskyUsers",
        Workload::ConditionalAccess,
        "IdentityRiskyUser.Read.All",
        learn!("riskyuser-list"),
        "lists users at risk",
    ),
    get(
        "/deviceManagement/managedDevices",
        Workload::IntuneRead,
        "DeviceManagementManagedDevices.Read.All",
        learn!("intune-devices-manageddevice-list"),
        "lists devices that Intune manages",
    ),
    get(
        "/reports/getMailboxUsageDetail({})",
        Workload::UsageReports,
        "Reports.Read.All",
        learn!("reportroot-getmailboxusagedetail"),
        "mailbox usage; answers with a redirect to a file",
    ),
    get(
        "/reports/getEmailAppUsageUserDetail({})",
        Workload::UsageReports,
        "Reports.Read.All",
        learn!("reportroot-getemailappusageuserdetail"),
        "which Outlook clients people use; answers with a redirect to a file",
    ),
];
