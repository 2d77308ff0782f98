//! The Exchange side as far as the sandbox sees it: `exchange-state.json`, which the PowerShell module keeps.
//!
//! Never writes that file. Without one, what the tenant file says is served and no refresh ever happens.

use std::path::PathBuf;
use std::sync::Arc;

use crate::run::clock::SimulatedClock;
use crate::value::{Json, Timestamp};

/// What is known of the Exchange side.
pub struct ExchangeSide {
    path: Option<PathBuf>,
    clock: Arc<dyn SimulatedClock>,
    refreshed: Option<Timestamp>,
    published: Vec<String>,
}

impl std::fmt::Debug for ExchangeSide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExchangeSide")
            .field("path", &self.path)
            .field("refreshed", &self.refreshed)
            .finish_non_exhaustive()
    }
}

impl ExchangeSide {
    /// Reads `path`, when asked, else serves `published`.
    pub fn new(path: Option<PathBuf>, clock: Arc<dyn SimulatedClock>, published: Vec<String>) -> Self {
        ExchangeSide {
            path,
            clock,
            refreshed: None,
            published,
        }
    }

    /// Looks at the file again. A file that is missing or half written changes nothing.
    pub fn look(&mut self) {
        let Some(path) = &self.path else {
            return;
        };
        let modified = std::fs::metadata(path).and_then(|data| data.modified());
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let Ok(state) = serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')) else {
            return;
        };
        if let Some(certificates) = state.get("published_certificates").and_then(Json::as_array) {
            self.published = certificates
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect();
        }
        if self.refreshed.is_none() && has_refreshed(&state) {
            let at = modified.map(|at| self.clock.at(at));
            self.refreshed = Some(at.unwrap_or_else(|_| self.clock.now()));
        }
    }

    /// When the metadata was first refreshed, in the sandbox's time.
    pub fn refreshed(&self) -> Option<Timestamp> {
        self.refreshed
    }

    /// The published certificates.
    pub fn published(&self) -> &[String] {
        &self.published
    }
}

fn has_refreshed(state: &Json) -> bool {
    match state.get("refreshes") {
        Some(Json::Number(count)) => count.as_u64().is_some_and(|count| count > 0),
        Some(Json::Array(list)) => !list.is_empty(),
        Some(Json::Object(by_server)) => by_server
            .values()
            .any(|count| count.as_u64().is_some_and(|n| n > 0)),
        Some(Json::Null | Json::Bool(_) | Json::String(_)) | None => false,
    }
}
