//! A filter as a tree, and whether an item satisfies it.
//!
//! What a collection allows is checked elsewhere ([`Rules`](super::Rules)); here everything compares.

use std::cmp::Ordering;

use crate::value::{Json, Timestamp};

/// A value in a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// In quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A DateTimeOffset, without quotes.
    Instant(Timestamp),
    /// A GUID, without quotes.
    Guid(String),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `ge`
    Ge,
    /// `le`
    Le,
    /// `gt`
    Gt,
    /// `lt`
    Lt,
    /// `in (…)`
    In,
    /// `startsWith(…)`
    StartsWith,
    /// `endsWith(…)`
    EndsWith,
    /// `contains(…)`
    Contains,
}

/// The property that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The lambda's variable that it begins at; `None`: the item.
    pub variable: Option<String>,
    /// Names from there.
    pub segments: Vec<String>,
}

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Both.
    And(Box<Expression>, Box<Expression>),
    /// One of them.
    Or(Box<Expression>, Box<Expression>),
    /// Not.
    Not(Box<Expression>),
    /// A property against values; `In` has several.
    Compare(Path, Operator, Vec<Literal>),
    /// `list/any(x: …)`; without a body: the list is not empty.
    Any(Path, String, Option<Box<Expression>>),
}

/// The elements that lambda variables stand for.
type Scope<'a> = Vec<(&'a str, &'a Json)>;

impl Expression {
    /// Whether the item satisfies it; texts compare with or without regard to case.
    pub fn holds(&self, item: &Json, case: super::Case) -> bool {
        self.holds_in(item, case, &Vec::new())
    }

    fn holds_in(&self, item: &Json, case: super::Case, scope: &Scope<'_>) -> bool {
        match self {
            Expression::And(a, b) => a.holds_in(item, case, scope) && b.holds_in(item, case, scope),
            Expression::Or(a, b) => a.holds_in(item, case, scope) || b.holds_in(item, case, scope),
            Expression::Not(inner) => !inner.holds_in(item, case, scope),
            Expression::Compare(path, operator, values) => {
                let found = path.value(item, scope);
                values.iter().any(|value| operator.compares(&found, value, case))
            }
            Expression::Any(path, variable, body) => {
                let list = path.value(item, scope);
                let mut elements = list.as_array().into_iter().flatten();
                match body {
                    None => elements.next().is_some(),
                    Some(body) => elements.any(|element| {
                        let mut inner = scope.clone();
                        inner.push((variable, element));
                        body.holds_in(item, case, &inner)
                    }),
                }
            }
        }
    }

    /// The comparisons of a property that every item found must satisfy: those joined by `and` alone. For
    /// passing over items before they are written out.
    pub fn required<'a>(&'a self, path: &str, found: &mut Vec<(Operator, &'a Literal)>) {
        match self {
            Expression::And(a, b) => {
                a.required(path, found);
                b.required(path, found);
            }
            Expression::Compare(compared, operator, values) => {
                if let ([value], None) = (&values[..], &compared.variable)
                    && compared.segments.join("/") == path
                {
                    found.push((*operator, value));
                }
            }
            Expression::Or(..) | Expression::Not(_) | Expression::Any(..) => {}
        }
    }

    /// Calls `visit` with each comparison, and with each `any` (operator `None`), lambda variables resolved
    /// to the path of their list: `tags/` is an element of `tags`, `parts/id` an element's `id`.
    pub fn each(&self, visit: &mut impl FnMut(&str, Option<(Operator, &[Literal])>)) {
        self.each_in(&Vec::new(), visit);
    }

    fn each_in(
        &self,
        lists: &Vec<(String, String)>,
        visit: &mut impl FnMut(&str, Option<(Operator, &[Literal])>),
    ) {
        match self {
            Expression::And(a, b) | Expression::Or(a, b) => {
                a.each_in(lists, visit);
                b.each_in(lists, visit);
            }
            Expression::Not(inner) => inner.each_in(lists, visit),
            Expression::Compare(path, operator, values) => {
                visit(&path.full(lists), Some((*operator, values)));
            }
            Expression::Any(path, variable, body) => {
                let full = path.full(lists);
                visit(&full, None);
                if let Some(body) = body {
                    let mut inner = lists.clone();
                    inner.push((variable.clone(), full));
                    body.each_in(&inner, visit);
                }
            }
        }
    }
}

impl Path {
    fn value(&self, item: &Json, scope: &Scope<'_>) -> Json {
        let root = match &self.variable {
            None => item,
            Some(name) => scope
                .iter()
                .rev()
                .find(|(bound, _)| bound == name)
                .map_or(&Json::Null, |b| b.1),
        };
        let mut value = root;
        for segment in &self.segments {
            if segment == "$count" {
                return Json::from(value.as_array().map_or(0, Vec::len));
            }
            value = value.get(segment).unwrap_or(&Json::Null);
        }
        value.clone()
    }

    fn full(&self, lists: &[(String, String)]) -> String {
        let own = self.segments.join("/");
        let list = self
            .variable
            .as_ref()
            .and_then(|name| lists.iter().rev().find(|(bound, _)| bound == name));
        match list {
            None => own,
            Some((_, list)) => format!("{list}/{own}"),
        }
    }
}

impl Operator {
    fn compares(self, found: &Json, value: &Literal, case: super::Case) -> bool {
        let order = order(found, value, case);
        let texts = |holds: fn(&str, &str) -> bool| {
            let (Some(found), Literal::Text(text)) = (found.as_str(), value) else {
                return false;
            };
            holds(&folded(found, case), &folded(text, case))
        };
        match self {
            Operator::Eq | Operator::In => order == Some(Ordering::Equal),
            Operator::Ne => order != Some(Ordering::Equal),
            Operator::Ge => order.is_some_and(Ordering::is_ge),
            Operator::Le => order.is_some_and(Ordering::is_le),
            Operator::Gt => order.is_some_and(Ordering::is_gt),
            Operator::Lt => order.is_some_and(Ordering::is_lt),
            Operator::StartsWith => texts(|found, text| found.starts_with(text)),
            Operator::EndsWith => texts(|found, text| found.ends_with(text)),
            Operator::Contains => texts(|found, text| found.contains(text)),
        }
    }
}

fn folded(text: &str, case: super::Case) -> String {
    match case {
        super::Case::Ignored => text.to_lowercase(),
        super::Case::Kept => text.to_owned(),
    }
}

fn order(found: &Json, value: &Literal, case: super::Case) -> Option<Ordering> {
    match value {
        Literal::Null => found.is_null().then_some(Ordering::Equal),
        Literal::Bool(value) => found.as_bool().map(|found| found.cmp(value)),
        Literal::Number(value) => found.as_f64()?.partial_cmp(value),
        Literal::Text(value) => Some(folded(found.as_str()?, case).cmp(&folded(value, case))),
        Literal::Guid(value) => Some(found.as_str()?.to_lowercase().cmp(value)),
        Literal::Instant(value) => Some(found.as_str()?.parse::<Timestamp>().ok()?.cmp(value)),
    }
}
