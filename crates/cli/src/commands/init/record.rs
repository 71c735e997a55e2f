//! What an earlier run made: each file with the digest of what was written, so that changes of people are seen.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// Where it is kept.
pub(super) const PATH: &str = ".assent/scaffold.json";
/// Larger ones were not written by us.
const MAX_BYTES: u64 = 1024 * 1024;

/// The files that were made.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// By path, the SHA-256 of what was written.
    pub(super) files: BTreeMap<String, String>,
}

impl Record {
    /// What stands in a folder; nothing where nothing was made there.
    pub(super) fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(PATH);
        let size_bytes = match fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Problem::path("read", &path, error)),
        };
        let hint = "remove it: then every file that is there counts as changed, and is kept";
        if size_bytes > MAX_BYTES {
            return Err(
                Problem::new(format!("`{}` is no record of `assent init`", path.display())).hint(hint)
            );
        }
        let bytes = fs::read(&path).map_err(|error| Problem::path("read", &path, error))?;
        serde_json::from_slice(&bytes).map_err(|error| Problem::path("read", &path, error).hint(hint))
    }

    /// As it is written.
    pub(super) fn text(&self) -> Result<String, Problem> {
        serde_json::to_string_pretty(self).map(|text| text + "\n").map_err(Problem::new)
    }
}
