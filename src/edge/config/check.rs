//! The configuration as written → as it is meant; all mistakes at once.
//!
//! Contacts nobody, fetches no secret, and merges nothing: one file by itself. Tenants are
//! [`crate::edge::config::tenant`]'s.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_yaml::Spanned;

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::edge::config::model::{ClockConfig, TenantConfig};
use crate::edge::config::policy::Policy;
use crate::edge::config::raw::{RawClock, RawConfig, RawPolicy};
use crate::edge::config::read::{parse, span_of};
use crate::edge::config::tenant;
use crate::edge::folders;
use crate::value::Timestamp;

/// More persons than this never sign one plan.
const APPROVALS_LIMIT: u32 = 20;
/// A year in half a minute; more helps nobody.
const FACTOR_LIMIT: u32 = 1_000_000;

/// What machine this is: only Windows can be an Exchange server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Windows.
    Windows,
    /// Anything else.
    Other,
}

impl Platform {
    /// This machine's.
    pub fn here() -> Self {
        if cfg!(windows) { Platform::Windows } else { Platform::Other }
    }
}

/// One file, checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub path: PathBuf,
    pub tenants: BTreeMap<String, TenantConfig>,
    pub state: Option<PathBuf>,
    pub log_key: Option<PathBuf>,
    /// What the file says; else `allowed_signers` beside it.
    pub allowed_signers: (PathBuf, Option<Span>),
    pub policy: Policy,
    /// Where the file says something of the policy: approvals, and each POST.
    pub policy_places: PolicyPlaces,
    pub clock: Option<ClockConfig>,
}

#[derive(Debug, Default)]
pub(super) struct PolicyPlaces {
    pub approvals: Option<Span>,
    pub reading_posts: Vec<(String, Span)>,
}

/// Checks one configuration's text; paths in it are relative to `folder`.
pub(super) fn check(path: &Path, text: &str, platform: Platform) -> Result<Checked, Vec<Diagnostic>> {
    let (file, raw) = parse(&path.display().to_string(), text);
    let raw = raw.map_err(|mistake| vec![mistake])?;
    let mut checker = Checker {
        file,
        folder: path.parent().map(Path::to_owned).unwrap_or_default(),
        platform,
        mistakes: Vec::new(),
    };
    let checked = checker.config(path, &raw);
    if checker.mistakes.is_empty() {
        Ok(checked)
    } else {
        checker.mistakes.sort_by_key(|m| m.span.as_ref().map_or(0, |span| span.range.start));
        Err(checker.mistakes)
    }
}

/// Collects mistakes while a file is checked.
pub(super) struct Checker {
    pub(super) file: Arc<SourceFile>,
    pub(super) folder: PathBuf,
    pub(super) platform: Platform,
    mistakes: Vec<Diagnostic>,
}

impl Checker {
    /// Notes a mistake and hands it out for help to be added.
    pub(super) fn mistake<T>(
        &mut self,
        code: &'static str,
        value: &Spanned<T>,
        message: impl Into<String>,
        help: &str,
    ) {
        let mut mistake = Diagnostic::error(code, span_of(&self.file, value), message);
        if !help.is_empty() {
            mistake = mistake.help(help);
        }
        self.mistakes.push(mistake);
    }

    fn config(&mut self, path: &Path, raw: &RawConfig) -> Checked {
        if raw.redress.value != 1 {
            let message = format!("this is format {}, expected `redress: 1`", raw.redress.value);
            self.mistake("R0506", &raw.redress, message, "");
        }
        let tenants: BTreeMap<_, _> = raw
            .tenants
            .iter()
            .filter_map(|(name, raw)| Some((name.clone(), tenant::check(self, name, raw)?)))
            .collect();
        let is_sandbox = raw.tenants.values().all(|tenant| tenant.value.sandbox);
        Checked {
            path: path.to_owned(),
            state: self.path(raw.state.as_ref()),
            log_key: self.log_key(raw.log_key.as_ref()),
            allowed_signers: match self.path(raw.allowed_signers.as_ref()) {
                Some(path) => (path, raw.allowed_signers.as_ref().map(|s| span_of(&self.file, s))),
                None => (self.folder.join("allowed_signers"), None),
            },
            policy: self.policy(&raw.policy),
            policy_places: self.policy_places(&raw.policy),
            clock: raw.clock.as_ref().and_then(|clock| self.clock(clock, is_sandbox)),
            tenants,
        }
    }

    /// A path relative to the file's folder.
    pub(super) fn path(&mut self, text: Option<&Spanned<String>>) -> Option<PathBuf> {
        let text = text?;
        if text.value.is_empty() {
            self.mistake("R0516", text, "the path is empty", "");
            return None;
        }
        Some(folders::resolve(&self.folder, &text.value))
    }

    fn log_key(&mut self, text: Option<&Spanned<String>>) -> Option<PathBuf> {
        let text = text?;
        match text.value.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Some(folders::resolve(&self.folder, path)),
            Some(_) | None => {
                self.mistake(
                    "R0516",
                    text,
                    "the log key is a file: expected `file:PATH`",
                    "`redress init` makes one and writes this line",
                );
                None
            }
        }
    }

    fn policy(&mut self, raw: &RawPolicy) -> Policy {
        let mut policy = Policy::default();
        if let Some(approvals) = &raw.approvals {
            if (1..=APPROVALS_LIMIT).contains(&approvals.value) {
                policy.approvals = approvals.value as usize;
            } else {
                let message = format!("`approvals` is {}, expected 1 to {APPROVALS_LIMIT}", approvals.value);
                self.mistake("R0515", approvals, message, "nothing is applied without an approval");
            }
        }
        for post in &raw.reading_posts {
            let path = post.value.strip_prefix("POST ").unwrap_or_default();
            if !path.starts_with('/') || path.contains(char::is_whitespace) {
                self.mistake(
                    "R0515",
                    post,
                    "expected `POST /path`, as a playbook writes it",
                    "list only calls whose documentation says that they change nothing",
                );
            }
        }
        policy.reading_posts = raw.reading_posts.iter().map(|post| post.value.clone()).collect();
        policy.reading_posts.sort();
        policy.reading_posts.dedup();
        policy
    }

    fn policy_places(&self, raw: &RawPolicy) -> PolicyPlaces {
        PolicyPlaces {
            approvals: raw.approvals.as_ref().map(|a| span_of(&self.file, a)),
            reading_posts: raw
                .reading_posts
                .iter()
                .map(|post| (post.value.clone(), span_of(&self.file, post)))
                .collect(),
        }
    }

    fn clock(&mut self, raw: &Spanned<RawClock>, is_sandbox: bool) -> Option<ClockConfig> {
        if !is_sandbox {
            self.mistake(
                "R0514",
                raw,
                "`clock` is for sandboxes, and this file names a real tenant",
                "remove it: a real tenant has real time",
            );
        }
        let factor = &raw.value.factor;
        if !(1..=FACTOR_LIMIT).contains(&factor.value) {
            let message = format!("`factor` is {}, expected 1 to {FACTOR_LIMIT}", factor.value);
            self.mistake("R0514", factor, message, "");
        }
        let start = self.instant(&raw.value.start);
        let since = self.instant(&raw.value.since);
        Some(ClockConfig {
            start: start?,
            since: since?,
            factor: factor.value,
        })
    }

    fn instant(&mut self, text: &Spanned<String>) -> Option<Timestamp> {
        let parsed = text.value.parse().ok();
        if parsed.is_none() {
            self.mistake("R0514", text, "this is no instant: expected `2026-11-23T10:15:00Z`", "");
        }
        parsed
    }
}
