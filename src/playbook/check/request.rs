//! `graph` and `rest`: the request line, headers, body, pages; path and query are in [`super::target`].
//!
//! Whether a POST reads is the catalogue's word, handed in by [`super::Surroundings`].

use crate::diagnostic::Diagnostic;
use crate::playbook::check::Check;
use crate::playbook::check::fields::Fields;
use crate::playbook::check::scope::Sight;
use crate::playbook::check::texts::Part;
use crate::playbook::model::{ApiVersion, Effect, GraphCall, Method, Pages, RestCall, RestFormat};
use crate::playbook::raw::{Node, Raw};
use crate::playbook::text::{Place, Text};

const METHODS: &[(&str, Method)] = &[
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PATCH", Method::Patch),
    ("PUT", Method::Put),
    ("DELETE", Method::Delete),
];
/// More pages than this are no preview.
const PAGE_LIMIT: usize = 1000;
/// Headers that the program sets itself.
const OWN_HEADERS: &[&str] = &[
    "authorization",
    "host",
    "content-length",
    "content-type",
    "cookie",
    "client-request-id",
    "return-client-request-id",
    "transfer-encoding",
    "connection",
    "user-agent",
];

impl Check<'_> {
    pub(super) fn graph_effect(&self, call: &GraphCall) -> Effect {
        let reads = call.method == Method::Get || (self.around.reads)(call.method, &call.path.pattern());
        if reads { Effect::Read } else { Effect::Change }
    }

    pub(super) fn graph(&mut self, node: &Node, fields: &Fields<'_>, sight: &Sight) -> Option<GraphCall> {
        let line = self.plain_text(node, "`graph`");
        let line = line.as_deref().map(|line| Part::all(node, line));
        let (method, target) = line.and_then(|line| self.request_line(line)).unzip();
        let (version, path, mut query) = match target.and_then(|target| self.target(target, sight)) {
            Some(target) => (target.version, target.path, Some(target.query)),
            None => (ApiVersion::V1, None, None),
        };
        let more = self.query(fields, query.as_deref().unwrap_or_default(), sight);
        if let (Some(query), Some(more)) = (&mut query, more.as_ref()) {
            query.extend(more.iter().cloned());
        }
        let headers = self.headers(fields, sight);
        let body = self.optional(fields, "body", |check, node| check.body(node, sight));
        if let (Some(Method::Get), Some(entry)) = (method, fields.entry("body")) {
            self.error_help(
                "R0238",
                &entry.key.range,
                "a GET has no `body`",
                "put options into `query`",
            );
        }
        let pages = self.optional(fields, "pages", Self::pages);
        if let (Some(method), Some(entry)) = (method.filter(|m| *m != Method::Get), fields.entry("pages")) {
            self.error(
                "R0238",
                &entry.key.range,
                format!("a {} has no `pages`, expected only at GET", method.as_str()),
            );
        }
        let expect = self.optional(fields, "expect", Self::expect);
        more?;
        Some(GraphCall {
            method: method?,
            version,
            path: path?,
            query: query?,
            headers: headers?,
            body: body?,
            pages: pages?.unwrap_or(Pages::One),
            expect: expect?.unwrap_or_default(),
        })
    }

    /// `METHOD target`.
    fn request_line<'n>(&mut self, line: Part<'n>) -> Option<(Method, Part<'n>)> {
        let line = line.trimmed();
        let split = line.text.find(char::is_whitespace);
        let word = line.slice(0..split.unwrap_or(line.text.len()));
        let method = METHODS
            .iter()
            .find(|(name, _)| *name == word.text)
            .map(|(_, method)| *method);
        let Some(method) = method else {
            let known = METHODS.iter().map(|(name, _)| *name);
            let span = self.span(&self.place(word));
            let mistake = Diagnostic::error(
                "R0216",
                span,
                format!(
                    "a request begins with `{}`, expected GET, POST, PATCH, PUT or DELETE",
                    word.text
                ),
            );
            let suggested = mistake.clone().did_you_mean(word.text, known);
            self.report(if word.text.starts_with('/') || word.text.starts_with("http") {
                mistake.help(format!("write the method before it: `GET {}`", word.text))
            } else {
                suggested
            });
            return None;
        };
        let Some(split) = split else {
            self.error_help(
                "R0216",
                &self.place(word),
                format!("`{}` has no path", word.text),
                format!("write `{} /path`", word.text),
            );
            return None;
        };
        Some((method, line.slice(split..line.text.len()).trimmed()))
    }

    fn headers(&mut self, fields: &Fields<'_>, sight: &Sight) -> Option<Vec<(String, Text)>> {
        let Some(node) = fields.get("headers") else {
            return Some(Vec::new());
        };
        let headers = self.open_fields(node, "`headers`")?;
        let mut out = Vec::new();
        let mut complete = true;
        for (name, entry) in headers.iter() {
            let token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !token || OWN_HEADERS.contains(&name.to_lowercase().as_str()) {
                let why = if token {
                    "the program sets it itself"
                } else {
                    "expected letters, digits and `-`"
                };
                self.error(
                    "R0221",
                    &entry.key.range,
                    format!("the header `{name}` cannot be set: {why}"),
                );
                complete = false;
            }
            match self.text_node(
                &entry.value,
                &format!("the header `{name}`"),
                Place::Header,
                sight,
            ) {
                Some(text) => out.push((name.to_owned(), text)),
                None => complete = false,
            }
        }
        complete.then_some(out)
    }

    fn pages(&mut self, node: &Node) -> Option<Pages> {
        if matches!(&node.raw, Raw::Text(text) if text == "all") {
            return Some(Pages::All { limit: PAGE_LIMIT });
        }
        if let Raw::Text(_) = &node.raw {
            self.error(
                "R0115",
                &self.visible(node),
                format!("`pages` is {}, expected `all` or a number", node.found()),
            );
            return None;
        }
        let limit = self.count(node, "`pages`", 1, PAGE_LIMIT as u64)?;
        Some(Pages::All { limit })
    }

    fn expect(&mut self, node: &Node) -> Option<Vec<u16>> {
        let items = self.list(node, "`expect`")?;
        let codes: Vec<Option<u16>> = items
            .iter()
            .map(|item| {
                let code = self.count(item, "a status code of `expect`", 200, 499)?;
                u16::try_from(code).ok()
            })
            .collect();
        codes.into_iter().collect()
    }

    pub(super) fn rest(&mut self, node: &Node, fields: &Fields<'_>, sight: &Sight) -> Option<RestCall> {
        let line = self.plain_text(node, "`rest`");
        let line = line.as_deref().map(|line| Part::all(node, line));
        let url = line.and_then(|line| {
            let (method, url) = self.request_line(line)?;
            self.rest_url(method, url, sight)
        });
        let formats = [
            ("json", RestFormat::Json),
            ("xml", RestFormat::Xml),
            ("text", RestFormat::Text),
        ];
        let accept = self.optional(fields, "accept", |check, node| {
            check.word(node, "`accept`", &formats)
        });
        let expect = self.optional(fields, "expect", Self::expect);
        Some(RestCall {
            url: url?,
            accept: accept?.unwrap_or(RestFormat::Json),
            expect: expect?.unwrap_or_default(),
        })
    }

    fn rest_url(&mut self, method: Method, url: Part<'_>, sight: &Sight) -> Option<Text> {
        if method != Method::Get {
            self.error(
                "R0242",
                &self.place(url),
                format!(
                    "a `rest` step sends {}, expected GET: other hosts are only read",
                    method.as_str()
                ),
            );
            return None;
        }
        if !url.text.starts_with("{{") && !url.text.starts_with("https://") {
            self.error_help(
                "R0242",
                &self.place(url),
                format!("the URL is `{}`, expected `https://…` or a hole", url.text),
                "the configuration's `hosts` name the origins that may be asked",
            );
            return None;
        }
        // A text that is one hole is a whole URL; holes in a literal URL are segments of its path.
        let whole = url.text.starts_with("{{") && url.text.find("}}") == Some(url.text.len() - 2);
        self.text(url, if whole { Place::Query } else { Place::Path }, sight)
    }
}
