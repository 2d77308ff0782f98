//! What a target is called: its id in logs, its label for people.
//!
//! An id in a log never holds what a person wrote: a text that is no plain id becomes a digest.

use crate::value::{Digest, Json, TargetId};

/// The target's own id as the tenant knows it: the element itself, or its `id`.
pub fn raw_id(element: &Json) -> Option<&str> {
    match element {
        Json::String(text) => Some(text),
        Json::Object(members) => members.get("id").and_then(Json::as_str),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => None,
    }
}

/// The id under which plan and log know the target: a GUID or a plain name as it is, any other text (an
/// address, a path) as `x` and 16 hexadecimal digits of its SHA-256.
pub fn id(element: &Json) -> Option<TargetId> {
    let raw = match element {
        Json::Number(number) => number.to_string(),
        Json::String(_) | Json::Object(_) => raw_id(element)?.to_owned(),
        Json::Null | Json::Bool(_) | Json::Array(_) => return None,
    };
    if raw.is_empty() {
        return None;
    }
    let plain = raw.len() <= 64
        && raw
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    Some(TargetId::new(if plain {
        raw
    } else {
        let digest = Digest::of(raw.as_bytes()).to_string();
        format!("x{}", &digest[..16])
    }))
}

/// For people: `Megan Bowen <megan@contoso.example>`, a name, or the id.
pub fn label(element: &Json) -> String {
    let text = |key: &str| {
        element
            .get(key)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    match (text("displayName").or(text("name")), text("userPrincipalName")) {
        (Some(name), Some(upn)) => format!("{name} <{upn}>"),
        (None, Some(upn)) => upn.to_owned(),
        (Some(name), None) => name.to_owned(),
        (None, None) => raw_id(element).map_or_else(|| element.to_string(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_guid_stays_and_an_address_becomes_a_digest() {
        let guid = "4f6cbe4e-58d2-4d6e-9d0e-0b3b6a1c2d3e";
        assert_eq!(id(&json!({"id": guid})).unwrap().as_str(), guid);
        let hidden = id(&json!("megan@contoso.example")).unwrap();
        assert!(hidden.as_str().starts_with('x') && hidden.as_str().len() == 17);
        assert_eq!(id(&json!({"name": "no id"})), None);
        assert_eq!(id(&json!("a/b")).unwrap().as_str().matches('/').count(), 0);
    }

    #[test]
    fn a_label_says_name_and_address() {
        let user =
            json!({"id": "1", "displayName": "Megan Bowen", "userPrincipalName": "megan@contoso.example"});
        assert_eq!(label(&user), "Megan Bowen <megan@contoso.example>");
        assert_eq!(label(&json!({"id": "1"})), "1");
    }
}
