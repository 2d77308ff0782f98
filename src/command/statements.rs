//! Statement files and their signatures, as they lie beside a plan or in a run's folder.
//!
//! Finds and reads; judges nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::approval::SignedStatement;

/// `BASE.N.approval` files that have a `.sig` beside them, in the order of their numbers.
pub fn beside(base: &Path) -> Vec<(PathBuf, PathBuf)> {
    let folder = base
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let prefix = format!("{}.", base.file_name().unwrap_or_default().to_string_lossy());
    let mut found: Vec<(u64, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name
                .strip_prefix(&prefix)?
                .strip_suffix(".approval")?
                .parse()
                .ok()?;
            Some((number, entry.path()))
        })
        .collect();
    found.sort();
    let with_signature = found.into_iter().map(|(_, path)| {
        let mut sig = path.as_os_str().to_owned();
        sig.push(".sig");
        (path, PathBuf::from(sig))
    });
    with_signature.filter(|(_, sig)| sig.is_file()).collect()
}

/// A statement and its signature; what cannot be read gives none.
pub fn read(path: &Path, sig: &Path) -> Option<SignedStatement> {
    Some(SignedStatement {
        name: path.file_name()?.to_string_lossy().into_owned(),
        bytes: fs::read(path).ok()?,
        armor: fs::read_to_string(sig).ok()?,
    })
}

/// All of them.
pub fn read_all(base: &Path) -> Vec<SignedStatement> {
    beside(base)
        .iter()
        .filter_map(|(path, sig)| read(path, sig))
        .collect()
}
