//! The table is the documentation: every example runs, and every function of the language is in it.

use std::collections::BTreeSet;

use super::*;
use crate::playbook::expression::tests::{planned_at, value};
use crate::value::Json;

#[test]
fn every_example_of_the_table_gives_the_value_that_it_says() {
    for doc in functions() {
        assert!(!doc.examples.is_empty(), "`{}` has no example", doc.name);
        for (source, expected) in doc.examples {
            let expected: Json = serde_json::from_str(expected).expect(source);
            assert_eq!(value(source), Ok(expected), "{source}");
        }
    }
}

#[test]
fn every_row_is_documented_and_shows_its_own_function() {
    for doc in functions() {
        assert!(
            doc.sentence.ends_with('.') && doc.sentence.len() < 140,
            "{}",
            doc.name
        );
        assert!(doc.signature.ends_with(')'), "{}", doc.name);
        let shown = doc.examples.iter().any(|(source, _)| source.contains(doc.name));
        assert!(shown, "no example of `{}` calls it", doc.name);
        let commas = doc.signature.matches(',').count();
        let function = find(doc.name).expect("it is in the table");
        if let Form::Plain(_) = function.form {
            let named = if doc.signature.contains("()") {
                0
            } else {
                commas + 1
            };
            assert_eq!(named, function.takes.1, "{}", doc.signature);
            assert_eq!(
                named - doc.signature.matches('?').count(),
                function.takes.0,
                "{}",
                doc.signature
            );
        }
    }
}

#[test]
fn the_language_has_exactly_these_functions() {
    let promised = "now ago timestamp duration add subtract hours_between size has distinct flatten group_by \
        count_by sort_by join_on chunk lookup get keys values entries merge first last sum min max default lower \
        upper trim split join replace replace_matches matches capture contains startsWith endsWith parse_json \
        parse_csv sha256 base64 base64_decode to_text strip_html xml_find date hour set_of intersect except \
        index_by filter map exists all exists_one int double";
    let promised: BTreeSet<&str> = promised.split_whitespace().collect();
    let found: BTreeSet<&str> = functions().iter().map(|doc| doc.name).collect();
    assert_eq!(found, promised);
}

#[test]
fn wrong_arguments_are_named_with_what_was_found() {
    for (source, part) in [
        ("chunk(null, 2)", "`chunk` takes a list as argument 1, found null"),
        ("chunk([1], 0)", "at least 1"),
        ("chunk([1], -1)", "a whole number from 0"),
        ("first([])", "`first` of an empty list"),
        ("lookup({}, 'a')", "no `a`"),
        ("get({'x': 1}, 'a.b')", "leads nowhere"),
        ("parse_json('{')", "not JSON"),
        ("parse_csv('a,b\\n1')", "not CSV"),
        ("base64_decode('!')", "not base64"),
        ("base64_decode('/w==')", "not a UTF-8 text"),
        ("matches('a', 'a' + '(')", "not a regular expression"),
        ("timestamp('20' + '26')", "not an instant"),
        ("duration('x' + '')", "not a duration"),
        ("sum(['a'])", "adds numbers"),
        ("min([1, 'a'])", "cannot be compared"),
        ("sort_by([{'a': 1}, {'a': 'x'}], 'a')", "cannot be compared"),
        ("set_of([[1]])", "cannot be the key"),
        ("group_by([{'a': [1]}], 'a')", "cannot be the key"),
        ("upper(3)", "takes a text"),
        ("[1].contains(1)", "`x in list`"),
        ("int('1.5')", "not a whole number"),
    ] {
        let message = value(source).expect_err(source);
        assert!(message.contains(part), "{source}: {message}");
    }
}

#[test]
fn now_is_planning_time() {
    assert_eq!(value("now()"), Ok(Json::from(planned_at().to_string())));
}

#[test]
fn html_without_an_end_does_not_stop_anything() {
    for (html, text) in [
        ("a < b", "a b"),
        ("<b", ""),
        ("a<!-- <b> --><script>x<y</SCRIPT >c", "a c"),
        ("&#65;&#x42;&nope;&amp;lt;&", "AB&nope;&lt;&"),
        ("<style>", ""),
        ("é<é>", "é é>"),
    ] {
        assert_eq!(
            value(&format!("strip_html({})", Json::from(html))),
            Ok(Json::from(text)),
            "{html}"
        );
    }
}
