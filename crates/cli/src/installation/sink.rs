//! A folder outside of the installation that keeps checkpoints: `checkpoint-<size in 20 digits>`. Where the log is behind the
//! newest of them, it was cut or rolled back.

use std::fs;
use std::path::{Path, PathBuf};

use super::files;
use crate::problem::Problem;

const PREFIX: &str = "checkpoint-";

/// The folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sink(PathBuf);

impl Sink {
    /// A sink in a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        files::make_folder(folder)?;
        Ok(Self(folder.to_owned()))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The newest checkpoint, if there is one. Names sort as their sizes do.
    pub fn newest(&self) -> Result<Option<Vec<u8>>, Problem> {
        let entries = fs::read_dir(&self.0).map_err(|error| Problem::path("read", &self.0, error))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        match names.filter(|name| is_checkpoint(name)).max() {
            Some(name) => files::read(&self.0.join(name)),
            None => Ok(None),
        }
    }
}

fn is_checkpoint(name: &str) -> bool {
    let digits = name.strip_prefix(PREFIX).unwrap_or_default();
    digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_size_is_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let sink = Sink::open(folder.path()).unwrap();
        assert_eq!(sink.newest().unwrap(), None);
        for size in [7_u64, 100, 20] {
            fs::write(folder.path().join(format!("checkpoint-{size:020}")), size.to_string()).unwrap();
        }
        fs::write(folder.path().join("checkpoint-99"), "foreign").unwrap();
        assert_eq!(sink.newest().unwrap(), Some(b"100".to_vec()));
    }
}
