//! Request URLs as text: version, path and query, encoded so that what a plan lists is what goes on the wire.
//!
//! Knows no host. Every byte outside a short list is percent-encoded, and the `url` crate leaves the result as it
//! is: the tests hold that.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Kept in a query value besides letters and digits. Not `'`, because URL parsers disagree about it, and not
/// `+`, `&`, `=`, `#`, `%`, which mean something there.
const QUERY_PLAIN: &[u8] = b"-._~,():$/@*!";
/// Kept in a path segment besides letters and digits (RFC 3986 `pchar`, without what OData gives a meaning).
const SEGMENT_PLAIN: &[u8] = b"-._~@:!";

/// Version prefix, path and query in one. `path` is encoded already; names keep their `$`.
pub fn build(prefix: &str, path: &str, query: &[(String, String)]) -> String {
    let mut url = format!("{prefix}{path}");
    for (name, value) in query {
        url.push(if url.contains('?') { '&' } else { '?' });
        encode(name, QUERY_PLAIN, &mut url);
        url.push('=');
        encode(value, QUERY_PLAIN, &mut url);
    }
    url
}

/// One path segment. `.` and `..` come out encoded; whoever sends refuses them, because every parser takes even
/// the encoded form for a step in the path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let plain: &[u8] = if matches!(text, "." | "..") {
        b""
    } else {
        SEGMENT_PLAIN
    };
    encode(text, plain, &mut out);
    out
}

/// The same URL with `fields` in its `$select`, which is made where there is none.
///
/// A URL without `$select` then returns these fields instead of the service's default ones.
pub fn select_also(url: &str, fields: &[&str]) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut options: Vec<String> = query
        .split('&')
        .filter(|option| !option.is_empty())
        .map(str::to_owned)
        .collect();
    if let Some(option) = options.iter_mut().find(|option| is_select(option)) {
        let listed = decode(option.split_once('=').map_or("", |(_, value)| value));
        let mut listed: Vec<&str> = listed.split(',').filter(|field| !field.is_empty()).collect();
        add_missing(&mut listed, fields);
        *option = select(&listed);
    } else {
        let mut listed = Vec::new();
        add_missing(&mut listed, fields);
        options.push(select(&listed));
    }
    format!("{path}?{}", options.join("&"))
}

/// The URL without its query.
pub fn path(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn is_select(option: &str) -> bool {
    let name = option.split_once('=').map_or(option, |(name, _)| name);
    decode(name).eq_ignore_ascii_case("$select")
}

fn add_missing<'a>(listed: &mut Vec<&'a str>, fields: &[&'a str]) {
    for field in fields {
        if !listed.iter().any(|l| l.trim().eq_ignore_ascii_case(field)) {
            listed.push(field);
        }
    }
}

fn select(fields: &[&str]) -> String {
    let mut option = "$select=".to_owned();
    encode(&fields.join(","), QUERY_PLAIN, &mut option);
    option
}

fn encode(text: &str, plain: &[u8], out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to memory does not fail");
        }
    }
}

/// Percent-decoded; what is no UTF-8 afterwards is replaced.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let byte = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::url::Url;
    use proptest::prelude::*;

    fn parsed(url: &str) -> Url {
        Url::parse(&format!("https://graph.example{url}")).unwrap()
    }

    #[test]
    fn names_keep_their_dollar_and_values_are_encoded() {
        let query = [
            (
                "$filter".to_owned(),
                "startsWith(displayName,'O''Neil & Söhne') and a eq 1+2".to_owned(),
            ),
            ("$select".to_owned(), "id,displayName".to_owned()),
        ];
        assert_eq!(
            build("/v1.0", "/users", &query),
            "/v1.0/users?$filter=startsWith(displayName,%27O%27%27Neil%20%26%20S%C3%B6hne%27)%20and%20a%20eq%201%2B2\
             &$select=id,displayName"
        );
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        let table = [
            ("jo@example.com", "jo@example.com"),
            ("a/b?c#d", "a%2Fb%3Fc%23d"),
            ("..", "%2E%2E"),
            (".", "%2E"),
            ("a\\b", "a%5Cb"),
            ("x')/$ref", "x%27%29%2F%24ref"),
            ("guest_x#EXT#@y", "guest_x%23EXT%23@y"),
        ];
        for (text, expected) in table {
            assert_eq!(segment(text), expected);
        }
    }

    #[test]
    fn select_grows_or_is_made() {
        let table = [
            ("/v1.0/users/1", "/v1.0/users/1?$select=a,b"),
            ("/v1.0/users/1?$select=id", "/v1.0/users/1?$select=id,a,b"),
            (
                "/v1.0/users/1?$select=b,id&$top=1",
                "/v1.0/users/1?$select=b,id,a&$top=1",
            ),
            ("/v1.0/users/1?%24select=A%2Cid", "/v1.0/users/1?$select=A,id,b"),
            (
                "/v1.0/users/1?$expand=x($select=y)",
                "/v1.0/users/1?$expand=x($select=y)&$select=a,b",
            ),
        ];
        for (url, expected) in table {
            assert_eq!(select_also(url, &["a", "b"]), expected);
        }
    }

    #[test]
    fn the_path_ends_where_the_query_begins() {
        assert_eq!(path("/v1.0/users/1?$select=id"), "/v1.0/users/1");
        assert_eq!(path("/v1.0/users/1"), "/v1.0/users/1");
    }

    proptest! {
        #[test]
        fn what_a_plan_lists_is_what_goes_on_the_wire(value in any::<String>(), name in "[$@]?[a-zA-Z. é&=]{1,9}") {
            let url = build("/v1.0", "/users", &[(name.clone(), value.clone())]);
            let parsed = parsed(&url);
            prop_assert_eq!(&parsed.as_str()["https://graph.example".len()..], url.as_str());
            let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, vec![(name, value)]);
        }

        #[test]
        fn a_segment_stays_one_segment_and_decodes_to_itself(text in any::<String>()) {
            prop_assume!(!text.is_empty() && text != "." && text != "..");
            let url = format!("/v1.0/users/{}/manager", segment(&text));
            let parsed = parsed(&url);
            prop_assert_eq!(parsed.path(), url.as_str());
            let segments: Vec<String> =
                parsed.path_segments().unwrap().map(|s| decode(s).into_owned()).collect();
            prop_assert_eq!(segments, vec!["v1.0".to_owned(), "users".to_owned(), text, "manager".to_owned()]);
        }

        #[test]
        fn adding_fields_twice_is_adding_them_once(fields in proptest::collection::vec("[a-zA-Z]{1,8}", 0..4)) {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let once = select_also("/v1.0/users/1?$select=id&$top=5", &fields);
            prop_assert_eq!(select_also(&once, &fields), once.clone());
        }
    }
}
