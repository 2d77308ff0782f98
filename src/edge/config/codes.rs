//! The codes of the configuration's diagnostics, each with its one-line meaning.
//!
//! Codes are stable: a code is never used for another mistake. Those of `allowed_signers` are
//! [`crate::approval::allowed_signers::CODES`].

/// `(code, meaning)`; sorted by code.
pub const CODES: &[(&str, &str)] = &[
    ("R0501", "the configuration is no YAML that can be read"),
    ("R0502", "an unknown field"),
    ("R0503", "a value of the wrong kind, or none of those allowed"),
    ("R0504", "a field is missing"),
    ("R0505", "a key that stands there twice"),
    ("R0506", "another version of the configuration's format"),
    ("R0507", "an id that is no GUID"),
    ("R0508", "an origin that is none"),
    ("R0509", "neither `cloud` nor `graph` and `login`, or hosts of no known cloud"),
    ("R0510", "a loopback origin without `sandbox: true`, or the other way round"),
    ("R0511", "a secret that stands in the file, or a reference that is none"),
    ("R0512", "a sign-in that is incomplete or says two things"),
    ("R0513", "a PowerShell host that cannot work"),
    ("R0514", "a clock that is none, or that is not for a sandbox"),
    ("R0515", "a policy that cannot be"),
    ("R0516", "a name or path that cannot be used"),
    ("R0520", "a setting that is not followed because the machine-wide file decides"),
];
