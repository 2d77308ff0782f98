//! One change step: its targets, and for each of them the action or the reason why there is none.
//!
//! Actions are rendered one at a time and never all held; nothing is sent here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::playbook::Playbook;
use crate::playbook::expression::Scope;
use crate::playbook::model::{Change, LeaveOut, LeftOut, Step};
use crate::playbook::text::Message;
use crate::program::model::{ProgramError, Request};
use crate::program::render::{self, Rendered, Scripts};
use crate::program::target;
use crate::program::watch::{Truth, WatchRun, truth};
use crate::value::{ActionId, Json, StepId, TargetId, Value};

/// A change step whose targets are known.
#[derive(Clone, Debug)]
pub struct ChangeStep {
    pub(crate) playbook: Arc<Playbook>,
    pub(crate) scripts: Arc<Scripts>,
    pub(crate) index: usize,
    pub(crate) scope: Scope,
    /// A step without `for_each` has one turn and no element.
    pub(crate) turns: Arc<[Turn]>,
    /// Conditional: the turns are the most that a later-known `for_each` may yield.
    pub(crate) certainty: Certainty,
    pub(crate) protected: Arc<BTreeMap<String, String>>,
}

/// One turn of a change step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turn {
    /// What it acts on.
    pub(crate) element: Option<Json>,
    /// From 1; its place in `among` where the step has one, so that it is the same at plan and at apply.
    pub(crate) ordinal: usize,
}

/// Whether a listed action will come for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It comes, or the run stops.
    Certain,
    /// It comes only if what is known later says so.
    Conditional,
}

/// One turn of a change step.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Place in the list, from 0.
    pub index: usize,
    /// Which action it is or would be.
    pub id: ActionId,
    /// Whom it is about.
    pub target: TargetId,
    /// For people: name and address, or the id.
    pub label: String,
    /// What happens with it.
    pub disposition: Disposition,
    /// Whether an action comes for sure.
    pub certainty: Certainty,
    scope: Scope,
    step: ChangeStepRef,
}

type ChangeStepRef = (Arc<Playbook>, Arc<Scripts>, usize);

/// What happens with a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Disposition {
    /// An action; `None` where the request is known only after an earlier change.
    Act(Option<Request>),
    /// No action, and why.
    LeaveOut {
        /// Which outcome it gets.
        outcome: LeftOutAs,
        /// In plain words.
        because: String,
    },
}

/// The outcome of a turn that yields no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOutAs {
    /// Never a target.
    Protected,
    /// It would change nothing.
    NoEffect,
    /// Its `when` is false.
    Skipped,
}

impl LeftOutAs {
    /// The word of the documentation.
    pub fn as_str(self) -> &'static str {
        match self {
            LeftOutAs::Protected => "protected",
            LeftOutAs::NoEffect => "no_effect",
            LeftOutAs::Skipped => "skipped",
        }
    }
}

impl ChangeStep {
    /// The step as written.
    pub fn step(&self) -> &Step {
        &self.playbook.steps[self.index]
    }

    /// What people call a step without targets: its title, else its id.
    fn name(&self) -> String {
        self.step().title.clone().unwrap_or_else(|| self.id().to_string())
    }

    /// The scripts of the program.
    pub fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// Its id.
    pub fn id(&self) -> &StepId {
        &self.step().id
    }

    /// What it says about its change.
    pub fn change(&self) -> &Change {
        self.step()
            .change
            .as_ref()
            .expect("the interpreter makes a ChangeStep only of a change")
    }

    /// Whether its turns come for sure.
    pub fn certainty(&self) -> Certainty {
        self.certainty
    }

    /// Number of turns.
    pub fn turns(&self) -> usize {
        self.turns.len()
    }

