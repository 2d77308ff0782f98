//! Users and groups of a tenant file, with Graph's fields filled in.
//!
//! Serves nothing; which fields a read shows is the business of
//! [`resources`](crate::sandbox::resources).

use std::collections::BTreeMap;

use serde_json::json;

use crate::sandbox::made_up;
use crate::sandbox::tenant::check::Checker;
use crate::sandbox::tenant::model::{Fields, Group, Mailbox, Member, User, UserType};
use crate::sandbox::tenant::raw::{Mail, RawCrowd, RawGroup, RawUser, Text};
use crate::sandbox::tenant::{UNKNOWN, VALUE};
use crate::value::{Json, Timestamp};

/// Office 365 E3 (<https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference>).
const SKU: &str = "6fd2c87f-b296-42f0-b197-1e91e994b900";
const CROWD_LIMIT: usize = 100_000;
/// <https://learn.microsoft.com/graph/api/resources/mailboxsettings>
const PURPOSES: [&str; 6] = ["user", "shared", "room", "equipment", "linked", "others"];

/// All users, the made-up ones last.
pub(super) fn users(
    checker: &mut Checker<'_>,
    raw: Vec<RawUser>,
    crowd: Option<RawCrowd>,
    start: Timestamp,
    domain: &str,
) -> Vec<User> {
    let mut taken = BTreeMap::new();
    let mut users = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        checker.take("object id", &raw.id, &mut taken, index);
        checker.take("user principal name", &raw.user_principal_name, &mut taken, index);
        users.push(user(checker, raw, start));
    }
    if let Some(crowd) = crowd {
        more(checker, &crowd, domain, start, &mut users);
    }
    checker.users = taken;
    users
}

fn user(checker: &mut Checker<'_>, raw: RawUser, start: Timestamp) -> User {
    let id = checker.guid(&raw.id);
    let created = checker.instant(raw.created_date_time.as_ref(), a_year_before(start));
    let valid_from = checker.instant(raw.sign_in_sessions_valid_from_date_time.as_ref(), created);
    let password = checker.instant(raw.last_password_change_date_time.as_ref(), created);
    let purpose = purpose(checker, raw.purpose.as_ref());
    let mailbox = raw.mailbox.unwrap_or(match raw.user_type {
        UserType::Member => Mailbox::Cloud,
        UserType::Guest => Mailbox::None,
    });
    let upn = raw.user_principal_name.value;
    let mail = match raw.mail {
        Mail::Given(mail) => mail,
        Mail::Missing => (mailbox != Mailbox::None).then(|| upn.clone()),
    };
    let fields = fields(json!({
        "id": id,
        "userPrincipalName": upn,
        "displayName": raw.display_name,
        "mail": mail,
        "accountEnabled": raw.account_enabled,
        "userType": match raw.user_type { UserType::Member => "Member", UserType::Guest => "Guest" },
        "assignedLicenses": licenses(raw.assigned_licenses, raw.user_type),
        "onPremisesSyncEnabled": raw.on_premises_sync_enabled,
        "onPremisesImmutableId": raw.on_premises_immutable_id,
        "signInSessionsValidFromDateTime": valid_from,
        "createdDateTime": created,
        "lastPasswordChangeDateTime": password,
        "givenName": raw.given_name,
        "surname": raw.surname,
        "jobTitle": raw.job_title,
        "department": raw.department,
        "officeLocation": raw.office_location,
        "usageLocation": raw.usage_location,
        "country": raw.country,
        "mobilePhone": raw.mobile_phone,
        "businessPhones": [],
        "preferredLanguage": raw.preferred_language,
    }));
    User {
        id,
        upn,
        fields,
        mailbox,
        purpose,
        mfa: raw.mfa,
        user_type: raw.user_type,
    }
}

fn a_year_before(start: Timestamp) -> Timestamp {
    start
        .saturating_sub(jiff::SignedDuration::from_hours(365 * 24))
        .unwrap_or(start)
}

