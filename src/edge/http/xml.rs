//! XML → `{name, attributes, text, children}`, names without prefix.
//!
//! Accepts no document type definition, so no entity of the document's own; depth and number of nodes are bounded.

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::{Map, json};

use crate::value::Json;

const DEPTH: usize = 64;
const NODES: u32 = 100_000;

/// Reads a document; the error reads on after "was answered with".
pub(super) fn parse(text: &str) -> Result<Json, String> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => "XML that has a document type definition".to_owned(),
        roxmltree::Error::NodesLimitReached => format!("XML of more than {NODES} nodes"),
        other => format!("unreadable XML ({other})"),
    })?;
    element(document.root_element(), DEPTH)
}

fn element(node: Node<'_, '_>, depth_left: usize) -> Result<Json, String> {
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return Err(format!("XML that is nested more than {DEPTH} deep"));
    };
    let attributes: Map<String, Json> = node
        .attributes()
        .map(|attribute| {
            (
                attribute.name().to_owned(),
                Json::String(attribute.value().to_owned()),
            )
        })
        .collect();
    let text: String = node
        .children()
        .filter(Node::is_text)
        .filter_map(|child| child.text())
        .collect();
    let children = node
        .children()
        .filter(Node::is_element)
        .map(|child| element(child, depth_left))
        .collect::<Result<Vec<Json>, String>>()?;
    Ok(json!({
        "name": node.tag_name().name(),
        "attributes": attributes,
        "text": text.trim(),
        "children": children,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_text_its_outer_white_space() {
        let xml = r#"<?xml version="1.0"?><m:E xmlns:m="u" m:id="1" x="2"> a<!-- c --> <m:C>
            MII&amp;x</m:C><![CDATA[<b>]]> </m:E>"#;
        assert_eq!(
            parse(xml).unwrap(),
            json!({
                "name": "E", "attributes": {"id": "1", "x": "2"}, "text": "a <b>",
                "children": [{"name": "C", "attributes": {}, "text": "MII&x", "children": []}],
            })
        );
    }

    #[test]
    fn bombs_and_deep_documents_are_refused() {
        let bomb = r#"<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>"#;
        let external = r#"<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]><l>&x;</l>"#;
        let deep = format!("{}{}", "<a>".repeat(65), "</a>".repeat(65));
        let very_deep = format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000));
        let wide = format!("<l>{}</l>", "<a/>".repeat(100_001));
        let table = [
            (bomb.to_owned(), "document type"),
            (external.to_owned(), "document type"),
            (deep, "nested"),
            (very_deep, "nested"),
            (wide, "nodes"),
            ("<l>&undefined;</l>".to_owned(), "unreadable"),
            ("not xml".to_owned(), "unreadable"),
            (String::new(), "unreadable"),
        ];
        for (text, expected) in table {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        assert!(parse(&format!("{}{}", "<a>".repeat(64), "</a>".repeat(64))).is_ok());
    }
}
