//! The checked tree + a scope → a value.
//!
//! Pure and counted: every node costs a step, every list and text what it is long. Short circuits are CEL's:
//! `a || b` is true when either side is, even if the other has no value.

use std::cmp::Ordering;
use std::sync::Arc;

use super::functions::{Call, Form};
use super::node::{Binary, Loop, Node, NodeKind, Verb};
use super::operators;
use super::scope::Scope;
use super::term::{Term, TermMap};
use super::work::{Kind, Trouble, Work};

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    scope: &'a Scope,
    pub(crate) work: Work,
    locals: Vec<(Arc<str>, Term)>,
}

impl<'a> Evaluator<'a> {
    pub fn new(scope: &'a Scope) -> Self {
        Evaluator {
            scope,
            work: Work::new(),
            locals: Vec::new(),
        }
    }

    /// Binds a name of a macro or a block; [`Evaluator::unbind`] takes it away.
    pub fn bind(&mut self, name: &Arc<str>, value: Term) {
        self.locals.push((Arc::clone(name), value));
    }

    /// Takes away the last name bound.
    pub fn unbind(&mut self) {
        self.locals.pop();
    }

    /// The value of a node.
    pub fn value(&mut self, node: &Node) -> Result<Term, Trouble> {
        self.work
            .spend(1)
            .and_then(|()| self.kind(&node.kind))
            .map_err(|trouble| trouble.at(&node.range))
    }

    fn kind(&mut self, kind: &NodeKind) -> Result<Term, Trouble> {
        match kind {
            NodeKind::Literal(term) => Ok(term.clone()),
            NodeKind::Root(name) => self.scope.term(name),
            NodeKind::Local(name) => self.local(name),
            NodeKind::Select(of, field) => self.select(of, field),
            NodeKind::Has(of, field) => self.has(of, field),
            NodeKind::Index(of, key) => self.index(of, key),
            NodeKind::List(items) => self.list(items),
            NodeKind::Map(entries) => self.map(entries),
            NodeKind::Not(of) => self.truth(of).map(|truth| Term::Bool(!truth)),
            NodeKind::Negate(of) => operators::negate(&self.value(of)?),
            NodeKind::And(a, b) => self.either(a, b, false),
            NodeKind::Or(a, b) => self.either(a, b, true),
            NodeKind::Binary(operator, a, b) => self.binary(*operator, a, b),
            NodeKind::Choice(condition, yes, no) => self.choice(condition, yes, no),
            NodeKind::Call(function, arguments) => {
                let Form::Plain(run) = function.form() else {
                    unreachable!("forms are lowered to nodes of their own");
                };
                let values = self.values(arguments)?;
                let call = Call {
                    name: function.doc.name,
                    now: self.scope.now,
                    work: &self.work,
                };
                run(&call, &values)
            }
            NodeKind::Default(value, otherwise) => self.default(value, otherwise),
            NodeKind::Loop(each) => self.turns(each),
        }
    }

    fn values(&mut self, nodes: &[Node]) -> Result<Vec<Term>, Trouble> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn local(&self, name: &Arc<str>) -> Result<Term, Trouble> {
        self.locals
            .iter()
            .rev()
            .find(|(bound, _)| bound == name)
            .map(|(_, value)| value.clone())
            .ok_or_else(|| Trouble::wrong(format!("there is nothing called `{name}` here")))
    }

    fn select(&mut self, of: &Node, field: &Arc<str>) -> Result<Term, Trouble> {
        if let NodeKind::Root(root) = &of.kind
            && let Some(found) = self.scope.field(root, field)
        {
            return found;
        }
        let of = self.value(of)?;
        match &of {
            Term::Map(members) => members
                .get(field)
                .cloned()
                .ok_or_else(|| Trouble::missing(format!("no `{field}` in {}", of.describe()))),
            Term::Null => Err(Trouble::missing(format!("no `{field}` in null"))),
            Term::Bool(_)
            | Term::Int(_)
            | Term::Float(_)
            | Term::Text(_)
            | Term::Instant(_)
            | Term::Span(_)
            | Term::List(_) => Err(Trouble::wrong(format!(
                "no `{field}` in {}, expected a map",
                of.describe()
            ))),
        }
    }

    /// False where the map is null: what is not there has no fields.
    fn has(&mut self, of: &Node, field: &Arc<str>) -> Result<Term, Trouble> {
        if let NodeKind::Root(root) = &of.kind
            && let Some(found) = self.scope.field(root, field)
        {
            return match found {
                Ok(_) => Ok(Term::Bool(true)),
                Err(trouble) if trouble.kind == Kind::Missing => Ok(Term::Bool(false)),
                Err(trouble) => Err(trouble),
            };
        }
        match self.value(of)? {
            Term::Map(members) => Ok(Term::Bool(members.contains_key(field))),
            Term::Null => Ok(Term::Bool(false)),
            other => Err(Trouble::wrong(format!(
                "`has` looks into {}, expected a map",
                other.describe()
            ))),
        }
    }

    fn index(&mut self, of: &Node, key: &Node) -> Result<Term, Trouble> {
        let (of, key) = (self.value(of)?, self.value(key)?);
        operators::index(&of, &key)
    }

