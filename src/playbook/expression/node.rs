//! The checked tree of an expression: every function exists, every macro's name is resolved.
//!
//! Made by [`super::lower`] and, for holes, by [`crate::playbook::text`]; evaluated by [`super::evaluate`].

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::Reference;
use super::functions::Function;
use super::term::Term;

/// A piece of an expression with its byte range in the source.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub kind: NodeKind,
    pub range: Range<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Literal(Term),
    /// A name of the scope.
    Root(Arc<str>),
    /// A name that a macro or a block binds.
    Local(Arc<str>),
    Select(Box<Node>, Arc<str>),
    Has(Box<Node>, Arc<str>),
    Index(Box<Node>, Box<Node>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    Choice(Box<Node>, Box<Node>, Box<Node>),
    Call(&'static Function, Vec<Node>),
    /// `default(v, d)`: the one function whose first argument may be missing.
    Default(Box<Node>, Box<Node>),
    Loop(Loop),
}

/// An operator with two sides that are both evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
}

/// `over.filter(name, body)` and its kin.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub verb: Verb,
    pub over: Box<Node>,
    pub name: Arc<str>,
    /// Of `map` with three arguments: only elements for which it holds.
    pub only: Option<Box<Node>>,
    pub body: Box<Node>,
}

/// Which macro.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Filter,
    Map,
    All,
    Exists,
    ExistsOne,
}

impl Node {
    pub fn new(kind: NodeKind, range: Range<usize>) -> Self {
        Node { kind, range }
    }

    /// The parts, in order of evaluation.
    pub fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Literal(_) | NodeKind::Root(_) | NodeKind::Local(_) => Vec::new(),
            NodeKind::Select(of, _) | NodeKind::Has(of, _) | NodeKind::Not(of) | NodeKind::Negate(of) => {
                vec![of]
            }
            NodeKind::Index(a, b)
            | NodeKind::And(a, b)
            | NodeKind::Or(a, b)
            | NodeKind::Binary(_, a, b)
            | NodeKind::Default(a, b) => vec![a, b],
            NodeKind::Choice(a, b, c) => vec![a, b, c],
            NodeKind::List(items) | NodeKind::Call(_, items) => items.iter().collect(),
            NodeKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            NodeKind::Loop(each) => [Some(&each.over), each.only.as_ref(), Some(&each.body)]
                .into_iter()
                .flatten()
                .map(AsRef::as_ref)
                .collect(),
        }
    }

    /// Levels of nodes, at least one.
    pub fn depth(&self) -> usize {
        1 + self.parts().into_iter().map(Node::depth).max().unwrap_or(0)
    }

    /// Adds the scope's names that it refers to.
    pub fn collect_references(&self, out: &mut BTreeSet<Reference>) {
        match &self.kind {
            NodeKind::Root(root) => {
                out.insert(reference(root, None));
            }
            NodeKind::Select(of, field) | NodeKind::Has(of, field) => match &of.kind {
                NodeKind::Root(root) if has_fields(root) => {
                    out.insert(reference(root, Some(field)));
                }
                _other => of.collect_references(out),
            },
            _other => self
                .parts()
                .into_iter()
                .for_each(|part| part.collect_references(out)),
        }
    }
}

/// Roots whose fields are known one by one.
fn has_fields(root: &str) -> bool {
    matches!(root, "inputs" | "steps")
}

fn reference(root: &str, field: Option<&Arc<str>>) -> Reference {
    Reference {
        root: root.to_owned(),
        field: field.map(|field| field.as_ref().to_owned()),
    }
}
