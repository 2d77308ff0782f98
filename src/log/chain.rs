//! Records ↔ canonical lines, each chained to the one before by SHA-256.
//!
//! Reading is strict: a line that is not byte for byte what [`encode`] writes is refused. The chain says
//! where a log was damaged; that it is whole and whose it is, [`crate::log::checkpoint`] says.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::log::model::{Head, Record, VERSION};
use crate::value::{Digest, Digester, RunId, Timestamp, canonical, whole_seconds};

/// 64 zeros: what stands where there is no previous line or checkpoint.
pub fn nothing() -> Digest {
    "0".repeat(64).parse().expect("64 zeros are a digest")
}

/// The first so many bytes of a log; what checkpoints, the ledger and go-aheads vouch for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Length in bytes.
    pub bytes: u64,
    /// Records in it.
    pub records: u64,
    /// SHA-256 of these bytes.
    pub sha256: Digest,
}

/// Why a line is no record that may stand there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// No JSON, a missing or unknown field, an unknown type.
    #[error("line is no record: {0}")]
    Unreadable(String),
    /// It says the right thing in other bytes.
    #[error("line is not in canonical form (RFC 8785)")]
    NotCanonical,
    /// Another version of the format.
    #[error("record has version {found}, expected {VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// Out of turn.
    #[error("record has `seq` {found}, expected {expected}")]
    Sequence {
        /// What it says.
        found: u64,
        /// What should stand there.
        expected: u64,
    },
    /// The line before is not the one that this record was written after.
    #[error("`prev` is not the SHA-256 of the line before")]
    Previous,
}

/// The canonical line of a record, with its LF.
///
/// # Panics
/// Never for this crate's events: no record holds a number beyond ±2^53.
pub fn encode<E: Serialize>(record: &Record<E>) -> Vec<u8> {
    let json = serde_json::to_value(record).expect("a record can be said in JSON");
    let mut line = canonical::to_bytes(&json).expect("no record holds a number beyond 2^53");
    line.push(b'\n');
    line
}

/// Reads one line (without its LF); its place in the chain is [`Chain::accept`]'s business.
///
/// # Errors
/// It is no record, or not in canonical form.
pub fn decode<E: Serialize + DeserializeOwned>(line: &[u8]) -> Result<Record<E>, LineError> {
    let record: Record<E> =
        serde_json::from_slice(line).map_err(|error| LineError::Unreadable(error.to_string()))?;
    if record.v != VERSION {
        return Err(LineError::Version { found: record.v });
    }
    let json = serde_json::to_value(&record).expect("a record can be said in JSON");
    match canonical::to_bytes(&json) {
        Ok(bytes) if bytes == line => Ok(record),
        Ok(_) | Err(_) => Err(LineError::NotCanonical),
    }
}

/// A log as far as it goes: what the next record must point back to, and the digest of all bytes so far.
#[derive(Clone)]
pub struct Chain {
    head: Head,
    whole: Digester,
}

impl Default for Chain {
    fn default() -> Self {
        Chain {
            head: Head {
                records: 0,
                bytes: 0,
                last: nothing(),
            },
            whole: Digester::default(),
        }
    }
}

impl Chain {
    /// Where the next record goes.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// All that was taken in so far.
    pub fn prefix(&self) -> Prefix {
        Prefix {
            bytes: self.head.bytes,
            records: self.head.records,
            sha256: self.whole.clone().finish(),
        }
    }

    /// Makes the next record of an event, and its line.
    pub fn next<E: Serialize>(
        &mut self,
        event: E,
        at: Timestamp,
        run: Option<RunId>,
    ) -> (Record<E>, Vec<u8>) {
        let record = Record {
            v: VERSION,
            seq: self.head.records,
            prev: self.head.last,
            at: whole_seconds(at),
            run,
            event,
        };
        let line = encode(&record);
        self.advance(&line);
        (record, line)
    }

    /// Takes in a line that was read, if it stands in its place; otherwise the chain is unchanged.
    ///
    /// # Errors
    /// `seq` or `prev` does not fit.
    pub fn accept<E>(&mut self, record: &Record<E>, line_with_end: &[u8]) -> Result<(), LineError> {
        if record.seq != self.head.records {
            return Err(LineError::Sequence {
                found: record.seq,
                expected: self.head.records,
            });
        }
        if record.prev != self.head.last {
            return Err(LineError::Previous);
        }
        self.advance(line_with_end);
        Ok(())
    }

    fn advance(&mut self, line_with_end: &[u8]) {
        let line = line_with_end.strip_suffix(b"\n").unwrap_or(line_with_end);
        self.whole.update(line_with_end);
        self.head = Head {
            records: self.head.records + 1,
            bytes: self.head.bytes + line_with_end.len() as u64,
            last: Digest::of(line),
        };
    }
}

/// A log that was read to its last line end without a mistake.
pub struct Log<E> {
    /// Its records in order.
    pub records: Vec<Record<E>>,
    /// Where the next one goes.
    pub chain: Chain,
    /// Bytes after the last line end; a write that a crash tore.
    pub torn: Vec<u8>,
}

/// A line that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {error}")]
pub struct BadLine {
    /// From 1.
    pub line: u64,
    /// Why.
    pub error: LineError,
}

/// Reads a whole log strictly.
///
/// # Errors
/// The first line that does not fit.
pub fn read<E: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Log<E>, BadLine> {
    let mut log = Log {
        records: Vec::new(),
        chain: Chain::default(),
        torn: Vec::new(),
    };
    for (index, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let Some(content) = line.strip_suffix(b"\n") else {
            log.torn = line.to_vec();
            break;
        };
        let bad = |error| BadLine {
            line: index as u64 + 1,
            error,
        };
        let record = decode(content).map_err(bad)?;
        log.chain.accept(&record, line).map_err(bad)?;
        log.records.push(record);
    }
    Ok(log)
}

#[cfg(test)]
mod tests;
