//! Bytes → source file: size, encoding, and characters that no playbook needs.
//!
//! Reads no file: whoever does refuses one of more than [`SIZE_LIMIT_BYTES`] by its size, unread.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, SourceFile, Span};
use crate::playbook::check::Check;

/// The largest playbook, in bytes (1 MiB).
pub const SIZE_LIMIT_BYTES: usize = 1 << 20;

/// Makes a source file of a playbook's bytes.
///
/// # Errors
/// Too large, or not UTF-8.
pub fn source_from_bytes(name: &str, bytes: &[u8]) -> Result<Arc<SourceFile>, Diagnostic> {
    if bytes.len() > SIZE_LIMIT_BYTES {
        return Err(without_place(
            "R0101",
            format!("`{name}` is longer than the {SIZE_LIMIT_BYTES} bytes that a playbook may have"),
            "put data into an input: `-i name=@file`",
        ));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(source(name, text)),
        Err(error) => Err(not_utf8(name, bytes, error.valid_up_to())),
    }
}

/// Whether what was found in the file's characters still lets it be parsed.
impl Check<'_> {
    pub(super) fn characters(&mut self) -> bool {
        let file = Arc::clone(&self.file);
        let mut readable = true;
        for (at, c) in file.text.char_indices() {
            let range = at..at + c.len_utf8();
            match c {
                '\t' | '\n' | '\r' | '\u{85}' => {}
                c if c.is_control() => {
                    readable = false;
                    self.error_help(
                        "R0103",
                        &range,
                        format!("the text holds the control character U+{:04X}", u32::from(c)),
                        "remove it; in a text between double quotes it can be written as an escape",
                    );
                }
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => self.error_help(
                    "R0123",
                    &range,
                    format!(
                        "the text holds U+{:04X}, which lets other characters be shown out of order",
                        u32::from(c)
                    ),
                    "remove it: whoever approves must see what runs",
                ),
                '\u{200b}' | '\u{2060}' | '\u{feff}' => self.warning(
                    "R0124",
                    &range,
                    format!("the text holds the invisible character U+{:04X}", u32::from(c)),
                    "remove it",
                ),
                _ => {}
            }
            if self.found.len() >= 20 {
                return readable;
            }
        }
        readable
    }
}

/// Places count from the first character that is not the byte-order mark.
pub(super) fn without_bom(file: Arc<SourceFile>) -> Arc<SourceFile> {
    match file.text.strip_prefix('\u{feff}') {
        Some(text) => source(&file.name, text),
        None => file,
    }
}

fn source(name: &str, text: &str) -> Arc<SourceFile> {
    Arc::new(SourceFile {
        name: name.to_owned(),
        text: text.to_owned(),
    })
}

fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return without_place(
            "R0102",
            format!("`{name}` is UTF-16, expected UTF-8"),
            "save it as UTF-8; in Windows PowerShell `Set-Content -Encoding UTF8` does",
        );
    }
    // The part before is good, and shows where the rest begins.
    let text = std::str::from_utf8(&bytes[..valid]).expect("the error says how far it is valid");
    let file = source(name, text);
    Diagnostic::error(
        "R0102",
        Span::new(&file, valid..valid),
        format!("the byte 0x{:02X} is no UTF-8", bytes[valid]),
    )
    .help("save the file as UTF-8")
}

fn without_place(code: &'static str, message: String, help: &str) -> Diagnostic {
    let nowhere = source("", "");
    Diagnostic {
        span: None,
        ..Diagnostic::error(code, Span::new(&nowhere, 0..0), message).help(help)
    }
}
