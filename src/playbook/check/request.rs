//! `graph` and `rest`: the request line, its path and query, headers, body.
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
    "authorization", "host", "content-length", "content-type", "cookie", "client-request-id",
    "return-client-request-id", "transfer-encoding", "connection", "user-agent",
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
            Some((version, path, query)) => (version, path, Some(query)),
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
        let method = METHODS.iter().find(|(name, _)| *name == word.text).map(|(_, method)| *method);
        let Some(method) = method else {
            let known = METHODS.iter().map(|(name, _)| *name);
            let span = self.span(&self.place(word));
            let mistake = Diagnostic::error(
                "R0216",
                span,
                format!("a request begins with `{}`, expected GET, POST, PATCH, PUT or DELETE", word.text),
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

    /// `/path?query`.
    #[expect(clippy::type_complexity, reason = "version, path and query, read together and taken apart at once")]
    fn target(
        &mut self,
        target: Part<'_>,
        sight: &Sight,
    ) -> Option<(ApiVersion, Option<Text>, Vec<(String, Text)>)> {
        let question = outside_holes(target.text, '?').next();
        let path = target.slice(0..question.unwrap_or(target.text.len()));
        let (version, path) = self.version_and_path(path)?;
        let query = match question {
            None => Some(Vec::new()),
            Some(at) => self.inline_query(target.slice(at + 1..target.text.len()), sight),
        };
        let sound = self.segments(path);
        let path = self.text(path, Place::Path, sight);
        Some((version, path.filter(|_| sound), query?))
    }

    fn version_and_path<'n>(&mut self, path: Part<'n>) -> Option<(ApiVersion, Part<'n>)> {
        let text = path.text;
        let wrong = if text.contains("://") {
            Some(("a Graph path is a whole URL", "write only the path: `/users`; the cloud gives the host"))
        } else if !text.starts_with('/') {
            Some(("a Graph path does not begin with `/`", "write `/users`, not `users`"))
        } else if text == "/v1.0" || text.starts_with("/v1.0/") {
            Some(("a Graph path begins with `/v1.0`", "leave it out: it is understood"))
        } else {
            None
        };
        if let Some((message, help)) = wrong {
            self.error_help("R0217", &self.place(path), message, help);
            return None;
        }
        if text.starts_with("/beta/") {
            return Some((ApiVersion::Beta, path.slice("/beta".len()..text.len())));
        }
        Some((ApiVersion::V1, path))
    }

    /// Segments are not empty, not `.` or `..`, and none stands twice in a row.
    fn segments(&mut self, path: Part<'_>) -> bool {
        let mut at = 1;
        let mut before = "";
        for segment in path.text[1..].split('/') {
            let here = path.slice(at..at + segment.len());
            at += segment.len() + 1;
            let around = path.slice(at.saturating_sub(segment.len() + 2)..at.saturating_sub(1).max(1));
            let (message, help) = if segment.is_empty() {
                ("a Graph path has an empty segment", "remove the doubled or last `/`")
            } else if segment == "." || segment == ".." {
                ("a Graph path has a segment of dots only", "write the path out")
            } else if segment == before && !segment.contains("{{") {
                ("a Graph path has the same segment twice in a row", "remove one of them")
            } else if segment.contains([' ', '#', '\\']) && !segment.contains("{{") {
                ("a Graph path has a space, `#` or `\\`", "put values into holes: they are encoded there")
            } else {
                before = segment;
                continue;
            };
            let place = if segment.is_empty() { self.place(around) } else { self.place(here) };
            self.error_help("R0217", &place, message, help);
            return false;
        }
        true
    }

    fn inline_query(&mut self, query: Part<'_>, sight: &Sight) -> Option<Vec<(String, Text)>> {
        let mut options: Vec<(String, Text)> = Vec::new();
        let mut complete = true;
        let mut from = 0;
        let ends: Vec<usize> = outside_holes(query.text, '&').chain([query.text.len()]).collect();
        for end in ends {
            let option = query.slice(from..end);
            from = end + 1;
            let Some(equals) = option.text.find('=') else {
                self.error_help(
                    "R0217",
                    &self.place(option),
                    format!("the query option `{}` has no value", option.text),
                    "write `name=value`",
                );
                complete = false;
                continue;
            };
            let name = option.text[..equals].to_owned();
            if options.iter().any(|(known, _)| *known == name) {
                self.twice(&name, option);
                complete = false;
                continue;
            }
            match self.option(&name, option.slice(equals + 1..option.text.len()), sight) {
                Some(text) => options.push((name, text)),
                None => complete = false,
            }
        }
        complete.then_some(options)
    }

    fn twice(&mut self, name: &str, place: Part<'_>) {
        self.error_help(
            "R0218",
            &self.place(place),
            format!("the query option `{name}` is given twice"),
            "keep one of them",
        );
    }

    fn query(
        &mut self,
        fields: &Fields<'_>,
        inline: &[(String, Text)],
        sight: &Sight,
    ) -> Option<Vec<(String, Text)>> {
        let Some(node) = fields.get("query") else {
            return Some(Vec::new());
        };
        let query = self.open_fields(node, "`query`")?;
        let mut options = Vec::new();
        let mut complete = true;
        for (name, entry) in query.iter() {
            if inline.iter().any(|(known, _)| known == name) {
                self.twice(name, Part::all(&entry.key, name));
                complete = false;
                continue;
            }
            let text = entry.value.text();
            let option = match &text {
                Some(text) => self.option(name, Part::all(&entry.value, text), sight),
                None => {
                    let found = entry.value.found();
                    self.expected(&entry.value, &format!("the query option `{name}` is {found}, expected a text"));
                    None
                }
            };
            match option {
                Some(option) => options.push((name.to_owned(), option)),
                None => complete = false,
            }
        }
        complete.then_some(options)
    }

    /// The value of one query option.
    fn option(&mut self, name: &str, value: Part<'_>, sight: &Sight) -> Option<Text> {
        let value = value.trimmed();
        if let Some(at) = percent_encoded(value.text) {
            self.error_help(
                "R0220",
                &self.place(value.slice(at..at + 3)),
                format!("the query option `{name}` is percent-encoded already"),
                "write it plainly: it is encoded when the URL is built",
            );
            return None;
        }
        if name == "$filter" {
            self.filter(value)?;
        }
        let place = if name == "$filter" { Place::ODataFilter } else { Place::Query };
        self.text(value, place, sight)
    }

    /// Quotes and brackets of a filter, outside its holes.
    fn filter(&mut self, value: Part<'_>) -> Option<()> {
        let literal: Vec<(usize, char)> = outside_hole_chars(value.text).collect();
        let mut open = Vec::new();
        let mut quote = None;
        for (at, c) in literal {
            match (c, quote) {
                ('\'', None) => quote = Some(at),
                ('\'', Some(_)) => quote = None,
                ('(', None) => open.push(at),
                (')', None) if open.pop().is_none() => {
                    self.unbalanced(value, at, "a bracket closes that was never opened");
                    return None;
                }
                _ => {}
            }
        }
        let wrong = quote
            .map(|at| (at, "a quote is opened and not closed"))
            .or_else(|| open.pop().map(|at| (at, "a bracket is opened and not closed")));
        if let Some((at, what)) = wrong {
            self.unbalanced(value, at, what);
            return None;
        }
        Some(())
    }

    fn unbalanced(&mut self, value: Part<'_>, at: usize, what: &str) {
        self.error_help(
            "R0219",
            &self.place(value.slice(at..at + 1)),
            format!("in `$filter` {what}"),
            "a hole brings its own quotes: write `id eq {{x}}`; a quote inside a text is doubled",
        );
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
                let why = if token { "the program sets it itself" } else { "expected letters, digits and `-`" };
                self.error("R0221", &entry.key.range, format!("the header `{name}` cannot be set: {why}"));
                complete = false;
            }
            match self.text_node(&entry.value, &format!("the header `{name}`"), Place::Header, sight) {
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
        let formats = [("json", RestFormat::Json), ("xml", RestFormat::Xml), ("text", RestFormat::Text)];
        let accept = self.optional(fields, "accept", |check, node| check.word(node, "`accept`", &formats));
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
                format!("a `rest` step sends {}, expected GET: other hosts are only read", method.as_str()),
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

/// The bytes of `text` outside `{{…}}`.
fn outside_hole_chars(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut inside = false;
    text.char_indices().filter(move |(at, _)| {
        if text[*at..].starts_with("{{") {
            inside = true;
        }
        let outside = !inside;
        if inside && text[..*at].ends_with('}') && text[*at..].starts_with('}') {
            inside = false;
        }
        outside
    })
}

fn outside_holes(text: &str, wanted: char) -> impl Iterator<Item = usize> + '_ {
    outside_hole_chars(text).filter(move |(_, c)| *c == wanted).map(|(at, _)| at)
}

fn percent_encoded(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    outside_holes(text, '%').find(|at| {
        bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit) && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit)
    })
}
