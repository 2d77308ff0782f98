//! Words → [`Expression`]: `or` binds weakest, then `and`, `not`, comparisons.
//!
//! Allows what OData allows; what a collection allows is checked later.

use crate::sandbox::odata::QueryError;
use crate::sandbox::odata::expression::{Expression, Literal, Operator, Path};
use crate::sandbox::odata::lexer::{Token, tokens};

/// How deep parentheses may nest.
const DEPTH_LIMIT: usize = 50;

/// Parses a whole filter.
pub(super) fn parse(text: &str) -> Result<Expression, QueryError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        variables: Vec::new(),
    };
    let expression = parser.either()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(unexpected(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    variables: Vec<String>,
}

fn malformed(what: &str) -> QueryError {
    QueryError::Malformed(format!("Invalid filter clause: {what}."))
}

fn unexpected(token: &Token) -> QueryError {
    match token {
        Token::Name(name) => malformed(&format!("unexpected '{name}'")),
        Token::Literal(_) => malformed("unexpected value"),
        Token::Open => malformed("unexpected '('"),
        Token::Close => malformed("unexpected ')'"),
        Token::Comma => malformed("unexpected ','"),
        Token::Colon => malformed("unexpected ':'"),
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, QueryError> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| malformed("it ends too early"))
    }

    fn takes(&mut self, name: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(found)) if found == name);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, expected: &Token) -> Result<(), QueryError> {
        let token = self.next()?;
        if token == *expected {
            Ok(())
        } else {
            Err(unexpected(&token))
        }
    }

    fn either(&mut self) -> Result<Expression, QueryError> {
        let mut left = self.both()?;
        while self.takes("or") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, QueryError> {
        let mut left = self.single()?;
        while self.takes("and") {
            left = Expression::And(Box::new(left), Box::new(self.single()?));
        }
        Ok(left)
    }

    fn single(&mut self) -> Result<Expression, QueryError> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(malformed("it nests too deep"));
        }
        let expression = self.single_within();
        self.depth -= 1;
        expression
    }

    fn single_within(&mut self) -> Result<Expression, QueryError> {
        match self.next()? {
            Token::Open => {
                let inner = self.either()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Name(name) if name == "not" => Ok(Expression::Not(Box::new(self.single()?))),
            Token::Name(name) => self.after_name(&name),
            token => Err(unexpected(&token)),
        }
    }

    fn after_name(&mut self, name: &str) -> Result<Expression, QueryError> {
        let called = self.peek() == Some(&Token::Open);
        match name.strip_suffix("/any") {
            Some(list) if called => return self.any(list),
            Some(_) | None => {}
        }
        let function = match name.to_ascii_lowercase().as_str() {
            "startswith" => Some(Operator::StartsWith),
            "endswith" => Some(Operator::EndsWith),
            "contains" => Some(Operator::Contains),
            _ => None,
        };
        match function {
            Some(function) if called => self.call(function),
            _ if called => Err(QueryError::Unsupported(format!(
                "The function '{name}' is not supported."
            ))),
            _ => self.compare(name),
        }
    }

    fn call(&mut self, function: Operator) -> Result<Expression, QueryError> {
        self.expect(&Token::Open)?;
        let path = match self.next()? {
            Token::Name(name) => self.path(&name),
            token => return Err(unexpected(&token)),
        };
        self.expect(&Token::Comma)?;
        let text = self.literal()?;
        self.expect(&Token::Close)?;
        let compare = Expression::Compare(path, function, vec![text]);
        // `startsWith(x,'y') eq true` is the long form of the same.
        if self.takes("eq") {
            let Literal::Bool(holds) = self.literal()? else {
                return Err(malformed("a function compares with true or false"));
            };
            return Ok(if holds {
                compare
            } else {
                Expression::Not(Box::new(compare))
            });
        }
        Ok(compare)
    }

    fn compare(&mut self, name: &str) -> Result<Expression, QueryError> {
        let path = self.path(name);
        let operator = match self.next()? {
            Token::Name(name) => operator(&name)?,
            token => return Err(unexpected(&token)),
        };
        let values = if operator == Operator::In {
            self.list()?
        } else {
            vec![self.literal()?]
        };
        Ok(Expression::Compare(path, operator, values))
    }

    fn list(&mut self) -> Result<Vec<Literal>, QueryError> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal()?];
        while self.peek() == Some(&Token::Comma) {
            self.at += 1;
            values.push(self.literal()?);
        }
        self.expect(&Token::Close)?;
        Ok(values)
    }

    fn any(&mut self, list: &str) -> Result<Expression, QueryError> {
        let path = self.path(list);
        self.expect(&Token::Open)?;
        if self.peek() == Some(&Token::Close) {
            self.at += 1;
            return Ok(Expression::Any(path, String::new(), None));
        }
        let variable = match self.next()? {
            Token::Name(name) => name,
            token => return Err(unexpected(&token)),
        };
        self.expect(&Token::Colon)?;
        self.variables.push(variable.clone());
        let body = self.either();
        self.variables.pop();
        let body = body?;
        self.expect(&Token::Close)?;
        Ok(Expression::Any(path, variable, Some(Box::new(body))))
    }

    fn literal(&mut self) -> Result<Literal, QueryError> {
        match self.next()? {
            Token::Literal(literal) => Ok(literal),
            token => Err(unexpected(&token)),
        }
    }

    fn path(&self, name: &str) -> Path {
        let mut segments: Vec<String> = name.split('/').map(str::to_owned).collect();
        let variable = self
            .variables
            .iter()
            .find(|variable| **variable == segments[0])
            .cloned();
        if variable.is_some() {
            segments.remove(0);
        }
        Path { variable, segments }
    }
}

fn operator(name: &str) -> Result<Operator, QueryError> {
    Ok(match name {
        "eq" => Operator::Eq,
        "ne" => Operator::Ne,
        "ge" => Operator::Ge,
        "le" => Operator::Le,
        "gt" => Operator::Gt,
        "lt" => Operator::Lt,
        "in" => Operator::In,
        _ => return Err(malformed(&format!("'{name}' is no operator"))),
    })
}
