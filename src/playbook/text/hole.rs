//! What a hole says → a checked expression tree: a path, or one call whose arguments are paths and literals.
//!
//! Names are those of the playbook, never fields of `this`: inside `each` one writes `{{this.x}}`.

use std::ops::Range;
use std::sync::Arc;

use handlebars::template::Parameter;

use super::codes;
use crate::playbook::expression::functions::{self, Form};
use crate::playbook::expression::node::{Node, NodeKind};
use crate::playbook::expression::term::Term;

/// What `each` binds besides the names that it is given.
pub(super) const THIS: &str = "this";
pub(super) const INDEX: &str = "@index";
pub(super) const KEY: &str = "@key";
pub(super) const FIRST: &str = "@first";
pub(super) const LAST: &str = "@last";

/// What is wrong with a hole.
pub(super) enum Mistake {
    Said(&'static str, String),
    NoSuchFunction(String),
}

impl Mistake {
    pub fn said(code: &'static str, message: impl Into<String>) -> Self {
        Mistake::Said(code, message.into())
    }
}

/// Names that blocks bind, innermost last.
#[derive(Default)]
pub(super) struct Names {
    locals: Vec<Arc<str>>,
}

impl Names {
    /// Enters an `each`; gives what [`Names::leave`] takes.
    pub fn enter(&mut self, own: impl Iterator<Item = Arc<str>>) -> usize {
        let before = self.locals.len();
        self.locals.extend([THIS, INDEX, KEY, FIRST, LAST].map(Arc::from));
        self.locals.extend(own);
        before
    }

    /// Leaves it.
    pub fn leave(&mut self, before: usize) {
        self.locals.truncate(before);
    }

    /// A path, a literal, or the name of a function that takes no argument.
    pub fn value(&self, parameter: &Parameter, range: &Range<usize>) -> Result<Node, Mistake> {
        if let Some(name) = parameter.as_name()
            && functions::find(name).is_some()
        {
            return self.call(parameter, &[], range);
        }
        self.argument(parameter, range)
    }

    /// One call.
    pub fn call(
        &self,
        name: &Parameter,
        parameters: &[Parameter],
        range: &Range<usize>,
    ) -> Result<Node, Mistake> {
        let name = name
            .as_name()
            .ok_or_else(|| Mistake::said(codes::HELPER, "a call begins with the name of a function"))?;
        let function = functions::find(name).ok_or_else(|| Mistake::NoSuchFunction(name.to_owned()))?;
        let arguments: Vec<Node> = parameters
            .iter()
            .map(|parameter| self.argument(parameter, range))
            .collect::<Result<_, _>>()?;
        let kind = match function.form() {
            Form::Plain(_) | Form::Default => functions::checked_call(function, arguments)
                .map_err(|(_, message)| Mistake::Said(codes::HELPER, message))?,
            Form::Has => match <[Node; 1]>::try_from(arguments).map(|[only]| only.kind) {
                Ok(NodeKind::Select(of, field)) => NodeKind::Has(of, field),
                Ok(_) | Err(_) => {
                    return Err(Mistake::said(
                        codes::HELPER,
                        "`has` takes one field: `has user.mail`",
                    ));
                }
            },
            Form::Loop(_) => {
                let message = format!("`{name}` is for expressions; compute the list in a step of its own");
                return Err(Mistake::Said(codes::HELPER, message));
            }
        };
        Ok(Node::new(kind, range.clone()))
    }

    fn argument(&self, parameter: &Parameter, range: &Range<usize>) -> Result<Node, Mistake> {
        match parameter {
            Parameter::Literal(json) => Term::from_json(json)
                .map(|term| Node::new(NodeKind::Literal(term), range.clone()))
                .map_err(|trouble| Mistake::Said(codes::HELPER, trouble.message)),
            Parameter::Name(path) => self.path(path, range),
            Parameter::Path(_) => self.path(parameter.as_name().unwrap_or_default(), range),
            _other => Err(Mistake::said(
                codes::NOT_HERE,
                "a call inside a call, expected paths and literals; compute it in a step of its own",
            )),
        }
    }

    /// `user.manager.[@odata.type].0`.
    fn path(&self, path: &str, range: &Range<usize>) -> Result<Node, Mistake> {
        let mut segments = segments(path)
            .ok_or_else(|| Mistake::Said(codes::NOT_A_PATH, format!("`{path}` is not a path")))?
            .into_iter();
        let first = segments.next().unwrap_or_default();
        let local = |name: &str| self.locals.iter().any(|local| local.as_ref() == name);
        let mut kind = if local(&first) {
            NodeKind::Local(first.as_str().into())
        } else if is_name(&first) && first != THIS {
            NodeKind::Root(first.as_str().into())
        } else {
            return Err(Mistake::Said(codes::NOT_A_PATH, not_a_name(path, &first)));
        };
        for segment in segments {
            let of = Box::new(Node::new(kind, range.clone()));
            kind = match segment.parse::<u32>() {
                Ok(position) => {
                    let position = NodeKind::Literal(Term::Int(position.into()));
                    NodeKind::Index(of, Box::new(Node::new(position, range.clone())))
                }
                Err(_) => NodeKind::Select(of, segment.into()),
            };
        }
        Ok(Node::new(kind, range.clone()))
    }
}

fn not_a_name(path: &str, first: &str) -> String {
    match first {
        THIS | INDEX | KEY | FIRST | LAST => format!("`{first}` stands outside of any `{{{{#each}}}}`"),
        ".." => format!("`{path}` looks outwards; name the element instead: `{{{{#each list as |item|}}}}`"),
        _other => format!("`{path}` does not begin with a name"),
    }
}

/// A name of the scope.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The parts of a path between dots and slashes; `[…]` holds any key. `./x` is `this.x`.
fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.trim();
    if path == "." {
        return Some(vec![THIS.to_owned()]);
    }
    if path.starts_with("..") {
        return Some(vec!["..".to_owned()]);
    }
    let (mut out, mut rest) = match path.strip_prefix("./") {
        Some(rest) => (vec![THIS.to_owned()], rest),
        None => (Vec::new(), path),
    };
    loop {
        let (segment, after) = match rest.strip_prefix('[') {
            Some(key) => key.split_once(']')?,
            None => rest.split_at(rest.find(['.', '/']).unwrap_or(rest.len())),
        };
        if segment.is_empty() {
            return None;
        }
        out.push(segment.to_owned());
        if after.is_empty() {
            return Some(out);
        }
        rest = after.strip_prefix(['.', '/'])?;
    }
}
