//! What the CEL parser gave → the checked tree, with every mistake that can be seen without values.
//!
//! Evaluates nothing. The macros are not expanded by the parser: they are forms of the tree.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, LiteralValue, MapExpr, SourceInfo, operators};

use super::codes;
use super::functions::{self, Form};
use super::node::{Binary, Loop, Node, NodeKind, Verb};
use super::term::Term;
use crate::diagnostic::{Diagnostic, Span};
use crate::playbook::expression::place;

/// Loops inside each other.
const DEEPEST_LOOPS: usize = 3;

/// Lowers one expression and collects what is wrong with it.
pub(crate) struct Lowering<'a> {
    source: &'a str,
    info: &'a SourceInfo,
    span: &'a Span,
    locals: Vec<Arc<str>>,
    called: BTreeSet<String>,
    mistakes: Vec<Diagnostic>,
}

/// A tree and the functions that it calls.
pub(crate) struct Lowered {
    pub node: Node,
    pub called: BTreeSet<String>,
}

/// Lowers `expression`, or says everything that is wrong with it.
pub(crate) fn lower(
    expression: &IdedExpr,
    info: &SourceInfo,
    source: &str,
    span: &Span,
) -> Result<Lowered, Vec<Diagnostic>> {
    let mut lowering = Lowering {
        source,
        info,
        span,
        locals: Vec::new(),
        called: BTreeSet::new(),
        mistakes: Vec::new(),
    };
    match lowering.node(expression) {
        Some(node) if lowering.mistakes.is_empty() => Ok(Lowered {
            node,
            called: lowering.called,
        }),
        Some(_) | None => Err(lowering.mistakes),
    }
}

