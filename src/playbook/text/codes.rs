//! The codes of mistakes in texts with holes: R04xx.
//!
//! Does not find them: `template`, `hole` and `context` do.

/// `(code, meaning)`; sorted by code.
pub const CODES: &[(&str, &str)] = &[
    (SYNTAX, "a text with holes cannot be read"),
    (
        RAW,
        "`{{{…}}}` or `{{&…}}`: every hole is encoded, there is no way round it",
    ),
    (
        NOT_HERE,
        "a block, comment, partial, decorator or inner call where only a plain hole may stand",
    ),
    (
        NOT_A_PATH,
        "what a hole names is not a path that this language has",
    ),
    (HELPER, "a hole's call is wrong"),
    (
        IN_QUOTES,
        "a hole stands where its value could not be encoded safely",
    ),
    (FILE_NAME, "not a plain file name"),
    (TOO_LARGE, "a text with holes is too long or nested too deep"),
];

pub(super) const SYNTAX: &str = "R0401";
pub(super) const RAW: &str = "R0402";
pub(super) const NOT_HERE: &str = "R0403";
pub(super) const NOT_A_PATH: &str = "R0404";
pub(super) const HELPER: &str = "R0405";
pub(super) const IN_QUOTES: &str = "R0406";
pub(super) const FILE_NAME: &str = "R0407";
pub(super) const TOO_LARGE: &str = "R0408";
