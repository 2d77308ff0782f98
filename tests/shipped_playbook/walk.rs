//! Walks the shipped playbook's expressions over answers that a test made up.
//!
//! Sends nothing and makes no plan: reads are bound as given, everything else is evaluated as the playbook says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use redress::diagnostic::SourceFile;
use redress::playbook::Playbook;
use redress::playbook::check::{
    Checked, ParameterKind, Surroundings, TemplateFacts, TemplateProblem, Templates, check,
};
use redress::playbook::expression::{Expression, Scope};
use redress::playbook::model::{Compute, OutputFormat, Step, StepKind};
use redress::playbook::text::Message;
use redress::powershell::template::{self, Template};
use redress::powershell::templates;
use redress::value::{Json, Timestamp, Value};
use serde_json::json;

const TEXT: &str = include_str!("../../playbooks/outlook-auth-loop/playbook.yaml");
pub const NOW: &str = "2026-03-24T09:00:00Z";

struct Embedded;

impl Templates for Embedded {
    fn template(&self, name: &str) -> Result<TemplateFacts, TemplateProblem> {
        let text = templates::find(name).ok_or(TemplateProblem::Missing)?;
        let declaration = Template::parse(text)
            .expect("an embedded template parses")
            .declaration;
        let all = || declaration.parameters.iter();
        Ok(TemplateFacts {
            text: text.to_owned(),
            effect: declaration.effect,
            parameters: all().map(|p| (p.name.clone(), kind(p.kind))).collect(),
            required: all()
                .filter(|p| p.required)
                .map(|p| p.name.clone())
                .collect::<BTreeSet<_>>(),
        })
    }

    fn names(&self) -> Vec<String> {
        templates::names().map(str::to_owned).collect()
    }
}

fn kind(kind: template::ParameterKind) -> ParameterKind {
    match kind {
        template::ParameterKind::String => ParameterKind::String,
        template::ParameterKind::Integer => ParameterKind::Integer,
        template::ParameterKind::Boolean => ParameterKind::Boolean,
        template::ParameterKind::List => ParameterKind::List,
        template::ParameterKind::Map => ParameterKind::Map,
        template::ParameterKind::Timestamp => ParameterKind::Timestamp,
    }
}

/// Checks the shipped text.
pub fn checked() -> Checked {
    let file = Arc::new(SourceFile {
        name: "playbook.yaml".to_owned(),
        text: TEXT.to_owned(),
    });
    check(
        file,
        Surroundings {
            templates: &Embedded,
            reads: &|_, _| false,
        },
    )
}

static PLAYBOOK: LazyLock<Playbook> =
    LazyLock::new(|| checked().playbook.expect("the shipped playbook has no mistake"));

/// The checked playbook, checked once.
pub fn playbook() -> &'static Playbook {
    &PLAYBOOK
}

/// What reads answered: step → (its value, how it went).
#[derive(Clone, Default)]
pub struct Answers(BTreeMap<String, (Json, Json)>);

impl Answers {
    /// Whether a step has an answer.
    pub fn has(&self, step: &str) -> bool {
        self.0.contains_key(step)
    }

    /// A step's value and its `steps.ID`.
    pub fn set(&mut self, step: &str, value: Json, how: Json) {
        self.0.insert(step.to_owned(), (value, how));
    }
}

/// All steps walked, in order.
pub struct Walked {
    playbook: &'static Playbook,
    scope: Scope,
}

impl Walked {
    /// Evaluates every `compute` and every `output`; steps without an answer count as skipped.
    pub fn through(inputs: &BTreeMap<&str, Json>, answers: &Answers) -> Self {
        Walked::until(inputs, answers, None)
    }

    /// The same, up to and with one step.
    pub fn until(inputs: &BTreeMap<&str, Json>, answers: &Answers, end: Option<&str>) -> Self {
        let playbook = playbook();
        let mut scope = Scope::new(NOW.parse::<Timestamp>().expect("an instant"));
        scope.bind("tables", Value::Known(playbook.tables.clone()));
        scope.bind(
            "tenant",
            Value::Known(json!({"id": "5b6a7c1e", "name": "contoso"})),
        );
        for input in &playbook.inputs {
            let given = inputs.get(input.name.as_str()).or(input.default.as_ref());
            scope.bind_field(
                "inputs",
                &input.name,
                Value::Known(given.cloned().expect("every input is given")),
            );
        }
        let mut walked = Walked { playbook, scope };
        for index in 0..walked.playbook.steps.len() {
            walked.enter(index, answers);
            if end == Some(walked.playbook.steps[index].id.as_str()) {
                break;
            }
        }
        walked
    }

