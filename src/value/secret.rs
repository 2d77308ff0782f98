//! The one type that holds secrets: it cannot be printed, serialised or compared, and is wiped when dropped.
//!
//! Does not fetch secrets; `edge/` does.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text: a client secret, a token, a pre-authenticated URL.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into custody.
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    /// The text itself. Each call is a place to look at in review: it may only go into a request.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_a_placeholder() {
        assert_eq!(
            format!("{:?}", Some(Secret::new("hunter2".into()))),
            "Some([secret])"
        );
    }
}
