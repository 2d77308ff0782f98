//! Reported users and their sign-ins, as Microsoft Graph gives them.
//!
//! Times are minutes before planning.

use std::collections::BTreeMap;

use redress::value::{Json, Timestamp};
use serde_json::json;

use crate::walk::{Answers, NOW, Walked};

pub const MOBILE: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
pub const OFFICE: &str = "d3590ed6-52b3-4102-aeff-aad2292ab01c";
pub const WEB: &str = "9199bf20-a13f-4107-85dc-02114787ef48";
pub const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";

/// The instant so many seconds before planning.
pub fn before(seconds: i64) -> String {
    let now: Timestamp = NOW.parse().expect("an instant");
    Timestamp::from_second(now.as_second() - seconds)
        .expect("in range")
        .to_string()
}

/// A sign-in of Outlook mobile to Exchange Online.
pub fn signin(code: i64, seconds_ago: i64) -> Json {
    json!({
        "id": format!("request-{code}-{seconds_ago}"),
        "createdDateTime": before(seconds_ago),
        "appId": MOBILE,
        "appDisplayName": "Outlook Mobile",
        "resourceId": EXCHANGE,
        "resourceDisplayName": "Office 365 Exchange Online",
        "status": {"errorCode": code, "failureReason": null},
        "deviceDetail": {"operatingSystem": "iOS 17.4", "browser": ""},
        "location": {"countryOrRegion": "SE", "city": "Lund"},
        "ipAddress": "203.0.113.7",
        "conditionalAccessStatus": "notApplied",
        "correlationId": format!("correlation-{code}-{seconds_ago}"),
    })
}

/// The same with some fields replaced.
pub fn with(mut signin: Json, fields: &Json) -> Json {
    for (name, value) in fields.as_object().expect("a map") {
        signin[name] = value.clone();
    }
    signin
}

/// Successes, one after the other, the last so many seconds ago.
pub fn tokens(count: i64, seconds_apart: i64, last_seconds_ago: i64) -> Vec<Json> {
    (0..count)
        .map(|n| signin(0, last_seconds_ago + n * seconds_apart))
        .collect()
}

/// One reported user and what there is to read of him.
#[derive(Clone)]
pub struct Person {
    pub id: &'static str,
    fields: Json,
    /// `None`: the read failed.
    pub interactive: Option<Vec<Json>>,
    pub silent: Option<Vec<Json>>,
    mailbox: Json,
    mailbox_how: Json,
    pub methods: Json,
}

impl Person {
    /// A licensed member with a mailbox in the cloud.
    pub fn new(id: &'static str, silent: Vec<Json>) -> Self {
        Person {
            id,
            fields: json!({}),
            interactive: Some(Vec::new()),
            silent: Some(silent),
            mailbox: json!({"userPurpose": "user"}),
            mailbox_how: json!({"target": id, "outcome": "answered", "status": 200, "code": null}),
            methods: json!([{"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod"}]),
        }
    }

    /// With some fields of the directory replaced.
    pub fn who(mut self, fields: Json) -> Self {
        self.fields = fields;
        self
    }

    /// With a mailbox of this purpose.
    pub fn purpose(mut self, purpose: &str) -> Self {
        self.mailbox = json!({"userPurpose": purpose});
        self
    }

    /// Whose mailbox answers 404 with this code.
    pub fn no_mailbox(mut self, code: &str) -> Self {
        self.mailbox = Json::Null;
        self.mailbox_how = json!({"target": self.id, "outcome": "answered", "status": 404, "code": code});
        self
    }

    /// Whose mailbox settings could not be read.
    pub fn mailbox_unread(mut self) -> Self {
        self.mailbox = Json::Null;
        self.mailbox_how = json!({"target": self.id, "outcome": "failed", "status": 403, "code": "ErrorAccessDenied", "error": "no right"});
        self
    }

    fn user(&self) -> Json {
        let user = json!({
            "id": self.id,
            "userPrincipalName": format!("{}@Contoso.example", self.id),
            "displayName": self.id,
            "mail": null,
            "accountEnabled": true,
            "userType": "Member",
            "onPremisesSyncEnabled": null,
            "assignedLicenses": [{"skuId": "x"}],
            "signInSessionsValidFromDateTime": "2025-03-24T09:00:00Z",
        });
        with(user, &self.fields)
    }
}

/// A whole case.
#[derive(Clone, Default)]
pub struct Case {
    pub people: Vec<Person>,
    pub inputs: BTreeMap<&'static str, Json>,
    pub answers: Answers,
}

impl Case {
    pub fn of(people: Vec<Person>) -> Self {
        Case {
            people,
            ..Case::default()
        }
    }

    pub fn input(mut self, name: &'static str, value: Json) -> Self {
        self.inputs.insert(name, value);
        self
    }

    pub fn answer(mut self, step: &str, value: Json, how: Json) -> Self {
        self.answers.set(step, value, how);
        self
    }

    /// Walks the playbook. Twice, because whose methods are read is known only after the first time.
    pub fn walk(mut self) -> Walked {
        let people = self.people.clone();
        self.inputs
            .insert("users", people.iter().map(Person::user).collect());
        self.read(
            "interactive",
            people.iter().map(|p| (p.id, stamped(p, p.interactive.as_ref()))),
        );
        self.read(
            "silent",
            people.iter().map(|p| (p.id, stamped(p, p.silent.as_ref()))),
        );
        self.answers.set(
            "mailboxes",
            people.iter().map(|p| p.mailbox.clone()).collect(),
            json!({"outcome": "answered", "turns": people.iter().map(|p| p.mailbox_how.clone()).collect::<Vec<_>>()}),
        );
        self.empty("protected_members");
        self.empty("service_principals");
        self.empty("methods");
        let candidates = Walked::until(&self.inputs, &self.answers, Some("candidates")).at("candidates");
        let ids: Vec<String> = candidates
            .as_array()
            .expect("a list")
            .iter()
            .map(|c| c["id"].as_str().expect("an id").to_owned())
            .collect();
        let chosen: Vec<&Person> = ids
            .iter()
            .map(|id| people.iter().find(|p| p.id == id).expect("a reported user"))
            .collect();
        self.read("methods", chosen.iter().map(|p| (p.id, Some(p.methods.clone()))));
        Walked::through(&self.inputs, &self.answers)
    }

    fn empty(&mut self, step: &str) {
        if !self.answers.has(step) {
            self.answers
                .set(step, json!([]), json!({"outcome": "answered", "turns": []}));
        }
    }

    fn read<'a>(&mut self, step: &str, turns: impl Iterator<Item = (&'a str, Option<Json>)>) {
        if self.answers.has(step) && step != "methods" {
            return;
        }
        let (mut values, mut states) = (Vec::new(), Vec::new());
        for (id, value) in turns {
            let outcome = if value.is_some() { "answered" } else { "failed" };
            states.push(json!({"target": id, "outcome": outcome}));
            values.push(value.unwrap_or(Json::Null));
        }
        self.answers.set(
            step,
            Json::Array(values),
            json!({"outcome": "answered", "turns": states}),
        );
    }
}

/// The sign-ins with whose they are.
fn stamped(person: &Person, signins: Option<&Vec<Json>>) -> Option<Json> {
    let stamp = |signin: &Json| with(signin.clone(), &json!({"userId": person.id}));
    signins.map(|signins| signins.iter().map(stamp).collect())
}
