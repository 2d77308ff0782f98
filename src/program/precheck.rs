//! What is read right before a change, and what follows from it by the playbook's own rules.
//!
//! Says what a change rests on and where to read it again; [`crate::plan::drift`] says what counts as drift.

use std::collections::BTreeMap;

use crate::catalog;
use crate::graph::model::GraphRequest;
use crate::graph::url;
use crate::playbook::expression::Scope;
use crate::playbook::model::{GraphCall, Precheck, StepKind};
use crate::program::change::{Candidate, say};
use crate::program::model::{ProgramError, Request};
use crate::program::render::{self, Rendered};
use crate::program::target;
use crate::program::watch::{Truth, truth};
use crate::value::{Answer, Json, Value};

/// The name under which the target's own fields are read again, where no `precheck` reads them.
pub const DRIFT: &str = "drift";
/// The name of the `precheck` read.
pub const BEFORE: &str = "before";

/// One read of a check, and the name its answer is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRead {
    /// `before`, a name of `also`, or `drift`.
    pub name: String,
    /// What to send.
    pub request: Request,
}

/// A field that the change rests on, as the plan observed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rested {
    /// `accountEnabled`, `certificates`.
    pub path: Vec<String>,
    /// What the plan observed.
    pub observed: Json,
}

/// What the playbook's rules say after the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Go.
    Go,
    /// `skip_if` was true.
    Skip {
        /// In plain words.
        because: String,
    },
}

impl Candidate {
    /// The fields that the change rests on, with what the plan observed.
    ///
    /// # Errors
    /// The target was not read with such a field, so that nothing could be compared.
    pub fn rests_on(&self) -> Result<Vec<Rested>, ProgramError> {
        self.change()
            .rests_on
            .iter()
            .map(|field| {
                let root = self.scope().get(&field.root);
                let observed = root.as_ref().and_then(Value::known).and_then(|json| {
                    field
                        .path
                        .iter()
                        .try_fold(json, |value, key| value.get(key))
                });
                match observed {
                    Some(json) => Ok(Rested {
                        path: field.path.clone(),
                        observed: json.clone(),
                    }),
                    None => Err(ProgramError {
                        step: self.step().id.clone(),
                        message: format!(
                            "the change rests on `{}.{}`, which was not read for `{}`; read it in an earlier step",
                            field.root,
                            field.path.join("."),
                            self.target
                        ),
                        span: field.span.clone(),
                    }),
                }
            })
            .collect()
    }

    /// What to read right before the change, in order; empty where nothing is to be checked.
    ///
    /// # Errors
    /// A hole has no value; a change rests on fields that nothing can read again.
    pub fn check_reads(&self) -> Result<Vec<CheckRead>, ProgramError> {
        let mut reads = Vec::new();
        if let Some(precheck) = &self.change().precheck {
            reads.push(self.check_read(BEFORE, precheck, None)?);
            for (name, _) in &precheck.also {
                reads.push(self.check_read(name, precheck, Some(name))?);
            }
        }
        self.add_drift_read(&mut reads)?;
        Ok(reads)
    }

    /// What the playbook's `skip_if` says of the answers.
    ///
    /// # Errors
    /// The condition has no value.
    pub fn judge(&self, answers: &BTreeMap<String, Json>) -> Result<Judgement, ProgramError> {
        let Some(precheck) = &self.change().precheck else {
            return Ok(Judgement::Go);
        };
        let scope = self.bound(answers);
        let skip = match &precheck.skip_if {
            None => Truth::No,
            Some(condition) => truth(condition, &scope).map_err(|e| ProgramError::of(&self.step().id, e))?,
        };
        Ok(match skip {
            Truth::Yes => Judgement::Skip {
                because: match &precheck.because {
                    Some(message) => say(message, &scope, &self.step().id)?,
                    None => "its `skip_if` is true".to_owned(),
                },
            },
            // What is unknown never leads to a change, but nothing is unknown once the reads are answered.
            Truth::No | Truth::Unknown => Judgement::Go,
        })
    }

