//! What a source text may be, counted before any parser sees it.
//!
//! Counts brackets and links of chains (operators, selections, calls) by itself; does not understand them.
//! Text inside quotes counts too where that errs on the safe side.

use std::ops::Range;

use super::codes;

/// The longest expression.
pub(crate) const LONGEST_BYTES: usize = 4_000;
/// Brackets inside each other.
const DEEPEST_BRACKETS: usize = 32;
/// Operators, selections and calls between the outermost level and any point; bounds the depth of the tree.
const LONGEST_CHAIN: usize = 250;

/// What is wrong, where, and under which code.
pub(crate) struct Refusal {
    pub code: &'static str,
    pub message: String,
    pub range: Range<usize>,
}

/// An upper bound of how deep a parser's stack can get, or a refusal.
pub(crate) fn depth_of(source: &str) -> Result<usize, Refusal> {
    if source.len() > LONGEST_BYTES {
        return Err(Refusal {
            code: codes::TOO_LONG,
            message: format!(
                "the expression is {} bytes long, at most {LONGEST_BYTES} are allowed",
                source.len()
            ),
            range: 0..source.len(),
        });
    }
    chains(source)?;
    Ok(source.bytes().filter(|byte| is_opener(*byte)).count() * 4
        + (0..source.len())
            .filter(|at| is_link(source.as_bytes(), *at))
            .count())
}

/// Walks over the code outside quotes; each open bracket has its own chain, a comma begins a new one.
fn chains(source: &str) -> Result<(), Refusal> {
    let bytes = source.as_bytes();
    let mut open = vec![0usize];
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\'' || byte == b'"' {
            at = after_quotes(bytes, at);
            continue;
        }
        if byte == b'/' && bytes.get(at + 1) == Some(&b'/') {
            at += source[at..].find('\n').unwrap_or(source.len() - at);
            continue;
        }
        if is_opener(byte) {
            *open.last_mut().expect("the outermost level stays") += 1;
            open.push(0);
        } else if is_closer(byte) && open.len() > 1 {
            open.pop();
        } else if byte == b',' {
            *open.last_mut().expect("the outermost level stays") = 1;
        } else if is_link(bytes, at) {
            *open.last_mut().expect("the outermost level stays") += 1;
        }
        if open.len() > DEEPEST_BRACKETS {
            return Err(too_deep(
                at,
                format!("more than {DEEPEST_BRACKETS} brackets are open here"),
            ));
        }
        if open.iter().sum::<usize>() > LONGEST_CHAIN {
            let message =
                format!("more than {LONGEST_CHAIN} operators, selections and calls hang together here");
            return Err(too_deep(at, message));
        }
        at += 1;
    }
    Ok(())
}

fn too_deep(at: usize, message: String) -> Refusal {
    Refusal {
        code: codes::TOO_DEEP,
        message,
        range: at..at + 1,
    }
}

/// Where the text after a quoted one begins. A quote that is never closed ends with its line.
fn after_quotes(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let raw = start > 0 && matches!(bytes[start - 1], b'r' | b'R');
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if !raw => at += 1,
            b'\n' | b'\r' if !triple => return at,
            byte if byte == quote && !triple => return at + 1,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn is_opener(byte: u8) -> bool {
    matches!(byte, b'(' | b'[' | b'{')
}

fn is_closer(byte: u8) -> bool {
    matches!(byte, b')' | b']' | b'}')
}

/// An operator's character, or the word `in`, which may follow a number or a bracket directly.
fn is_link(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'&' | b'|' | b'?' | b':' | b'.' => {
            true
        }
        b'i' => {
            let after = bytes.get(at + 2).copied().unwrap_or(b' ');
            bytes.get(at + 1) == Some(&b'n') && !(after.is_ascii_alphanumeric() || after == b'_')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_expressions_pass() {
        for source in [
            "inputs.users.filter(u, verdicts[u.id].revoke == 'may_help')",
            "a ? b : c ? d : e",
            "'((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((('",
            "r'\\' + '(' // ((((",
        ] {
            assert!(depth_of(source).is_ok(), "{source}");
        }
        let long_list = format!("[{}]", vec!["a.b.c"; 300].join(", "));
        assert!(depth_of(&long_list).is_ok());
    }

    #[test]
    fn chains_and_nests_without_end_are_refused() {
        for source in [
            vec!["1"; 1_000].join("+"),
            "(".repeat(2_000),
            "[".repeat(100),
            vec!["a"; 1_000].join("."),
            "!".repeat(3_000),
            "-".repeat(3_000),
            "a?b:".repeat(900),
            vec!["1"; 700].join("in "),
            "'\n".to_owned() + &"(".repeat(100),
            "x".repeat(5_000),
        ] {
            assert!(depth_of(&source).is_err(), "{}", &source[..20]);
        }
    }
}
