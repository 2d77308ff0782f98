//! Raw → checked: versions, ids, names and times, all mistakes collected.
//!
//! Users and groups are built in `people.rs`, sign-ins in `rules.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_yaml::Spanned;

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::sandbox::made_up;
use crate::sandbox::tenant::model::{App, Lags, TenantFile};
use crate::sandbox::tenant::raw::{RawApp, RawLags, RawTenant, Text};
use crate::sandbox::tenant::{DUPLICATE, GUID, SHAPE, TIME, VERSION, faults, people, rules, times};
use crate::value::{Json, TenantId, Timestamp};

/// Collects what is wrong, and knows where names stand for whom.
pub(super) struct Checker<'a> {
    file: &'a Arc<SourceFile>,
    wrong: Vec<Diagnostic>,
    /// UPN and id in lower case → index.
    pub users: BTreeMap<String, usize>,
    /// Id and display name in lower case → index.
    pub groups: BTreeMap<String, usize>,
}

impl Checker<'_> {
    /// Adds a mistake; the answer can still get help.
    pub fn error<T>(&mut self, code: &'static str, at: &Spanned<T>, message: String) {
        let diagnostic = self.diagnostic(code, at, message);
        self.wrong.push(diagnostic);
    }

    /// Adds a mistake with a suggestion from the known names.
    pub fn unknown<'k>(
        &mut self,
        code: &'static str,
        at: &Text,
        message: String,
        known: impl Iterator<Item = &'k str>,
    ) {
        let diagnostic = self.diagnostic(code, at, message).did_you_mean(&at.value, known);
        self.wrong.push(diagnostic);
    }

    fn diagnostic<T>(&self, code: &'static str, at: &Spanned<T>, message: String) -> Diagnostic {
        let span = at.referenced.span();
        let offset = |part: Option<u64>| usize::try_from(part.unwrap_or(0)).unwrap_or(0);
        let from = offset(span.byte_offset()).min(self.file.text.len());
        let to = (from + offset(span.byte_len())).min(self.file.text.len());
        Diagnostic::error(code, Span::new(self.file, from..to), message)
    }

    /// The value, or a mistake and a stand-in.
    pub fn keep<T, U>(&mut self, code: &'static str, at: &Spanned<U>, result: Result<T, String>, or: T) -> T {
        result.unwrap_or_else(|message| {
            self.error(code, at, message);
            or
        })
    }

    /// A GUID in lower case.
    pub fn guid(&mut self, text: &Text) -> String {
        if let Ok(id) = uuid::Uuid::try_parse(&text.value) {
            return id.to_string();
        }
        self.error(GUID, text, format!("`{}` is no GUID", text.value));
        text.value.to_lowercase()
    }

    /// An optional instant.
    pub fn instant(&mut self, text: Option<&Text>, or: Timestamp) -> Timestamp {
        match text {
            Some(text) => self.keep(TIME, text, times::instant(&text.value), or),
            None => or,
        }
    }

    /// Takes a name, once.
    pub fn take(&mut self, what: &str, name: &Text, taken: &mut BTreeMap<String, usize>, index: usize) {
        let key = name.value.to_lowercase();
        match taken.get(&key) {
            Some(other) if *other != index => {
                let message = format!("the {what} `{}` is already taken", name.value);
                self.error(DUPLICATE, name, message);
            }
            Some(_) | None => {
                taken.insert(key, index);
            }
        }
    }
}

/// Checks everything.
pub(super) fn check(raw: RawTenant, file: &Arc<SourceFile>) -> Result<TenantFile, Vec<Diagnostic>> {
    let mut checker = Checker {
        file,
        wrong: Vec::new(),
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
    };
    let tenant = build(&mut checker, raw);
    let mut wrong = checker.wrong;
    if wrong.is_empty() {
        return Ok(tenant);
    }
    wrong.sort_by_key(|d| d.span.as_ref().map(|span| span.range.start));
    Err(wrong)
}