    /// The answer to compare with what was observed: the target's own read, or the `precheck`.
    pub fn drift_subject<'a>(&self, answers: &'a BTreeMap<String, Json>) -> Option<&'a Json> {
        let subject = answers.get(DRIFT).or_else(|| answers.get(BEFORE))?;
        match subject {
            Json::Array(items) => {
                let scope_id = self.raw_id();
                items
                    .iter()
                    .find(|item| target::raw_id(item) == scope_id.as_deref())
                    .or(if items.len() == 1 { items.first() } else { None })
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => Some(subject),
        }
    }

    /// The target's id as the tenant knows it.
    pub fn raw_id(&self) -> Option<String> {
        let each = self.step().for_each.as_ref()?;
        let element = self.scope().get(&each.name)?;
        element.known().and_then(target::raw_id).map(str::to_owned)
    }

    fn bound(&self, answers: &BTreeMap<String, Json>) -> Scope {
        let mut scope = self.scope().clone();
        for (name, json) in answers {
            scope.bind(name, Value::Known(json.clone()));
        }
        scope
    }

    fn check_read(
        &self,
        name: &str,
        precheck: &Precheck,
        also: Option<&str>,
    ) -> Result<CheckRead, ProgramError> {
        let read = match also {
            None => &precheck.read,
            Some(wanted) => {
                &precheck
                    .also
                    .iter()
                    .find(|(name, _)| name == wanted)
                    .expect("the name comes from this list")
                    .1
            }
        };
        match render::read_request(read, self.scripts(), self.scope())
            .map_err(|e| ProgramError::of(&self.step().id, e))?
        {
            Rendered::Exact(request) => Ok(CheckRead {
                name: name.to_owned(),
                request,
            }),
            Rendered::Later => Err(self.wrong(format!(
                "the read `{name}` before the change refers to what is not known yet"
            ))),
        }
    }

    fn add_drift_read(&self, reads: &mut Vec<CheckRead>) -> Result<(), ProgramError> {
        if self.change().rests_on.is_empty() {
            return Ok(());
        }
        let fields: Vec<&str> = self
            .change()
            .rests_on
            .iter()
            .map(|f| f.path[0].as_str())
            .collect();
        let StepKind::Graph(call) = &self.step().kind else {
            return if reads.is_empty() {
                Err(self.wrong("`rests_on` needs a `precheck` that reads those fields again".to_owned()))
            } else {
                Ok(())
            };
        };
        let Some(path) = self.target_path(call) else {
            return Err(self.wrong(format!(
                "`rests_on` cannot be read again: the catalogue knows no target of `{}`",
                call.path.pattern()
            )));
        };
        if let Some(Request::Graph(before)) = reads.first_mut().map(|read| &mut read.request)
            && url::path(&before.url) == path
        {
            before.url = url::select_also(&before.url, &fields);
            return Ok(());
        }
        reads.push(CheckRead {
            name: DRIFT.to_owned(),
            request: Request::Graph(GraphRequest {
                method: "GET".to_owned(),
                url: url::select_also(&format!("{path}?$select=id"), &fields),
                headers: Vec::new(),
                body: None,
                pages: None,
                expect: Vec::new(),
            }),
        });
        Ok(())
    }

    fn target_path(&self, call: &GraphCall) -> Option<String> {
        let known = catalog::find(call.method.as_str(), &call.path.pattern())?;
        let id = self.raw_id()?;
        let path = known.target?.replacen("{}", &url::segment(&id), 1);
        Some(format!("{}{path}", call.version.prefix()))
    }

    fn wrong(&self, message: String) -> ProgramError {
        ProgramError {
            step: self.step().id.clone(),
            message,
            span: self.step().span.clone(),
        }
    }
}

/// What an answer is worth to the playbook: its body, or null where the status was an expected refusal.
pub fn value_of(answer: &Answer) -> Json {
    if (200..300).contains(&answer.status) {
        answer.body.clone()
    } else {
        Json::Null
    }
}