    /// All turns, rendered one after the other.
    pub fn candidates(&self) -> impl Iterator<Item = Result<Candidate, ProgramError>> + '_ {
        (0..self.turns.len()).map(|index| self.candidate(index))
    }

    /// Two turns about one target would be two changes under one name.
    ///
    /// # Errors
    /// Names the target that stands twice in the list, or the element that has no id.
    pub fn check_targets(&self) -> Result<(), ProgramError> {
        let mut seen = BTreeSet::new();
        for turn in self.turns.iter() {
            let target = self.target(turn.element.as_ref())?;
            if !seen.insert(target.clone()) {
                return Err(self.error(format!(
                    "`for_each` names the target `{target}` twice, expected each once; `distinct` removes doubles"
                )));
            }
        }
        Ok(())
    }

    /// One turn, rendered.
    ///
    /// # Errors
    /// A hole or a condition has no value; an element has no id.
    pub fn candidate(&self, index: usize) -> Result<Candidate, ProgramError> {
        let Turn { element, ordinal } = &self.turns[index];
        let element = element.as_ref();
        let target = self.target(element)?;
        let mut scope = self.scope.clone();
        if let (Some(each), Some(element)) = (&self.step().for_each, element) {
            scope.bind(&each.name, Value::Known(element.clone()));
        }
        let (disposition, certainty) = self.disposition(element, &scope)?;
        Ok(Candidate {
            index,
            id: ActionId::of(self.id(), &target, *ordinal),
            label: element.map_or_else(|| self.name(), target::label),
            target,
            disposition,
            certainty,
            scope,
            step: (Arc::clone(&self.playbook), Arc::clone(&self.scripts), self.index),
        })
    }

    fn disposition(
        &self,
        element: Option<&Json>,
        scope: &Scope,
    ) -> Result<(Disposition, Certainty), ProgramError> {
        if let Some(because) = element.and_then(|e| self.protection(e)) {
            let outcome = LeftOutAs::Protected;
            return Ok((Disposition::LeaveOut { outcome, because }, Certainty::Certain));
        }
        let mut certainty = self.certainty;
        if let (Some(when), Some(_)) = (&self.step().when, element) {
            match truth(when, scope).map_err(|e| ProgramError::of(self.id(), e))? {
                Truth::Yes => {}
                Truth::No => {
                    let because = format!("`when: {}` is false", when.source().trim());
                    let outcome = LeftOutAs::Skipped;
                    return Ok((Disposition::LeaveOut { outcome, because }, Certainty::Certain));
                }
                Truth::Unknown => certainty = Certainty::Conditional,
            }
        }
        for rule in &self.change().leave_out {
            match truth(&rule.condition, scope).map_err(|e| ProgramError::of(self.id(), e))? {
                Truth::Yes => return Ok((self.left_out(rule, scope)?, Certainty::Certain)),
                Truth::Unknown => certainty = Certainty::Conditional,
                Truth::No => {}
            }
        }
        Ok((Disposition::Act(self.request(scope)?), certainty))
    }

    fn left_out(&self, rule: &LeaveOut, scope: &Scope) -> Result<Disposition, ProgramError> {
        Ok(Disposition::LeaveOut {
            outcome: match rule.outcome {
                LeftOut::Protected => LeftOutAs::Protected,
                LeftOut::NoEffect => LeftOutAs::NoEffect,
            },
            because: say(&rule.because, scope, self.id())?,
        })
    }

    fn request(&self, scope: &Scope) -> Result<Option<Request>, ProgramError> {
        let rendered = render::step_request(&self.step().kind, &self.scripts, scope)
            .expect("a change step calls something")
            .map_err(|e| ProgramError::of(self.id(), e))?;
        Ok(match rendered {
            Rendered::Exact(request) => Some(request),
            Rendered::Later => None,
        })
    }

    fn protection(&self, element: &Json) -> Option<String> {
        target::raw_id(element).and_then(|id| self.protected.get(&id.to_lowercase()).cloned())
    }

    fn target(&self, element: Option<&Json>) -> Result<TargetId, ProgramError> {
        match element {
            None => Ok(TargetId::new("-")),
            Some(element) => target::id(element).ok_or_else(|| {
                self.error(
                    "an element of `for_each` has no `id`; a change needs to know its target: \
                     expected a text, or a map with `id`"
                        .to_owned(),
                )
            }),
        }
    }

    /// The watch that may release the hold after the first wave; `wave` are the elements of its targets.
    ///
    /// # Errors
    /// A hole has no value.
    pub fn hold_watch(&self, wave: &[usize]) -> Result<Option<WatchRun>, ProgramError> {
        let Some(watch) = self.change().hold.as_ref().and_then(|hold| hold.watch.as_ref()) else {
            return Ok(None);
        };
        let elements = wave.iter().filter_map(|index| self.turns[*index].element.clone());
        let mut scope = self.scope.clone();
        scope.bind("wave", Value::Known(Json::Array(elements.collect())));
        WatchRun::render(watch, &self.scripts, &scope).map_err(|e| ProgramError::of(self.id(), e))
    }

    /// What the person is told who looks at the hold.
    ///
    /// # Errors
    /// A hole has no value.
    pub fn hold_message(&self) -> Result<Option<String>, ProgramError> {
        let message = self.change().hold.as_ref().and_then(|hold| hold.message.as_ref());
        message
            .map(|message| say(message, &self.scope, self.id()))
            .transpose()
    }

    fn error(&self, message: String) -> ProgramError {
        ProgramError {
            step: self.id().clone(),
            message,
            span: self.step().span.clone(),
        }
    }
}

impl Candidate {
    /// The step as written.
    pub fn step(&self) -> &Step {
        &self.step.0.steps[self.step.2]
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(crate) fn scripts(&self) -> &Scripts {
        &self.step.1
    }

    /// What the step says about its change.
    pub fn change(&self) -> &Change {
        self.step()
            .change
            .as_ref()
            .expect("a candidate belongs to a change")
    }

    /// What it means for whom it touches, in plain words.
    ///
    /// # Errors
    /// A hole has no value.
    pub fn consequence(&self) -> Result<Option<String>, ProgramError> {
        self.change()
            .consequence
            .as_ref()
            .map(|message| say(message, &self.scope, &self.step().id))
            .transpose()
    }

    /// The watch that verifies the change, seeing what the checks before it read.
    ///
    /// # Errors
    /// A hole has no value.
    pub fn verification(&self, before: &BTreeMap<String, Json>) -> Result<Option<WatchRun>, ProgramError> {
        let Some(watch) = &self.change().verify else {
            return Ok(None);
        };
        let mut scope = self.scope.clone();
        for (name, value) in before {
            scope.bind(name, Value::Known(value.clone()));
        }
        WatchRun::render(watch, self.scripts(), &scope).map_err(|e| ProgramError::of(&self.step().id, e))
    }
}

/// A message as text; what is not known is said to be so.
pub(crate) fn say(message: &Message, scope: &Scope, step: &StepId) -> Result<String, ProgramError> {
    Ok(
        match message.render(scope).map_err(|e| ProgramError::of(step, e))? {
            Value::Known(Json::String(text)) => text.trim_end().to_owned(),
            Value::Known(other) => other.to_string(),
            Value::Absent | Value::Unknown => "(known after apply)".to_owned(),
            Value::Secret => "(secret)".to_owned(),
        },
    )
}
