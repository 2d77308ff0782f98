//! The target of a Graph call: version, path, query options, and what in them cannot be right.
//!
//! Encodes nothing: each hole is encoded for its place when the request is built.

use crate::diagnostic::{Diagnostic, closest};
use crate::playbook::check::Check;
use crate::playbook::check::fields::{Fields, listed};
use crate::playbook::check::scope::Sight;
use crate::playbook::check::texts::Part;
use crate::playbook::model::ApiVersion;
use crate::playbook::raw::Node;
use crate::playbook::text::{Place, Text};

/// <https://learn.microsoft.com/graph/query-parameters#odata-system-query-options>
const OPTIONS: &[&str] = &[
    "$count",
    "$expand",
    "$filter",
    "$format",
    "$orderby",
    "$search",
    "$select",
    "$skip",
    "$skiptoken",
    "$deltatoken",
    "$top",
];

/// Version, path and the options written behind it.
pub(super) struct Target {
    pub(super) version: ApiVersion,
    pub(super) path: Option<Text>,
    pub(super) query: Vec<(String, Text)>,
}

impl Check<'_> {
    /// `/path?query`.
    pub(super) fn target(&mut self, target: Part<'_>, sight: &Sight) -> Option<Target> {
        let question = outside_holes(target.text, '?').next();
        let path = target.slice(0..question.unwrap_or(target.text.len()));
        let (version, path) = self.version_and_path(path)?;
        let query = match question {
            None => Some(Vec::new()),
            Some(at) => self.inline_query(target.slice(at + 1..target.text.len()), sight),
        };
        let sound = self.segments(path);
        let path = self.text(path, Place::Path, sight);
        Some(Target {
            version,
            path: path.filter(|_| sound),
            query: query?,
        })
    }

    fn version_and_path<'n>(&mut self, path: Part<'n>) -> Option<(ApiVersion, Part<'n>)> {
        let text = path.text;
        let wrong = if text.contains("://") {
            Some((
                "a Graph path is a whole URL",
                "write only the path: `/users`; the cloud gives the host",
            ))
        } else if !text.starts_with('/') {
            Some((
                "a Graph path does not begin with `/`",
                "write `/users`, not `users`",
            ))
        } else if text == "/v1.0" || text.starts_with("/v1.0/") {
            Some((
                "a Graph path begins with `/v1.0`",
                "leave it out: it is understood",
            ))
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
        let slashes: Vec<usize> = outside_holes(path.text, '/').collect();
        let ends = slashes.iter().skip(1).copied().chain([path.text.len()]);
        let mut before = "";
        for (slash, end) in slashes.iter().zip(ends) {
            let segment = &path.text[slash + 1..end];
            let (message, help) = if segment.is_empty() {
                (
                    "a Graph path has an empty segment",
                    "remove the doubled or last `/`",
                )
            } else if segment == "." || segment == ".." {
                ("a Graph path has a segment of dots only", "write the path out")
            } else if segment == before && !segment.contains("{{") {
                (
                    "a Graph path has the same segment twice in a row",
                    "remove one of them",
                )
            } else if segment.contains([' ', '#', '\\']) && !segment.contains("{{") {
                (
                    "a Graph path has a space, `#` or `\\`",
                    "put values into holes: they are encoded there",
                )
            } else {
                before = segment;
                continue;
            };
            let place = if segment.is_empty() {
                *slash..slash + 1
            } else {
                slash + 1..end
            };
            self.error_help("R0217", &self.place(path.slice(place)), message, help);
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
            self.option_name(&name, option.slice(0..equals));
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

    pub(super) fn query(
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
            self.option_name(name, Part::all(&entry.key, name));
            let option = self.option_node(name, &entry.value, sight);
            match option {
                Some(option) => options.push((name.to_owned(), option)),
                None => complete = false,
            }
        }
        complete.then_some(options)
    }

    /// An option that begins with `$` must be one of OData's: a misspelt one would be ignored, and read too much.
    fn option_name(&mut self, name: &str, place: Part<'_>) {
        if !name.starts_with('$') || OPTIONS.contains(&name) {
            return;
        }
        let span = self.span(&self.place(place));
        let mistake = Diagnostic::error("R0223", span, format!("there is no query option `{name}`"));
        self.report(match closest(name, OPTIONS.iter().copied()) {
            Some(meant) => mistake.help(format!("did you mean `{meant}`?")),
            None => mistake.help(format!("options: {}", listed(OPTIONS.iter().copied()))),
        });
    }

    fn option_node(&mut self, name: &str, node: &Node, sight: &Sight) -> Option<Text> {
        if let Some(text) = node.text() {
            return self.option(name, Part::all(node, &text), sight);
        }
        let found = node.found();
        self.expected(
            node,
            &format!("the query option `{name}` is {found}, expected a text"),
        );
        None
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
        let place = if name == "$filter" {
            Place::ODataFilter
        } else {
            Place::Query
        };
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
    outside_hole_chars(text)
        .filter(move |(_, c)| *c == wanted)
        .map(|(at, _)| at)
}

fn percent_encoded(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    outside_holes(text, '%').find(|at| {
        bytes.get(at + 1).is_some_and(u8::is_ascii_hexdigit)
            && bytes.get(at + 2).is_some_and(u8::is_ascii_hexdigit)
    })
}