    fn enter(&mut self, index: usize, answers: &Answers) {
        let step = self.playbook.steps[index].clone();
        let id = step.id.as_str();
        let (value, how) = match (answers.0.get(id), &step.kind) {
            (Some((value, how)), _) => (Value::Known(value.clone()), how.clone()),
            (None, StepKind::Compute(compute)) => (self.compute(id, compute), json!({"outcome": "computed"})),
            (None, _) => (Value::Absent, json!({"outcome": "skipped"})),
        };
        self.scope.bind(id, value);
        self.scope.bind_field("steps", id, Value::Known(how));
    }

    fn compute(&self, id: &str, compute: &Compute) -> Value {
        let named = match compute {
            Compute::One(expression) => return Value::Known(evaluate(id, expression, &self.scope)),
            Compute::Named(named) => named,
        };
        let mut scope = self.scope.clone();
        let mut out = serde_json::Map::new();
        for (name, expression) in named {
            let value = evaluate(&format!("{id}.{name}"), expression, &scope);
            scope.bind(name, Value::Known(value.clone()));
            out.insert(name.clone(), value);
        }
        Value::Known(Json::Object(out))
    }

    /// What a path leads to: `verdicts.by_id.anna`.
    pub fn at(&self, path: &str) -> Json {
        let mut parts = path.split('.');
        let root = parts.next().expect("a root");
        let json = self
            .scope
            .get(root)
            .and_then(|v| v.known().cloned())
            .unwrap_or(Json::Null);
        parts.fold(json, |json, part| json.get(part).cloned().unwrap_or(Json::Null))
    }

    /// A step as written.
    pub fn step(&self, id: &str) -> &Step {
        self.playbook
            .steps
            .iter()
            .find(|step| step.id.as_str() == id)
            .expect("a step of that id")
    }

    /// An expression's value with more names bound.
    pub fn evaluate(&self, expression: &Expression, more: &[(&str, Json)]) -> Json {
        let mut scope = self.scope.clone();
        for (name, value) in more {
            scope.bind(name, Value::Known(value.clone()));
        }
        evaluate("test", expression, &scope)
    }

    /// A message's text with more names bound.
    pub fn say(&self, message: &Message, more: &[(&str, Json)]) -> String {
        let mut scope = self.scope.clone();
        for (name, value) in more {
            scope.bind(name, Value::Known(value.clone()));
        }
        match message.render(&scope) {
            Ok(Value::Known(Json::String(text))) => text,
            other => panic!("the message gave {other:?}"),
        }
    }

    /// Every artefact's name and content: a value, or the text as a value.
    pub fn artefacts(&self) -> Vec<(String, Vec<String>, Json)> {
        let outputs = self.playbook.steps.iter().filter_map(|step| {
            let StepKind::Output(output) = &step.kind else {
                return None;
            };
            Some(output)
        });
        outputs
            .map(|output| {
                let (columns, content) = match &output.format {
                    OutputFormat::Json(json) => (Vec::new(), self.evaluate(json, &[])),
                    OutputFormat::Csv { rows, columns } => (columns.clone(), self.evaluate(rows, &[])),
                    OutputFormat::Text(message) => (Vec::new(), Json::String(self.say(message, &[]))),
                };
                (output.file.source().to_owned(), columns, content)
            })
            .collect()
    }

    /// Why the step `revoke` leaves this target out, if it does: the rule's place in the list.
    pub fn left_out(&self, target: &Json) -> Option<usize> {
        let change = self.step("revoke").change.as_ref().expect("it is a change");
        change
            .leave_out
            .iter()
            .position(|rule| self.evaluate(&rule.condition, &[("user", target.clone())]) == json!(true))
    }
}

fn evaluate(what: &str, expression: &Expression, scope: &Scope) -> Json {
    match expression.evaluate(scope) {
        Ok(Value::Known(json)) => json,
        Ok(other) => panic!("`{what}` gave {other:?}"),
        Err(error) => panic!("`{what}`: {error}"),
    }
}
