//! The functions of the language: one table, each row with its documentation, its examples and what it does.
//!
//! Each exists once: CEL calls it, and a hole of a text calls the same row as a helper. A row is documented by
//! being there; nothing is registered elsewhere.

mod arguments;
mod forms;
mod grouping;
mod lists;
mod maps;
mod paths;
mod regexes;
mod texts;
mod times;
mod trees;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::codes;
use super::duration::parse_signed;
use super::node::{Node, NodeKind, Verb};
use super::term::Term;
use super::work::{Trouble, Work};
use crate::diagnostic::{Diagnostic, Span};
use crate::value::Timestamp;

/// What people read about a function.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDoc {
    /// As it is called.
    pub name: &'static str,
    /// `chunk(list, size)`; an argument with `?` may be left out.
    pub signature: &'static str,
    /// One sentence.
    pub sentence: &'static str,
    /// `(expression, its value as JSON)`; each runs as a test.
    pub examples: &'static [(&'static str, &'static str)],
}

/// A row of the table.
#[derive(Debug)]
pub(crate) struct Function {
    pub doc: FunctionDoc,
    /// Fewest and most arguments.
    pub takes: (usize, usize),
    form: Form,
}

/// How a function works.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// On the values of its arguments.
    Plain(Run),
    /// `default(v, d)`: its first argument may be missing.
    Default,
    /// `has(a.b)`.
    Has,
    /// `list.filter(x, …)` and its kin.
    Loop(Verb),
}

/// What a plain function does.
pub(crate) type Run = fn(&Call<'_>, &[Term]) -> Result<Term, Trouble>;

/// What a plain function may know besides its arguments.
pub(crate) struct Call<'a> {
    pub name: &'static str,
    pub now: Timestamp,
    pub work: &'a Work,
}

impl Function {
    pub fn form(&self) -> Form {
        self.form
    }
}

const fn plain(
    run: Run,
    takes: (usize, usize),
    signature: &'static str,
    sentence: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Function {
    row(Form::Plain(run), takes, signature, sentence, examples)
}

const fn row(
    form: Form,
    takes: (usize, usize),
    signature: &'static str,
    sentence: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> Function {
    Function {
        doc: FunctionDoc {
            name: before_bracket(signature),
            signature,
            sentence,
            examples,
        },
        takes,
        form,
    }
}

/// `chunk(list, size)` → `chunk`; `list.filter(x, …)` → `filter`.
const fn before_bracket(signature: &'static str) -> &'static str {
    let bytes = signature.as_bytes();
    let (mut start, mut end) = (0, 0);
    while end < bytes.len() && bytes[end] != b'(' {
        if bytes[end] == b'.' {
            start = end + 1;
        }
        end += 1;
    }
    signature.split_at(end).0.split_at(start).1
}

static TABLE: LazyLock<BTreeMap<&'static str, &'static Function>> = LazyLock::new(|| {
    [
        forms::TABLE,
        times::TABLE,
        lists::TABLE,
        grouping::TABLE,
        maps::TABLE,
        texts::TABLE,
        regexes::TABLE,
        trees::TABLE,
    ]
    .into_iter()
    .flatten()
    .map(|function| (function.doc.name, function))
    .collect()
});

static DOCS: LazyLock<Vec<FunctionDoc>> =
    LazyLock::new(|| TABLE.values().map(|function| function.doc).collect());

/// Every function, sorted by name.
pub fn functions() -> &'static [FunctionDoc] {
    &DOCS
}

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// A call whose number of arguments and whose literals are right, or the code and the message.
pub(crate) fn checked_call(
    function: &'static Function,
    arguments: Vec<Node>,
) -> Result<NodeKind, (&'static str, String)> {
    let (least, most) = function.takes;
    if !(least..=most).contains(&arguments.len()) {
        let expected = if least == most {
            format!("{least}")
        } else {
            format!("{least} to {most}")
        };
        return Err((
            codes::ARGUMENTS,
            format!(
                "`{}` is called with {} arguments, expected {expected}: `{}`",
                function.doc.name,
                arguments.len(),
                function.doc.signature
            ),
        ));
    }
    check_literals(function.doc.name, &arguments).map_err(|message| (codes::BAD_LITERAL, message))?;
    Ok(match function.form {
        Form::Default => {
            let [value, otherwise] = <[Node; 2]>::try_from(arguments).expect("two were counted");
            NodeKind::Default(Box::new(value), Box::new(otherwise))
        }
        Form::Plain(_) | Form::Has | Form::Loop(_) => NodeKind::Call(function, arguments),
    })
}

/// A regular expression, an instant or a duration that is written out is checked before anything runs.
fn check_literals(name: &str, arguments: &[Node]) -> Result<(), String> {
    let literal = |at: usize| match arguments.get(at).map(|node| &node.kind) {
        Some(NodeKind::Literal(Term::Text(text))) => Some(text.as_ref()),
        _other => None,
    };
    match name {
        "matches" | "capture" | "replace_matches" => {
            literal(1).map_or(Ok(()), |text| regexes::compile(text).map(|_| ()))
        }
        "timestamp" => literal(0).map_or(Ok(()), |text| times::parse_instant(text).map(|_| ())),
        "duration" | "ago" => literal(0).map_or(Ok(()), |text| parse_signed(text).map(|_| ())),
        _other => Ok(()),
    }
}

/// What to say about a function that does not exist.
pub(crate) fn no_such_function(name: &str, place: Span) -> Diagnostic {
    let known = || functions().iter().map(|doc| doc.name);
    let diagnostic = Diagnostic::error(
        codes::NO_SUCH_FUNCTION,
        place,
        format!("there is no function `{name}`"),
    );
    let diagnostic = match name {
        "string" => diagnostic.help("write `to_text(…)`"),
        "lowerAscii" => diagnostic.help("write `lower(…)`"),
        "upperAscii" => diagnostic.help("write `upper(…)`"),
        "getHours" => diagnostic.help("write `hour(…)`"),
        _other => diagnostic.did_you_mean(name, known()),
    };
    diagnostic.help(format!(
        "the functions are {}",
        known().collect::<Vec<_>>().join(", ")
    ))
}
