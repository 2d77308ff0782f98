//! A log's lines, read leniently, so that every damaged one is named and not only the first.
//!
//! The chain alone: an edit that re-chains everything after it is found by checkpoints, not here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::log::chain::{decode, nothing};
use crate::log::model::Record;
use crate::log::verify::Kind;
use crate::value::{Digest, RunId};

/// A problem in a line or two; the file is known to the caller.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) lines: (u64, u64),
    pub(super) kind: Kind,
    pub(super) message: String,
}

/// What lines say.
pub(super) struct Scan<E> {
    /// Records that could be read, in the order of the file.
    pub(super) records: Vec<Record<E>>,
    /// Digest of each line without its LF.
    pub(super) digests: Vec<Digest>,
    /// Byte after each line end.
    pub(super) ends: Vec<u64>,
    /// Bytes after the last line end.
    pub(super) torn: u64,
    pub(super) damage: Vec<Damage>,
}

/// Reads all lines of a log; `run` is whose records they must be.
pub(super) fn scan<E: Serialize + DeserializeOwned>(bytes: &[u8], run: Option<&RunId>) -> Scan<E> {
    let mut scan = Scan {
        records: Vec::new(),
        digests: Vec::new(),
        ends: Vec::new(),
        torn: 0,
        damage: Vec::new(),
    };
    let mut lines: Vec<Option<Link>> = Vec::new();
    let mut end = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(content) = line.strip_suffix(b"\n") else {
            scan.torn = line.len() as u64;
            break;
        };
        end += line.len() as u64;
        scan.ends.push(end);
        scan.digests.push(Digest::of(content));
        let number = scan.ends.len() as u64;
        lines.push(scan.line(content, number, run));
    }
    let order = out_of_order(&lines, &scan.digests);
    let torn_apart = broken_links(&lines, &scan.digests);
    scan.damage.extend(order);
    scan.damage.extend(torn_apart);
    scan.damage.sort_by_key(|damage| damage.lines);
    scan
}

/// What ties a record to its place.
struct Link {
    seq: u64,
    prev: Digest,
}

impl<E: Serialize + DeserializeOwned> Scan<E> {
    fn line(&mut self, content: &[u8], number: u64, run: Option<&RunId>) -> Option<Link> {
        let record: Record<E> = match decode(content) {
            Ok(record) => record,
            Err(error) => {
                self.damage.push(Damage {
                    lines: (number, number),
                    kind: Kind::Edited,
                    message: error.to_string(),
                });
                return None;
            }
        };
        if let Some(run) = run
            && record.run.as_ref() != Some(run)
        {
            let whose = record.run.as_ref().map_or("no run", RunId::as_str);
            self.damage.push(Damage {
                lines: (number, number),
                kind: Kind::Foreign,
                message: format!("record is of `{whose}`, not of this run"),
            });
        }
        let link = Link {
            seq: record.seq,
            prev: record.prev,
        };
        self.records.push(record);
        Some(link)
    }
}

/// Records that are gone, doubled or elsewhere, by their `seq`.
fn out_of_order(lines: &[Option<Link>], digests: &[Digest]) -> Vec<Damage> {
    let mut damage = Vec::new();
    let all: BTreeSet<u64> = lines.iter().flatten().map(|link| link.seq).collect();
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    let mut expected = Some(0);
    for (index, link) in lines.iter().enumerate() {
        let Some(link) = link else {
            // An edited line may have been one, or two run together: the next one that can be read tells.
            expected = None;
            continue;
        };
        let place = index as u64 + 1;
        if let Some(earlier) = seen.get(&link.seq) {
            let twice = digests[*earlier] == digests[index];
            damage.push(Damage {
                lines: (place, place),
                kind: if twice { Kind::Duplicated } else { Kind::Foreign },
                message: format!("a second record {}; the first is line {}", link.seq, earlier + 1),
            });
        } else if let Some(expected) = expected.filter(|expected| *expected != link.seq) {
            let elsewhere = all.contains(&expected);
            damage.push(Damage {
                lines: (place, place),
                kind: if elsewhere { Kind::Reordered } else { Kind::Removed },
                message: if elsewhere {
                    format!("record {} stands where record {expected} belongs", link.seq)
                } else {
                    format!(
                        "record {expected} is gone before this line, which is record {}",
                        link.seq
                    )
                },
            });
        }
        seen.entry(link.seq).or_insert(index);
        expected = Some(link.seq.saturating_add(1));
    }
    damage
}

/// Lines whose bytes are not those that the next record was written after.
fn broken_links(lines: &[Option<Link>], digests: &[Digest]) -> Vec<Damage> {
    let broken = |index: usize| -> bool {
        let Some(link) = lines.get(index).and_then(Option::as_ref) else {
            return false;
        };
        match index.checked_sub(1) {
            None => link.seq == 0 && link.prev != nothing(),
            Some(before) => {
                let neighbours = lines[before]
                    .as_ref()
                    .is_some_and(|b| b.seq.checked_add(1) == Some(link.seq));
                neighbours && link.prev != digests[before]
            }
        }
    };
    let mut damage = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        if broken(index) {
            let own = index == 0 || broken(index + 1);
            let last = index + 1 == lines.len();
            let place = index as u64 + 1;
            let blamed = match (own, last) {
                (true, _) => (place, place),
                (false, true) => (place - 1, place),
                (false, false) => (place - 1, place - 1),
            };
            damage.push(Damage {
                lines: blamed,
                kind: Kind::Edited,
                message: "the bytes are not those that the chain names".to_owned(),
            });
            // A link broken on both sides of a line is that line's.
            index += usize::from(own && broken(index + 1));
        }
        index += 1;
    }
    damage
}