fn build(checker: &mut Checker<'_>, raw: RawTenant) -> TenantFile {
    if raw.redress_tenant.value != 1 {
        let message = format!("version `{}` is unknown: expected `1`", raw.redress_tenant.value);
        checker.error(VERSION, &raw.redress_tenant, message);
    }
    let start = checker.instant(Some(&raw.start), Timestamp::UNIX_EPOCH);
    let domain = raw.domain.unwrap_or_else(|| first_domain(&raw.users));
    let users = people::users(checker, raw.users, raw.more_users, start, &domain);
    let groups = people::groups(checker, &raw.groups);
    let service_principals = objects(
        checker,
        raw.service_principals,
        &["appId", "displayName"],
        |fields| {
            let id = made_up::guid(&["service principal", text(fields, "appId")]);
            fields.entry("id").or_insert_with(|| Json::from(id));
            fields.entry("accountEnabled").or_insert(Json::Bool(true));
        },
    );
    let sign_ins = rules::sign_ins(checker, raw.sign_ins, start, &service_principals);
    TenantFile {
        id: TenantId::new(checker.guid(&raw.id)),
        name: raw.name,
        domain,
        start,
        premium: raw.premium,
        app: app(checker, raw.app),
        inputs: raw.rehearse.map(|rehearse| rehearse.inputs).unwrap_or_default(),
        users,
        groups,
        service_principals,
        issues: objects(checker, raw.issues, &["id"], |_| ()),
        conditional_access: objects(checker, raw.conditional_access, &["id", "displayName"], |_| ()),
        audits: objects(checker, raw.audits, &["id", "activityDateTime"], |_| ()),
        sign_ins,
        exchange: raw
            .exchange
            .map(|exchange| super::exchange::exchange(checker, exchange)),
        lags: lags(checker, &raw.lags),
        faults: faults::faults(checker, raw.faults),
        throttling: raw.throttling,
    }
}

fn first_domain(users: &[super::raw::RawUser]) -> String {
    users
        .first()
        .and_then(|user| user.user_principal_name.value.rsplit_once('@'))
        .map_or_else(|| "tenant.example".to_owned(), |(_, domain)| domain.to_owned())
}

fn app(checker: &mut Checker<'_>, raw: RawApp) -> App {
    App {
        client_id: checker.guid(&raw.client_id),
        name: raw.name.unwrap_or_else(|| "Redress".to_owned()),
        roles: raw.roles,
    }
}

fn text<'f>(fields: &'f super::model::Fields, name: &str) -> &'f str {
    fields.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// Graph objects that are served as they are: maps, with the fields that they cannot do without.
fn objects(
    checker: &mut Checker<'_>,
    raw: Vec<Spanned<Json>>,
    needed: &[&str],
    complete: impl Fn(&mut super::model::Fields),
) -> Vec<Json> {
    let mut objects = Vec::with_capacity(raw.len());
    let mut ids = BTreeMap::new();
    for (index, mut spanned) in raw.into_iter().enumerate() {
        let Some(fields) = spanned.value.as_object_mut() else {
            checker.error(SHAPE, &spanned, "expected a map of Graph's fields".to_owned());
            continue;
        };
        let missing: Vec<&str> = needed
            .iter()
            .copied()
            .filter(|name| text(fields, name).is_empty())
            .collect();
        complete(fields);
        let id = text(fields, "id").to_owned();
        for name in missing {
            checker.error(SHAPE, &spanned, format!("the text `{name}` is missing"));
        }
        if ids.insert(id.to_lowercase(), index).is_some() && !id.is_empty() {
            checker.error(DUPLICATE, &spanned, format!("the id `{id}` is already taken"));
        }
        objects.push(spanned.value);
    }
    objects
}

fn lags(checker: &mut Checker<'_>, raw: &RawLags) -> Lags {
    let mut read = |text: Option<&Text>| match text {
        Some(text) => checker.keep(
            TIME,
            text,
            times::duration(&text.value),
            std::time::Duration::ZERO,
        ),
        None => std::time::Duration::ZERO,
    };
    Lags {
        revocation: read(raw.revocation.as_ref()),
        sign_ins: read(raw.sign_ins.as_ref()),
    }
}
