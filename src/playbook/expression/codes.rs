//! The codes of mistakes in expressions: R03xx.
//!
//! Does not find them: `guard` and `lower` do.

/// `(code, meaning)`; sorted by code.
pub const CODES: &[(&str, &str)] = &[
    (TOO_LONG, "an expression is longer than 4,000 bytes"),
    (SYNTAX, "an expression cannot be read"),
    (
        TOO_DEEP,
        "an expression is nested too deep, or one of its chains is too long",
    ),
    (
        TOO_MANY_LOOPS,
        "more than three of `filter`, `map`, `all`, `exists`, `exists_one` inside each other",
    ),
    (NO_SUCH_FUNCTION, "a function that does not exist"),
    (
        ARGUMENTS,
        "a function is called with the wrong number of arguments",
    ),
    (NOT_SUPPORTED, "a part of CEL that this language leaves out"),
    (
        BAD_MACRO,
        "a macro's variable is not a plain name, or `has` does not end in a field",
    ),
    (
        BAD_LITERAL,
        "a regular expression, instant, duration or number that cannot be read",
    ),
];

pub(crate) const TOO_LONG: &str = "R0301";
pub(crate) const SYNTAX: &str = "R0302";
pub(crate) const TOO_DEEP: &str = "R0303";
pub(crate) const TOO_MANY_LOOPS: &str = "R0304";
pub(crate) const NO_SUCH_FUNCTION: &str = "R0305";
pub(crate) const ARGUMENTS: &str = "R0306";
pub(crate) const NOT_SUPPORTED: &str = "R0307";
pub(crate) const BAD_MACRO: &str = "R0308";
pub(crate) const BAD_LITERAL: &str = "R0309";
