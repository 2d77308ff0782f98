//! What the AADSTS codes of simulated sign-ins mean, in short words.
//!
//! Only for `failureReason`; what an admin does about a code is a playbook's business. Meanings from
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

const MEANINGS: [(u32, &str); 49] = [
    (0, "Other."),
    (50033, "Transient error; may be tried again."),
    (
        50053,
        "Account locked, or sign-in from an address with malicious activity.",
    ),
    (50055, "The password has expired."),
    (50057, "The user account is disabled."),
    (50058, "The session is not sufficient for single sign-on."),
    (50072, "The user must enrol for multifactor authentication."),
    (50074, "Strong authentication is required and was not completed."),
    (50076, "Multifactor authentication is required."),
    (50078, "The multifactor authentication has expired by policy."),
    (50079, "The user must enrol for multifactor authentication."),
    (50087, "Transient error in the strong authentication service."),
    (50089, "The flow token has expired."),
    (50097, "Device authentication is required."),
    (50105, "The user is not assigned to a role of the application."),
    (50126, "Invalid user name or password."),
    (50131, "Conditional Access failed: device, sign-in time or risk."),
    (
        50132,
        "The session is not valid: password expired or recently changed.",
    ),
    (
        50133,
        "The session is not valid: password expired or recently changed.",
    ),
    (50140, "Interrupted by the question whether to stay signed in."),
    (50155, "Device authentication failed."),
    (50173, "The grant was revoked; a fresh sign-in is needed."),
    (50187, "The service failed to perform device authentication."),
    (50194, "The application is not set up for more than one tenant."),
    (
        50196,
        "The client sent the same request many times: loop detected.",
    ),
    (53000, "The device is not compliant."),
    (53001, "The device is not domain joined."),
    (53002, "The application is not an approved client."),
    (53003, "Blocked by Conditional Access policies."),
    (65001, "The user or admin has not consented to the application."),
    (70001, "The application is disabled."),
    (70008, "The refresh token has expired through inactivity."),
    (
        70043,
        "The refresh token has expired, or is not valid, because of sign-in frequency.",
    ),
    (90006, "An external server gave an error."),
    (90012, "The request timed out."),
    (90024, "Transient error: request budget exceeded."),
    (90033, "The directory service is temporarily unavailable."),
    (90055, "Too many requests in this tenant."),
    (90072, "The account does not exist in this tenant."),
    (90090, "Microsoft Graph could not be reached."),
    (90094, "Admin consent is needed."),
    (500_011, "The resource principal was not found in the tenant."),
    (530_032, "Blocked by security policy."),
    (530_035, "Blocked by security defaults."),
    (
        650_052,
        "The organisation has not subscribed to, or not enabled, the service.",
    ),
    (
        650_057,
        "The resource is not listed in the application's registration.",
    ),
    (700_016, "The application was not found in the tenant."),
    (700_082, "The refresh token has expired through inactivity."),
    (7_000_112, "The application is disabled."),
];

/// `failureReason` of a code.
pub fn meaning(code: u32) -> &'static str {
    MEANINGS
        .iter()
        .find(|(known, _)| *known == code)
        .map_or("The sign-in failed.", |(_, meaning)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_meaning() {
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(meaning(0), "Other.");
        assert_eq!(meaning(1), "The sign-in failed.");
    }
}
