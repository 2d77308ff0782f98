//! The templates inside the binary, by name.
//!
//! Templates beside a playbook (`./name`) are read by whoever reads the playbook; neither kind shadows the other.

const EMBEDDED: &[(&str, &str)] = &[
    (
        "exchange/get-auth-server",
        include_str!("../../templates/exchange/get-auth-server.ps1"),
    ),
    (
        "exchange/refresh-auth-metadata",
        include_str!("../../templates/exchange/refresh-auth-metadata.ps1"),
    ),
];

/// The text of an embedded template, as its author wrote it.
pub fn find(name: &str) -> Option<&'static str> {
    EMBEDDED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// The names of all embedded templates, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::model::Effect;
    use crate::powershell::template::Template;

    #[test]
    fn every_embedded_template_parses_and_what_changes_takes_what_if() {
        assert!(names().is_sorted());
        for name in names() {
            let declaration = Template::parse(find(name).unwrap()).unwrap().declaration;
            assert_eq!(
                declaration.should_process,
                declaration.effect == Effect::Change,
                "{name}"
            );
        }
    }

    #[test]
    fn a_name_is_found_only_as_it_is_written() {
        assert!(find("exchange/get-auth-server").is_some());
        assert!(find("./get-auth-server").is_none());
    }
}
