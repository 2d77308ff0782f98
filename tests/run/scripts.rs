//! PowerShell in memory: scripts that are run here, handed over, or cannot be run at all.
//!
//! One changing script, which refreshes a server, and one that reads it.

use std::sync::Arc;

use redress::playbook::check::{ParameterKind, TemplateFacts, TemplateProblem, Templates};
use redress::playbook::model::Effect;
use redress::run::ports::{Bundle, CallError, CallErrorKind, Door, Pending, ScriptJob, Scripts};
use redress::value::{Answer, Digest, Json};
use serde_json::json;

use crate::world::{Tenant, answer, error};

/// The templates that the playbooks of these tests name.
pub struct Shelf;

impl Templates for Shelf {
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem> {
        let effect = match name {
            "exchange/get-server" => Effect::Read,
            "exchange/set-server" => Effect::Change,
            _ => return Err(TemplateProblem::Missing),
        };
        Ok(TemplateFacts {
            text: format!("# {name}\n"),
            effect,
            parameters: [("Identity".to_owned(), ParameterKind::String)].into(),
            required: ["Identity".to_owned()].into(),
        })
    }

    fn names(&self) -> Vec<String> {
        ["exchange/get-server", "exchange/set-server"]
            .map(str::to_owned)
            .to_vec()
    }
}

pub struct MemoryScripts {
    pub door: Door,
    pub tenant: Arc<Tenant>,
}

impl MemoryScripts {
    fn server(job: &ScriptJob) -> String {
        job.request.parameters[0].1.as_str().unwrap().to_owned()
    }

    fn count(&self, job: &ScriptJob) -> Json {
        let state = self.tenant.state.lock().unwrap();
        json!({"refreshed": state.servers.get(&Self::server(job)).copied().unwrap_or(0)})
    }
}

/// Does what the script does, wherever it is run.
pub fn refresh(tenant: &Tenant, server: &str) {
    *tenant
        .state
        .lock()
        .unwrap()
        .servers
        .entry(server.to_owned())
        .or_default() += 1;
}

impl Scripts for MemoryScripts {
    fn door(&self, _host: &str) -> Door {
        self.door
    }

    fn read<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move { Ok(answer(200, self.count(job))) })
    }

    fn preview<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            Ok(answer(
                200,
                json!({"what_if": [format!("would refresh {}", Self::server(job))]}),
            ))
        })
    }

    fn change<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let journal = self.tenant.journal.get().expect("only a run changes");
            if !journal.has_open_intent(&job.action) {
                let breach = format!("the script of {} began before its intent was durable", job.action);
                self.tenant.seen.lock().unwrap().breaches.push(breach);
            }
            let folder = job.folder.display().to_string();
            self.tenant
                .state
                .lock()
                .unwrap()
                .scripts
                .insert(folder.clone(), false);
            tokio::task::yield_now().await;
            refresh(&self.tenant, &Self::server(job));
            self.tenant.state.lock().unwrap().scripts.insert(folder, true);
            Ok(answer(200, Json::Null))
        })
    }

    fn recover<'a>(&'a self, job: &'a ScriptJob) -> Pending<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let folder = job.folder.display().to_string();
            match self.tenant.state.lock().unwrap().scripts.get(&folder) {
                None => Err(error(CallErrorKind::NotSent, None)),
                Some(false) => Err(error(CallErrorKind::NoAnswer, None)),
                Some(true) => Ok(answer(200, Json::Null)),
            }
        })
    }

    fn bundle(&self, job: &ScriptJob) -> Result<Bundle, CallError> {
        let manifest = format!("{{\"action\":\"{}\"}}", job.action).into_bytes();
        Ok(Bundle {
            manifest: Digest::of(&manifest),
            files: vec![("manifest.json".to_owned(), manifest)],
        })
    }
}