fn purpose(checker: &mut Checker<'_>, raw: Option<&Text>) -> String {
    let Some(text) = raw else {
        return "user".to_owned();
    };
    if !PURPOSES.contains(&text.value.as_str()) {
        let message = format!(
            "`{}` is no purpose: expected one of {}",
            text.value,
            PURPOSES.join(", ")
        );
        checker.unknown(VALUE, text, message, PURPOSES.into_iter());
    }
    text.value.clone()
}

fn licenses(raw: Option<Vec<Json>>, user_type: UserType) -> Vec<Json> {
    let raw = raw.unwrap_or_else(|| match user_type {
        UserType::Member => vec![Json::from(SKU)],
        UserType::Guest => Vec::new(),
    });
    raw.into_iter()
        .map(|license| match license {
            Json::String(sku) => json!({"skuId": sku, "disabledPlans": []}),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => license,
        })
        .collect()
}

fn more(checker: &mut Checker<'_>, crowd: &RawCrowd, domain: &str, start: Timestamp, users: &mut Vec<User>) {
    if crowd.count.value > CROWD_LIMIT {
        let message = format!(
            "`{}` members are too many: at most {CROWD_LIMIT}",
            crowd.count.value
        );
        checker.error(VALUE, &crowd.count, message);
        return;
    }
    let domain = crowd.domain.as_deref().unwrap_or(domain);
    let created = a_year_before(start);
    for number in 1..=crowd.count.value {
        let upn = format!("person{number:03}@{domain}");
        let id = made_up::guid(&["person", &upn]);
        let fields = fields(json!({
            "id": id,
            "userPrincipalName": upn,
            "displayName": format!("Person {number}"),
            "mail": upn,
            "accountEnabled": true,
            "userType": "Member",
            "assignedLicenses": licenses(None, UserType::Member),
            "signInSessionsValidFromDateTime": created,
            "createdDateTime": created,
            "lastPasswordChangeDateTime": created,
            "businessPhones": [],
        }));
        users.push(User {
            id,
            upn,
            fields,
            mailbox: Mailbox::Cloud,
            purpose: "user".to_owned(),
            mfa: true,
            user_type: UserType::Member,
        });
    }
}

fn fields(json: Json) -> Fields {
    match json {
        Json::Object(fields) => fields,
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => Fields::new(),
    }
}

/// All groups, their members found among users and groups.
pub(super) fn groups(checker: &mut Checker<'_>, raw: &[RawGroup]) -> Vec<Group> {
    let mut taken = BTreeMap::new();
    for (index, group) in raw.iter().enumerate() {
        checker.take("object id", &group.id, &mut taken, index);
        checker.take("group name", &group.display_name, &mut taken, index);
    }
    checker.groups = taken;
    raw.iter().map(|group| self::group(checker, group)).collect()
}

fn group(checker: &mut Checker<'_>, raw: &RawGroup) -> Group {
    let id = checker.guid(&raw.id);
    let members = raw
        .members
        .iter()
        .filter_map(|name| member(checker, name))
        .collect();
    let fields = fields(json!({
        "id": id,
        "displayName": raw.display_name.value,
        "description": raw.description,
        "mail": raw.mail,
        "mailNickname": raw.mail_nickname,
        "mailEnabled": raw.mail_enabled,
        "securityEnabled": raw.security_enabled,
        "groupTypes": raw.group_types,
        "visibility": raw.visibility,
        "isAssignableToRole": raw.is_assignable_to_role,
    }));
    Group { id, fields, members }
}

fn member(checker: &mut Checker<'_>, name: &Text) -> Option<Member> {
    let key = name.value.to_lowercase();
    let user = checker.users.get(&key).copied().map(Member::User);
    let found = user.or_else(|| checker.groups.get(&key).copied().map(Member::Group));
    if found.is_none() {
        let known: Vec<String> = checker
            .users
            .keys()
            .chain(checker.groups.keys())
            .cloned()
            .collect();
        let message = format!(
            "the member `{}` is neither a user nor a group of this tenant",
            name.value
        );
        checker.unknown(UNKNOWN, name, message, known.iter().map(String::as_str));
    }
    found
}