    fn list(&mut self, items: &[Node]) -> Result<Term, Trouble> {
        Ok(Term::list(self.values(items)?))
    }

    fn map(&mut self, entries: &[(Node, Node)]) -> Result<Term, Trouble> {
        let mut members = TermMap::new();
        for (key, value) in entries {
            let name = operators::key(&self.value(key)?)?;
            let value = self.value(value)?;
            if members.insert(Arc::clone(&name), value).is_some() {
                return Err(
                    Trouble::wrong(format!("the key `{name}` stands twice in one map")).at(&key.range),
                );
            }
        }
        Ok(Term::map(members))
    }

    fn truth(&mut self, node: &Node) -> Result<bool, Trouble> {
        match self.value(node)? {
            Term::Bool(truth) => Ok(truth),
            other => Err(
                Trouble::wrong(format!("found {}, expected true or false", other.describe())).at(&node.range),
            ),
        }
    }

    /// `a && b` (decided by a false side) and `a || b` (decided by a true one).
    fn either(&mut self, a: &Node, b: &Node, decides: bool) -> Result<Term, Trouble> {
        let first = self.truth(a);
        match first {
            Ok(truth) if truth == decides => return Ok(Term::Bool(decides)),
            Err(trouble) if trouble.kind == Kind::TooMuch => return Err(trouble),
            Ok(_) | Err(_) => {}
        }
        match self.truth(b) {
            Ok(truth) if truth == decides => Ok(Term::Bool(decides)),
            Err(trouble) if trouble.kind == Kind::TooMuch => Err(trouble),
            second => first.and(second).map(Term::Bool),
        }
    }

    fn binary(&mut self, operator: Binary, a: &Node, b: &Node) -> Result<Term, Trouble> {
        let (a, b) = (self.value(a)?, self.value(b)?);
        operators::apply(operator, &a, &b, &self.work)
    }

    fn choice(&mut self, condition: &Node, yes: &Node, no: &Node) -> Result<Term, Trouble> {
        let taken = if self.truth(condition)? { yes } else { no };
        self.value(taken)
    }

    fn default(&mut self, value: &Node, otherwise: &Node) -> Result<Term, Trouble> {
        match self.value(value) {
            Ok(Term::Null) => self.value(otherwise),
            Err(trouble) if trouble.kind == Kind::Missing => self.value(otherwise),
            found => found,
        }
    }

    fn turns(&mut self, each: &Loop) -> Result<Term, Trouble> {
        let over: Arc<Vec<Term>> = match self.value(&each.over)? {
            Term::List(items) => items,
            Term::Map(members) => Arc::new(members.keys().map(|key| Term::Text(Arc::clone(key))).collect()),
            other => {
                let message = format!("the loop is over {}, expected a list or a map", other.describe());
                return Err(Trouble::wrong(message).at(&each.over.range));
            }
        };
        self.work.spend(over.len())?;
        let outer = self.locals.len();
        let result = match each.verb {
            Verb::Filter | Verb::Map => self.collect(each, &over),
            Verb::All => self.quantify(each, &over, false),
            Verb::Exists => self.quantify(each, &over, true),
            Verb::ExistsOne => self.exists_one(each, &over),
        };
        self.locals.truncate(outer);
        result
    }

    fn collect(&mut self, each: &Loop, over: &[Term]) -> Result<Term, Trouble> {
        let mut out = Vec::new();
        for item in over {
            self.bind(&each.name, item.clone());
            match (each.verb, &each.only) {
                (Verb::Map, None) => out.push(self.value(&each.body)?),
                (Verb::Map, Some(only)) => {
                    if self.truth(only)? {
                        out.push(self.value(&each.body)?);
                    }
                }
                (Verb::Filter | Verb::All | Verb::Exists | Verb::ExistsOne, _) => {
                    if self.truth(&each.body)? {
                        out.push(item.clone());
                    }
                }
            }
            self.unbind();
        }
        Ok(Term::list(out))
    }

    /// `all` is decided by a false turn, `exists` by a true one; a turn without a value counts only if none
    /// decides.
    fn quantify(&mut self, each: &Loop, over: &[Term], decides: bool) -> Result<Term, Trouble> {
        let mut trouble = None;
        for item in over {
            let outer = self.locals.len();
            self.bind(&each.name, item.clone());
            let turn = self.truth(&each.body);
            self.locals.truncate(outer);
            match turn {
                Ok(truth) if truth == decides => return Ok(Term::Bool(decides)),
                Err(found) if found.kind == Kind::TooMuch => return Err(found),
                Err(found) => trouble = trouble.or(Some(found)),
                Ok(_) => {}
            }
        }
        trouble.map_or(Ok(Term::Bool(!decides)), Err)
    }

    fn exists_one(&mut self, each: &Loop, over: &[Term]) -> Result<Term, Trouble> {
        let mut found = 0usize;
        for item in over {
            self.bind(&each.name, item.clone());
            found += usize::from(self.truth(&each.body)?);
            self.unbind();
        }
        Ok(Term::Bool(found.cmp(&1) == Ordering::Equal))
    }
}