/// `None` wherever a mistake was noted.
impl Lowering<'_> {
    fn node(&mut self, expression: &IdedExpr) -> Option<Node> {
        let range = self.range(expression.id);
        let kind = match &expression.expr {
            Expr::Literal(literal) => NodeKind::Literal(self.literal(literal, &range)?),
            Expr::Ident(name) => self.name(name, &range)?,
            Expr::Select(select) if !select.test => NodeKind::Select(
                Box::new(self.node(&select.operand)?),
                select.field.as_str().into(),
            ),
            Expr::Call(call) => self.call(call, &range)?,
            Expr::List(list) => NodeKind::List(self.nodes(&list.elements)?),
            Expr::Map(map) => self.map(map)?,
            Expr::Struct(_) | Expr::Select(_) | Expr::Comprehension(_) | Expr::Unspecified => {
                return self.wrong(
                    codes::NOT_SUPPORTED,
                    &range,
                    "typed messages are not part of this language",
                );
            }
        };
        Some(Node::new(kind, range))
    }

    /// All of them, so that each one's mistakes are found.
    fn nodes(&mut self, expressions: &[IdedExpr]) -> Option<Vec<Node>> {
        let nodes: Vec<Option<Node>> = expressions.iter().map(|e| self.node(e)).collect();
        nodes.into_iter().collect()
    }

    fn literal(&mut self, literal: &LiteralValue, range: &Range<usize>) -> Option<Term> {
        Some(match literal {
            LiteralValue::Null => Term::Null,
            LiteralValue::Boolean(truth) => Term::Bool(*truth.inner()),
            LiteralValue::Int(number) => Term::Int((*number.inner()).into()),
            LiteralValue::UInt(number) => Term::Int((*number.inner()).into()),
            LiteralValue::Double(number) => Term::Float(*number.inner()),
            LiteralValue::String(text) => Term::text(text.inner()),
            LiteralValue::Bytes(_) => {
                return self.wrong(codes::NOT_SUPPORTED, range, "bytes are not part of this language");
            }
        })
    }

    fn name(&mut self, name: &str, range: &Range<usize>) -> Option<NodeKind> {
        if self.locals.iter().any(|local| local.as_ref() == name) {
            return Some(NodeKind::Local(name.into()));
        }
        if name.starts_with('.') {
            return self.wrong(codes::NOT_SUPPORTED, range, "a name does not begin with a dot");
        }
        Some(NodeKind::Root(name.into()))
    }

    fn map(&mut self, map: &MapExpr) -> Option<NodeKind> {
        let mut entries = Vec::with_capacity(map.entries.len());
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                continue;
            };
            let (key, value) = (self.node(&entry.key), self.node(&entry.value));
            entries.push((key?, value?));
        }
        Some(NodeKind::Map(entries))
    }

    fn call(&mut self, call: &CallExpr, bracket: &Range<usize>) -> Option<NodeKind> {
        if call.target.is_none()
            && let Some(kind) = self.operator(call)
        {
            return kind;
        }
        let name = call.func_name.as_str();
        let range = &self.name_before(name, bracket);
        let Some(function) = functions::find(name) else {
            return self.no_such_function(name, range);
        };
        self.called.insert(name.to_owned());
        match (function.form(), &call.target) {
            (Form::Has, _) => self.has(call, range),
            (Form::Loop(verb), Some(target)) => self.loop_over(verb, target, &call.args, range),
            (Form::Loop(_), None) => {
                let message = format!("`{name}` is written after a list: `{}`", function.doc.signature);
                self.wrong(codes::BAD_MACRO, range, &message)
            }
            (Form::Default | Form::Plain(_), target) => {
                let mut arguments: Vec<Option<Node>> =
                    target.iter().map(|target| self.node(target)).collect();
                arguments.extend(call.args.iter().map(|argument| self.node(argument)));
                let arguments: Vec<Node> = arguments.into_iter().collect::<Option<_>>()?;
                match functions::checked_call(function, arguments) {
                    Ok(kind) => Some(kind),
                    Err((code, message)) => self.wrong(code, range, &message),
                }
            }
        }
    }

    /// The outer `None`: not an operator.
    #[expect(
        clippy::option_option,
        reason = "not an operator, and an operator with a mistake, are two things"
    )]
    fn operator(&mut self, call: &CallExpr) -> Option<Option<NodeKind>> {
        let name = call.func_name.as_str();
        if let Some(binary) = binary(name) {
            let sides = self.sides(&call.args);
            return Some(sides.map(|(a, b)| NodeKind::Binary(binary, a, b)));
        }
        Some(match name {
            operators::LOGICAL_AND => self.sides(&call.args).map(|(a, b)| NodeKind::And(a, b)),
            operators::LOGICAL_OR => self.sides(&call.args).map(|(a, b)| NodeKind::Or(a, b)),
            operators::INDEX => self.sides(&call.args).map(|(a, b)| index(a, b)),
            operators::LOGICAL_NOT => self.side(&call.args).map(NodeKind::Not),
            operators::NEGATE => self.side(&call.args).map(NodeKind::Negate),
            operators::CONDITIONAL => self.nodes(&call.args).and_then(|parts| {
                let [a, b, c] = <[Node; 3]>::try_from(parts).ok()?;
                Some(NodeKind::Choice(Box::new(a), Box::new(b), Box::new(c)))
            }),
            _other => return None,
        })
    }

    fn side(&mut self, arguments: &[IdedExpr]) -> Option<Box<Node>> {
        self.node(arguments.first()?).map(Box::new)
    }

    fn sides(&mut self, arguments: &[IdedExpr]) -> Option<(Box<Node>, Box<Node>)> {
        let [a, b] = <[Node; 2]>::try_from(self.nodes(arguments)?).ok()?;
        Some((Box::new(a), Box::new(b)))
    }

    fn has(&mut self, call: &CallExpr, range: &Range<usize>) -> Option<NodeKind> {
        let argument = match (&call.target, call.args.as_slice()) {
            (None, [argument]) => self.node(argument)?,
            (Some(_) | None, _) => {
                return self.wrong(codes::ARGUMENTS, range, "`has` takes one field: `has(user.mail)`");
            }
        };
        match argument.kind {
            NodeKind::Select(of, field) => Some(NodeKind::Has(of, field)),
            _other => self.wrong(
                codes::BAD_MACRO,
                range,
                "`has` takes a field, as in `has(user.mail)` or `has(row['@odata.type'])`",
            ),
        }
    }

    fn loop_over(
        &mut self,
        verb: Verb,
        target: &IdedExpr,
        arguments: &[IdedExpr],
        range: &Range<usize>,
    ) -> Option<NodeKind> {
        let (name, only, body) = match (verb, arguments) {
            (_, [name, body]) => (name, None, body),
            (Verb::Map, [name, only, body]) => (name, Some(only), body),
            (Verb::Filter | Verb::All | Verb::Exists | Verb::ExistsOne | Verb::Map, _) => {
                return self.wrong(
                    codes::ARGUMENTS,
                    range,
                    "expected a name and an expression: `list.filter(x, x > 1)`",
                );
            }
        };
        let Expr::Ident(name) = &name.expr else {
            let range = self.range(name.id);
            return self.wrong(codes::BAD_MACRO, &range, "expected a plain name for the element");
        };
        if self.locals.len() >= DEEPEST_LOOPS {
            let message = format!("more than {DEEPEST_LOOPS} loops inside each other");
            return self.wrong(codes::TOO_MANY_LOOPS, range, &message);
        }
        let over = self.node(target);
        let name: Arc<str> = name.as_str().into();
        self.locals.push(Arc::clone(&name));
        let only = only.map(|only| self.node(only));
        let body = self.node(body);
        self.locals.pop();
        let only = match only {
            None => None,
            Some(only) => Some(Box::new(only?)),
        };
        Some(NodeKind::Loop(Loop {
            verb,
            over: Box::new(over?),
            name,
            only,
            body: Box::new(body?),
        }))
    }

    fn no_such_function<T>(&mut self, name: &str, range: &Range<usize>) -> Option<T> {
        let place = place::inner(self.span, self.source, range);
        self.mistakes.push(functions::no_such_function(name, place));
        None
    }

    fn wrong<T>(&mut self, code: &'static str, range: &Range<usize>, message: &str) -> Option<T> {
        let place = place::inner(self.span, self.source, range);
        self.mistakes.push(Diagnostic::error(code, place, message));
        None
    }

    /// A call's token is its bracket; people look at its name.
    fn name_before(&self, name: &str, bracket: &Range<usize>) -> Range<usize> {
        let until = self.source.get(..bracket.end).unwrap_or(self.source);
        until
            .rfind(name)
            .map_or(bracket.clone(), |start| start..start + name.len())
    }

    /// The parser counts characters and gives the last one; we count bytes and give the one after it.
    fn range(&self, id: u64) -> Range<usize> {
        let Some((start, stop)) = self.info.offset_for(id) else {
            return 0..self.source.len();
        };
        let byte = |character: u32| {
            self.source
                .char_indices()
                .nth(character as usize)
                .map_or(self.source.len(), |(at, _)| at)
        };
        let (start, end) = (byte(start), byte(stop.saturating_add(1)));
        start..end.max(start)
    }
}

/// `a['x']` is `a.x`.
fn index(of: Box<Node>, key: Box<Node>) -> NodeKind {
    match &key.kind {
        NodeKind::Literal(Term::Text(field)) => NodeKind::Select(of, Arc::clone(field)),
        _other => NodeKind::Index(of, key),
    }
}

fn binary(name: &str) -> Option<Binary> {
    Some(match name {
        operators::ADD => Binary::Add,
        operators::SUBSTRACT => Binary::Subtract,
        operators::MULTIPLY => Binary::Multiply,
        operators::DIVIDE => Binary::Divide,
        operators::MODULO => Binary::Remainder,
        operators::EQUALS => Binary::Equal,
        operators::NOT_EQUALS => Binary::NotEqual,
        operators::LESS => Binary::Less,
        operators::LESS_EQUALS => Binary::LessOrEqual,
        operators::GREATER => Binary::Greater,
        operators::GREATER_EQUALS => Binary::GreaterOrEqual,
        operators::IN => Binary::In,
        _other => return None,
    })
}
