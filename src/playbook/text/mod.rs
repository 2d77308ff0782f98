//! Text with holes (Handlebars), encoded for where it stands.
//!
//! Two kinds: [`Text`], a part of a request, with plain holes only; [`Message`], for people, with `if`, `unless`
//! and `each`. A hole is evaluated once, by [`crate::playbook::expression`]; what it gives is data for ever.

pub mod codes;
mod context;
mod encode;
mod hole;
mod message;
mod part;
mod request;
mod template;
#[cfg(test)]
mod tests;

pub use message::Message;
pub use request::Text;

/// Where a text stands: decides how each hole is encoded. The author cannot switch it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A Graph or REST path: each hole is one path segment, percent-encoded; empty, `.` and `..` are refused.
    /// Inside `(appId='…')` quotes are doubled first; inside `(id=…)` the hole is a whole OData literal.
    Path,
    /// `$filter`: each hole is one OData literal; instants stand bare, lists are refused.
    ODataFilter,
    /// Another query option: the value as plain text (it is percent-encoded when the URL is built).
    Query,
    /// A header value: ASCII without control characters.
    Header,
    /// A JSON value: a text that is exactly one hole keeps the value's type.
    Json,
    /// A file name: one plain name, no separators, none that Windows keeps for devices.
    FileName,
}

/// How a message is written: decides the encoding of its holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageFormat {
    /// Text for people, with control, bidi and zero-width characters escaped.
    Plain,
    /// Markdown: values cannot start markup.
    Markdown,
    /// HTML: values are text between tags.
    Html,
}
