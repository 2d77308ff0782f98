//! Template → the script file that runs: wrapper, template, wrapper; constant bytes.
//!
//! Puts no value into it, ever: values travel in the parameter file. Windows PowerShell 5.1 reads a file without
//! a byte order mark in the machine's code page, where letters such as U+00D1 turn into quotes; hence ASCII only,
//! and a mark. <https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_character_encoding>

use std::sync::Arc;

use crate::powershell::PowerShellError;
use crate::powershell::template::Template;
use crate::value::Digest;

const HEAD: &str = include_str!("../../templates/wrapper/head.ps1");
const TAIL: &str = include_str!("../../templates/wrapper/tail.ps1");
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A script file, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFile {
    /// UTF-8 with byte order mark, CRLF, ASCII.
    pub bytes: Arc<[u8]>,
    /// Its SHA-256.
    pub digest: Digest,
}

/// Makes the script file of a template; the same template gives the same bytes.
///
/// # Errors
/// The template holds a character that is not printable ASCII, tab or line end.
pub fn render(template: &Template) -> Result<ScriptFile, PowerShellError> {
    check_text(&template.text)?;
    let mut text = String::with_capacity(HEAD.len() + template.text.len() + TAIL.len() + 1024);
    text.push_str(BYTE_ORDER_MARK);
    for part in [HEAD, &template.text, TAIL] {
        for line in part.lines() {
            text.push_str(line);
            text.push_str("\r\n");
        }
    }
    let bytes: Arc<[u8]> = text.into_bytes().into();
    let digest = Digest::of(&bytes);
    Ok(ScriptFile { bytes, digest })
}

/// Parses a template's text and makes its script file.
///
/// # Errors
/// As [`Template::parse`] and [`render`].
pub fn of_text(text: &str) -> Result<ScriptFile, PowerShellError> {
    render(&Template::parse(text)?)
}

fn check_text(text: &str) -> Result<(), PowerShellError> {
    for (row, line) in text.split('\n').enumerate() {
        let strange = line.chars().find(|c| !(*c == '\t' || (' '..='~').contains(c)));
        if let Some(found) = strange {
            return Err(PowerShellError::Script(format!(
                "line {} holds U+{:04X}; expected printable ASCII",
                row + 1,
                u32::from(found)
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::powershell::template::Declaration;
    use crate::powershell::templates;

    #[test]
    fn every_embedded_script_is_ascii_with_a_mark_and_crlf() {
        for name in templates::names() {
            let script = of_text(templates::find(name).unwrap()).unwrap();
            let body = script.bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap();
            assert!(body.is_ascii(), "{name}");
            let text = std::str::from_utf8(body).unwrap();
            assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
            assert_eq!(script.digest, Digest::of(&script.bytes));
        }
    }

    #[test]
    fn line_ends_and_mark_of_the_template_make_no_difference() {
        let text = templates::find("exchange/get-auth-server").unwrap();
        let other = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(of_text(text).unwrap(), of_text(&other).unwrap());
    }

    #[test]
    fn the_declaration_can_be_read_back_from_the_script() {
        for name in templates::names() {
            let template = Template::parse(templates::find(name).unwrap()).unwrap();
            let script = render(&template).unwrap();
            assert_eq!(
                Declaration::of_script(&script.bytes).unwrap(),
                template.declaration
            );
        }
    }

    #[test]
    fn a_character_beyond_ascii_is_refused_with_its_line() {
        let text = templates::find("exchange/get-auth-server").unwrap();
        for bad in ["\u{2019}", "\u{0}", "\u{1b}", "\r"] {
            let error = of_text(&text.replacen("\n\n", &format!("\n#{bad} \n"), 1)).unwrap_err();
            assert!(error.to_string().contains("line"), "{error}");
        }
    }
}
