//! Looks for secrets in every file and output, in each form in which they could have slipped through.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::bytes::Regex;

use crate::bench::Bench;

/// Every token of the sandbox has this form; digests are shorter.
const TOKEN: &str = r"sandbox(\.|%2[eE])[0-9a-fA-F]{16}|[0-9a-f]{65,}";

/// What is looked for: a secret plain, percent-encoded, hexadecimal, and in base64 at each of the three places that
/// it can have in what was encoded.
pub struct Sought {
    forms: Vec<(String, Regex)>,
}

impl Sought {
    pub fn new(secret: &str) -> Sought {
        let mut forms = vec![("the client secret".to_owned(), regex::escape(secret))];
        let percent: Vec<String> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let percent = percent.concat();
        forms.push((
            "the client secret, percent-encoded".to_owned(),
            format!("(?i){percent}"),
        ));
        forms.push((
            "the client secret, as hexadecimal digits".to_owned(),
            format!("(?i){}", hex::encode(secret)),
        ));
        forms.extend(in_base64("the client secret", secret));
        forms.push(("a token".to_owned(), TOKEN.to_owned()));
        forms.extend(in_base64("a token", "sandbox."));
        let compiled = forms
            .into_iter()
            .map(|(what, form)| (what, Regex::new(&form).unwrap()));
        Sought {
            forms: compiled.collect(),
        }
    }

    /// What is in there.
    pub fn found(&self, bytes: &[u8]) -> Option<&str> {
        self.forms
            .iter()
            .find(|(_, form)| form.is_match(bytes))
            .map(|(what, _)| what.as_str())
    }

    /// Demands that no file below a folder holds any, but for the file that is the secret's own place.
    #[track_caller]
    pub fn expect_none_in(&self, folder: &Path, own_place: &Path) -> usize {
        let files = files(folder);
        for file in files.iter().filter(|file| *file != own_place) {
            let found = self.found(&fs::read(file).unwrap());
            assert_eq!(found, None, "in `{}`", file.display());
            assert_eq!(self.found(file.display().to_string().as_bytes()), None);
        }
        files.len()
    }
}

/// The middle of a text's base64, which does not depend on what stands around it.
fn in_base64(what: &str, text: &str) -> Vec<(String, String)> {
    let at = |before: usize| {
        let padded = [&b"\0\0"[..before], text.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(&padded);
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        let middle = regex::escape(&encoded[first..last])
            .replace(r"\+", "[+-]")
            .replace('/', "[/_]");
        (format!("{what}, in base64"), middle)
    };
    (0..3).map(at).collect()
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_form_of_a_secret_is_found() {
    let secret = "9f86d081884c7d65";
    let sought = Sought::new(secret);
    for before in ["", "a", "ab", "client_secret="] {
        let text = format!("{before}{secret} and more");
        let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
        let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&text);
        for text in [text, encoded, url_safe] {
            assert!(sought.found(text.as_bytes()).is_some(), "{text}");
        }
        let bearer = format!("{before}sandbox.{}", hex::encode([7; 48]));
        let encoded = base64::engine::general_purpose::STANDARD.encode(&bearer);
        assert!(sought.found(bearer.as_bytes()).is_some());
        assert!(sought.found(encoded.as_bytes()).is_some(), "{encoded}");
    }
    assert!(sought.found(hex::encode(secret).as_bytes()).is_some());
    assert_eq!(
        sought.found(b"a digest: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"),
        None
    );
}

#[test]
fn separate_processes_leave_no_secret_behind_and_say_none_even_when_they_tell_everything() {
    let bench = Bench::new();
    let token = bench.token();
    let secret = bench.folder().join("c/client-secret");
    let sought = Sought::new(fs::read_to_string(&secret).unwrap().trim());
    assert_eq!(
        sought.found(token.as_bytes()),
        Some("a token"),
        "tokens have the form that is looked for"
    );
    bench.playbook("revoke.yaml", |text| text);
    bench
        .run(&[
            "plan",
            "revoke.yaml",
            "--inputs",
            "c/inputs.yaml",
            "-o",
            "a.plan",
            "--log",
            "trace",
        ])
        .expect(0);
    bench.approve("a.plan");
    let applied = bench.run(&["apply", "a.plan", "--log", "trace"]).expect(0);
    assert!(applied.err.contains("TRACE"), "it does tell");
    bench.run(&["audit", "verify", "--log", "trace"]).expect(0);
    // Outputs are files there, too.
    let files = sought.expect_none_in(bench.home(), &secret);
    assert!(files > 30, "{files}");
}
