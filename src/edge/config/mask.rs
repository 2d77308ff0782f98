//! Hides what may be a secret in a configuration's text before any diagnostic can quote it.
//!
//! A diagnostic shows the line that it is about; a secret may stand on it by mistake. So every value stays
//! hidden, except where its key or its form says that it is none. Byte for byte as long as the original.

/// Keys whose values are never secret, wherever they stand.
const PLAIN_KEYS: [&str; 20] = [
    "redress", "id", "cloud", "graph", "login", "client_id", "run", "program", "prepare", "module",
    "domain_controller", "sandbox", "state", "log_key", "allowed_signers", "approvals", "start", "since",
    "factor", "reading_posts",
];

/// How values begin that are none: references, origins, requests, collections, comments.
const PLAIN_STARTS: [&str; 9] =
    ["env:", "file:", "prompt", "https://", "http://", "POST /", "{", "[", "#"];

/// The text with every value that may be a secret replaced by `*`.
pub(super) fn mask(text: &str) -> String {
    text.split_inclusive('\n').map(mask_line).collect()
}

fn mask_line(line: &str) -> String {
    let content = line.trim_start();
    if content.starts_with('#') || content.trim_end().is_empty() {
        return line.to_owned();
    }
    let mut out = String::with_capacity(line.len());
    // Flow collections put several pairs on one line.
    for part in line.split_inclusive(['{', '}', ',', '[', ']']) {
        out.push_str(&mask_pair(part));
    }
    out
}

/// One `key: value`, a bare value, or the punctuation around them.
fn mask_pair(part: &str) -> String {
    let body = part.trim_end_matches(['{', '}', ',', '[', ']', '\n', '\r', ' ']);
    let tail = &part[body.len()..];
    let (head, key, value) = match colon(body) {
        Some(at) => (&body[..=at], body[..at].trim_matches([' ', '-', '"', '\'', '{', '\t']), &body[at + 1..]),
        None => ("", "", body),
    };
    let indent = value.len() - value.trim_start_matches([' ', '-', '"', '\'', '\t']).len();
    let bare = &value[indent..];
    let is_plain = PLAIN_KEYS.contains(&key) || PLAIN_STARTS.iter().any(|start| bare.starts_with(start));
    if is_plain || bare.is_empty() {
        return part.to_owned();
    }
    format!("{head}{}{}{tail}", &value[..indent], "*".repeat(bare.len()))
}

/// Where the colon of a `key: value` stands.
fn colon(body: &str) -> Option<usize> {
    body.char_indices()
        .find(|(at, c)| *c == ':' && body[at + 1..].chars().next().is_none_or(char::is_whitespace))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_may_be_a_secret_is_hidden_and_nothing_moves() {
        let table = [
            ("      client_secret: hunter2\n", "      client_secret: *******\n"),
            ("      client_secert: \"hunter2\"\n", "      client_secert: \"********\n"),
            ("sign_in: {client_id: x, client_secret: hunter2}\n", "sign_in: {client_id: x, client_secret: *******}\n"),
            ("  client_secret: env:SECRET\n", "  client_secret: env:SECRET\n"),
            ("  client_secret: >-\n    hunter2\n", "  client_secret: **\n    *******\n"),
            ("  id: 4f6c\n", "  id: 4f6c\n"),
            ("  hosts: {adfs: 'https://adfs.example.com'}\n", "  hosts: {adfs: 'https://adfs.example.com'}\n"),
            ("tenants:\n  contoso:\n", "tenants:\n  contoso:\n"),
            ("# note: anything\n", "# note: anything\n"),
            ("reading_posts: [POST /security/x]\n", "reading_posts: [POST /security/x]\n"),
        ];
        for (text, expected) in table {
            assert_eq!(mask(text), expected);
        }
    }

    proptest! {
        #[test]
        fn every_byte_offset_stays_what_it_was(text in "[a-z:{},'\"# \\n\\[\\]é-]{0,120}") {
            let masked = mask(&text);
            prop_assert_eq!(masked.len(), text.len());
            let ends = |t: &str| t.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
            prop_assert_eq!(ends(&masked), ends(&text));
        }
    }
}
