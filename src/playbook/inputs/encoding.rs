//! Bytes of a text file as Windows and others write it → text.
//!
//! Never guesses a code page: a file that is neither UTF-8 nor UTF-16 with its mark is refused.

/// Decodes a file; the byte-order mark is taken off.
///
/// # Errors
/// What was found, and what to do.
pub(super) fn decode(bytes: &[u8]) -> Result<String, (String, String)> {
    let decoded = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Without a mark: text of Western scripts has a zero in every second byte.
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => utf16(bytes, u16::from_le_bytes),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => utf16(bytes, u16::from_be_bytes),
        _ => utf8(bytes),
    };
    decoded.and_then(|text| match text.find('\0') {
        Some(at) => Err((
            format!(
                "line {} holds a zero byte, expected text",
                line(text.as_bytes(), at)
            ),
            "give a text file, not a workbook: in Excel, save as `CSV UTF-8`".to_owned(),
        )),
        None => Ok(text),
    })
}

fn utf8(bytes: &[u8]) -> Result<String, (String, String)> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
        let at = error.valid_up_to();
        (
            format!(
                "line {} holds the byte 0x{:02X}, expected UTF-8 or UTF-16",
                line(bytes, at),
                bytes[at]
            ),
            "save it as UTF-8: in Excel `CSV UTF-8`, in PowerShell `Export-Csv -Encoding UTF8`".to_owned(),
        )
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, (String, String)> {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units)
        .ok()
        .filter(|_| bytes.len().is_multiple_of(2))
        .ok_or_else(|| {
            (
                "it begins as UTF-16, but does not go on so".to_owned(),
                "save it as UTF-8".to_owned(),
            )
        })
}

fn line(bytes: &[u8], at: usize) -> usize {
    bytes[..at].split(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_windows_writes_is_read() {
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [
            "Ä,b".as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", "Ä,b".as_bytes()].concat(),
            [b"\xFF\xFE".to_vec(), wide("Ä,b", u16::to_le_bytes)].concat(),
            [b"\xFE\xFF".to_vec(), wide("Ä,b", u16::to_be_bytes)].concat(),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok("Ä,b"));
        }
        assert_eq!(decode(&wide("ab,c", u16::to_le_bytes)).as_deref(), Ok("ab,c"));
    }

    #[test]
    fn what_is_neither_is_refused_with_its_line() {
        let (why, _) = decode(b"a\nM\xfcller\n").unwrap_err();
        assert!(why.starts_with("line 2 holds the byte 0xFC"), "{why}");
        assert!(decode(b"PK\x03\x04\x00\x00\x08").is_err());
        assert!(decode(b"\xFF\xFEa").is_err());
    }
}
