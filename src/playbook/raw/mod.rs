//! A playbook as written: every key and value with its place, nothing judged yet.
//!
//! May be wrong in any way; [`crate::playbook::check`] turns it into what cannot be. Knows YAML's shapes, not
//! the language's keys.

mod content;
mod node;

pub(crate) use content::{Alignment, content_range};
pub(crate) use node::shortened;
pub use node::{Entry, Node, Raw};
