//! The playbook language: YAML → raw → checked [`Playbook`]; inputs; expressions; text with holes.
//!
//! Contacts nobody and reads no file: texts are handed in. Start at [`model`], then [`check`].

pub mod check;
pub mod codes;
pub mod expression;
pub mod inputs;
pub mod model;
pub mod text;
pub mod raw;
mod yaml;

pub use model::Playbook;
