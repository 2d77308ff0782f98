//! What a text is made of once it is read.
//!
//! Holes hold checked expression trees: the same functions, evaluated by the same evaluator.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::playbook::expression::Reference;
use crate::playbook::expression::node::Node;

/// A stretch of a text.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// Stands as it is.
    Literal(String),
    Hole(Hole),
    If(If),
    Each(Each),
}

/// `{{…}}`.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    pub node: Node,
    /// Where it stands in the text, braces included.
    pub range: Range<usize>,
}

/// `{{#if}}` and, turned round, `{{#unless}}`.
#[derive(Clone, Debug)]
pub(super) struct If {
    pub condition: Node,
    pub then: Vec<Part>,
    pub otherwise: Vec<Part>,
}

/// `{{#each}}`.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub over: Node,
    /// `as |item position|`.
    pub item: Option<Arc<str>>,
    pub position: Option<Arc<str>>,
    pub body: Vec<Part>,
    /// Where there is no element.
    pub otherwise: Vec<Part>,
}

/// What the parts refer to, without the names that blocks bind.
pub(super) fn references(parts: &[Part]) -> BTreeSet<Reference> {
    let mut out = BTreeSet::new();
    for node in nodes(parts) {
        node.collect_references(&mut out);
    }
    out
}

/// Levels of the deepest tree in the parts, blocks counted.
pub(super) fn depth(parts: &[Part]) -> usize {
    let own = nodes(parts).into_iter().map(Node::depth).max().unwrap_or(0);
    own + blocks_deep(parts)
}

fn blocks_deep(parts: &[Part]) -> usize {
    parts
        .iter()
        .map(|part| match part {
            Part::Literal(_) | Part::Hole(_) => 0,
            Part::If(block) => 1 + blocks_deep(&block.then).max(blocks_deep(&block.otherwise)),
            Part::Each(block) => 1 + blocks_deep(&block.body).max(blocks_deep(&block.otherwise)),
        })
        .max()
        .unwrap_or(0)
}

fn nodes(parts: &[Part]) -> Vec<&Node> {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Hole(hole) => out.push(&hole.node),
            Part::If(block) => {
                out.push(&block.condition);
                out.extend(nodes(&block.then));
                out.extend(nodes(&block.otherwise));
            }
            Part::Each(block) => {
                out.push(&block.over);
                out.extend(nodes(&block.body));
                out.extend(nodes(&block.otherwise));
            }
        }
    }
    out
}
