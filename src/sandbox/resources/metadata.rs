//! The federation metadata: XML with the certificates that Entra publishes. Public: needs no token.
//!
//! Not a signed document, as the real one is; Exchange's cmdlet trusts the connection. Shape:
//! <https://learn.microsoft.com/entra/identity-platform/federation-metadata>.

use std::fmt::Write as _;

/// The document for a tenant.
pub fn xml(tenant: &str, certificates: &[String]) -> String {
    let mut keys = String::new();
    for certificate in certificates {
        let _ = write!(
            keys,
            "<KeyDescriptor use=\"signing\"><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">\
             <X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>",
            escaped(certificate)
        );
    }
    let tenant = escaped(tenant);
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <EntityDescriptor ID=\"_{tenant}\" entityID=\"https://sts.windows.net/{tenant}/\" \
         xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\">\
         <RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" \
         xsi:type=\"fed:SecurityTokenServiceType\" \
         protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\">{keys}</RoleDescriptor>\
         <IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}\
         </IDPSSODescriptor></EntityDescriptor>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_holds_each_certificate_as_a_signing_key() {
        let text = xml("t", &["MIIC&1".to_owned(), "MIIB".to_owned()]);
        let document = roxmltree::Document::parse(&text).expect("it is XML");
        let found: Vec<_> = document
            .descendants()
            .filter(|node| node.tag_name().name() == "X509Certificate")
            .filter_map(|node| node.text())
            .collect();
        assert_eq!(found, ["MIIC&1", "MIIB", "MIIC&1", "MIIB"]);
    }
}
