//! Tests of text for people: blocks, mistakes, and what becomes of values in each format.

use serde_json::json;

use super::{plain, scope, span_of};
use crate::diagnostic::Diagnostic;
use crate::playbook::text::{Message, MessageFormat, codes};
use crate::value::Json;

#[test]
fn messages_have_blocks() {
    for (text, expected) in [
        ("{{#if user.ok}}yes{{else}}no{{/if}}", "yes"),
        ("{{#if user.none}}yes{{else}}no{{/if}}", "no"),
        ("{{#if user.nope}}yes{{else}}no{{/if}}", "no"),
        ("{{#if user.nope.deeper}}yes{{else}}no{{/if}}", "no"),
        (
            "{{#if skipped}}yes{{else if user.ok}}second{{else}}no{{/if}}",
            "second",
        ),
        ("{{#if skipped}}a{{else if nobody}}b{{else}}c{{/if}}", "c"),
        ("{{#unless nobody}}none{{/unless}}", "none"),
        (
            "{{#each users}}{{@index}}:{{this.id}}{{#unless @last}}, {{/unless}}{{/each}}",
            "0:u1, 1:u2",
        ),
        (
            "{{#each users as |u|}}{{#each user.tags as |t|}}{{u.id}}{{t}} {{/each}}{{/each}}",
            "u1a u1b u2a u2b ",
        ),
        ("{{#each nobody}}x{{else}}none{{/each}}", "none"),
        ("{{#each skipped}}x{{else}}none{{/each}}", "none"),
        (
            "{{#each user.manager}}{{@key}}={{this}};{{/each}}",
            "@odata.type=#user;name=Ada;",
        ),
        ("{{#each (sort_by users 'n')}}{{this.id}} {{/each}}", "u2 u1 "),
        ("{{#if (contains user.mail 'brien')}}yes{{/if}}", "yes"),
        (
            "{{size users}} users: {{user.tags}} {{user.none}}{{! a comment }}",
            "2 users: a, b ",
        ),
        ("a\n{{#if user.ok}}\nb\n{{/if}}\nc\n", "a\nb\nc\n"),
        ("{{later}}", "Unknown"),
        ("{{#if user.ok}}{{key}}{{/if}}", "Secret"),
    ] {
        assert_eq!(plain(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_an_error_even_in_a_condition() {
    for (text, part) in [
        ("{{#if nope}}x{{/if}}", "nothing called `nope`"),
        ("{{#unless nope.x}}x{{/unless}}", "nothing called `nope`"),
        ("{{#each nope}}x{{/each}}", "nothing called `nope`"),
        ("{{#each user.nope}}x{{/each}}", "no `nope`"),
        ("{{#each user.id}}x{{/each}}", "expected a list or a map"),
        ("{{user.nope}}", "no `nope`"),
        ("{{#each users}}{{id}}{{/each}}", "nothing called `id`"),
        ("{{#if (contains user.nope 'x')}}x{{/if}}", "no `nope`"),
    ] {
        let message = plain(text).expect_err(text);
        assert!(message.contains(part), "{text}: {message}");
    }
}

#[test]
fn mistakes_in_a_message_have_a_code() {
    for (text, format, code) in [
        ("{{{user.id}}}", MessageFormat::Plain, codes::RAW),
        ("{{#with user}}x{{/with}}", MessageFormat::Plain, codes::NOT_HERE),
        ("{{> p}}", MessageFormat::Plain, codes::NOT_HERE),
        ("{{#if a b}}x{{/if}}", MessageFormat::Plain, codes::HELPER),
        (
            "{{#if (contains (lower a) b)}}x{{/if}}",
            MessageFormat::Plain,
            codes::NOT_HERE,
        ),
        ("{{#if a}}x", MessageFormat::Plain, codes::SYNTAX),
        ("{{#if a}}x{{/each}}", MessageFormat::Plain, codes::SYNTAX),
        (
            "{{#each a}}{{../b}}{{/each}}",
            MessageFormat::Plain,
            codes::NOT_A_PATH,
        ),
        (
            "<a href=\"{{user.id}}\">x</a>",
            MessageFormat::Html,
            codes::IN_QUOTES,
        ),
        (
            "<script>let x = {{user.id}}</script>",
            MessageFormat::Html,
            codes::IN_QUOTES,
        ),
        ("<!-- {{user.id}} -->", MessageFormat::Html, codes::IN_QUOTES),
        ("[x]({{user.id}})", MessageFormat::Markdown, codes::IN_QUOTES),
        (
            "<b {{#if user.ok}}{{user.id}}{{/if}}>",
            MessageFormat::Markdown,
            codes::IN_QUOTES,
        ),
    ] {
        let found: Vec<Diagnostic> = Message::parse(text, span_of(text), format).expect_err(text);
        assert_eq!(found[0].code, code, "{text}: {}", found[0].message);
    }
    let deep = "{{#if a}}".repeat(20) + &"{{/if}}".repeat(20);
    assert_eq!(
        Message::parse(&deep, span_of(&deep), MessageFormat::Plain).expect_err("deep")[0].code,
        codes::TOO_LARGE
    );
}

#[test]
fn values_in_messages_hide_nothing_and_start_no_markup() {
    let mut scope = scope();
    let mut shown = |value: &str, format| {
        scope.bind("x", json!(value).into());
        let message = Message::parse("{{x}}", span_of("{{x}}"), format).expect("it parses");
        message
            .render(&scope)
            .ok()
            .and_then(|v| v.known().and_then(Json::as_str).map(str::to_owned))
            .unwrap_or_default()
    };
    for (value, expected) in [
        (
            "a\u{202e}b\u{200b}c\u{7}\n\u{1b}[31m",
            "a\\u{202e}b\\u{200b}c\\u{7}\\u{a}\\u{1b}[31m",
        ),
        ("{{user.id}} ${x}", "{{user.id}} ${x}"),
        ("Zoë 日本", "Zoë 日本"),
    ] {
        assert_eq!(shown(value, MessageFormat::Plain), expected);
    }
    for (value, expected) in [
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("1. one", "1\\. one"),
        ("a_b _c_", "a_b \\_c\\_"),
        ("[x](javascript:1)", "\\[x\\]\\(javascript:1\\)"),
        ("https://evil www.evil", "https\\://evil www\\.evil"),
        ("a|b\nc`d`", "a\\|b c&#96;d&#96;"),
        ("    code", "&#32;   code"),
        ("jess@example.com", "jess@example.com"),
        ("<img onerror=x>", "\\<img onerror=x\\>"),
    ] {
        assert_eq!(shown(value, MessageFormat::Markdown), expected);
    }
    assert_eq!(
        shown("<b a='1'>&\"`", MessageFormat::Html),
        "&lt;b a=&#39;1&#39;&gt;&amp;&quot;&#96;"
    );
}
