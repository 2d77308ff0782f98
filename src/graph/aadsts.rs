//! What the sign-in service's numbers mean when our own app cannot sign in.
//!
//! For people only: Microsoft says that numbers and texts change, so nothing here is ever branched on
//! (<https://learn.microsoft.com/entra/identity-platform/reference-error-codes>). What the codes of *users'*
//! sign-ins mean for a playbook is the playbook's own table.

/// One explained number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explained {
    /// `7000215` of `AADSTS7000215`.
    pub code: u32,
    /// What it means, lower case.
    pub meaning: &'static str,
    /// What to do.
    pub next: &'static str,
}

/// The number in a text such as `AADSTS7000215: Invalid client secret provided. …`.
pub fn code_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}

/// What is known of a number.
pub fn explain(code: u32) -> Option<&'static Explained> {
    TABLE.iter().find(|explained| explained.code == code)
}

const fn row(code: u32, meaning: &'static str, next: &'static str) -> Explained {
    Explained { code, meaning, next }
}

const RETRY: &str = "try again in a few minutes";
const IDS: &str = "compare `id` of the tenant and `client_id` with the app registration in Entra";
const SECRET: &str =
    "make a new client secret in the app registration and put it where `client_secret` points";

const TABLE: &[Explained] = &[
    row(40010, "the sign-in service had a transient failure", RETRY),
    row(50033, "the sign-in service had a transient failure", RETRY),
    row(
        50053,
        "sign-ins from this address are blocked for now",
        "try from another network, or later",
    ),
    row(50087, "the sign-in service had a transient failure", RETRY),
    row(
        50194,
        "the app belongs to one tenant, and another was addressed",
        IDS,
    ),
    row(
        50196,
        "too many equal token requests in a short time",
        "wait some minutes; look for other copies of the app",
    ),
    row(
        53003,
        "a Conditional Access policy blocks the app",
        "read the policies for workload identities; adapt the location",
    ),
    row(
        65001,
        "nobody consented to the app's permissions",
        "an admin gives consent in the app registration",
    ),
    row(70001, "the app is disabled or unknown in this tenant", IDS),
    row(90002, "there is no such tenant", IDS),
    row(90006, "the sign-in service had a transient failure", RETRY),
    row(90012, "the sign-in service took too long", RETRY),
    row(90024, "the sign-in service had a transient failure", RETRY),
    row(90033, "a part of the sign-in service is unavailable", RETRY),
    row(90055, "the tenant sends too many sign-in requests", RETRY),
    row(90090, "the sign-in service could not reach the directory", RETRY),
    row(
        90094,
        "the permissions need an admin's consent",
        "an admin gives consent in the app registration",
    ),
    row(
        500_011,
        "the resource has no service principal in this tenant",
        "check `graph` and `login` of the configuration",
    ),
    row(
        530_032,
        "a security policy of the tenant blocks the app",
        "ask whoever is responsible for Conditional Access",
    ),
    row(700_016, "the app is not found in this tenant", IDS),
    row(
        700_027,
        "the signature of the app's assertion does not verify",
        "upload the certificate that the app signs with",
    ),
    row(700_082, "the refresh token is no longer valid", "sign in again"),
    row(
        7_000_112,
        "the app is disabled in this tenant",
        "an admin enables it under Enterprise applications",
    ),
    row(
        7_000_215,
        "the client secret is wrong (its id may have been taken for its value)",
        SECRET,
    ),
    row(
        7_000_218,
        "no client secret was sent, or the app is no confidential client",
        SECRET,
    ),
    row(7_000_222, "the client secret has expired", SECRET),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_the_text() {
        let table = [
            (
                "AADSTS7000215: Invalid client secret provided. Trace ID: x",
                Some(7_000_215),
            ),
            ("AADSTS90002", Some(90_002)),
            ("something else", None),
            ("AADSTS: ", None),
            ("AADSTS99999999999999999999", None),
        ];
        for (text, expected) in table {
            assert_eq!(code_in(text), expected, "{text}");
        }
    }

    #[test]
    fn an_expired_secret_says_what_to_do_and_each_number_stands_once() {
        assert!(explain(7_000_222).unwrap().next.contains("new client secret"));
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert_eq!(explain(1), None);
    }
}
