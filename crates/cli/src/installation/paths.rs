//! Where things lie.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The two folders of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The log, its state and the blobs.
    pub data: PathBuf,
    /// Secrets. Never inside of `data`.
    pub keys: PathBuf,
}

impl Paths {
    /// The folders; the keys lie beside the data in `<data>-keys` if no other place is named.
    pub fn new(data: &Path, keys: Option<&Path>) -> Result<Self, Problem> {
        let absolute =
            |path: &Path| std::path::absolute(path).map_err(|error| Problem::path("resolved", path, error));
        let data = absolute(data)?;
        let keys = match keys {
            Some(keys) => absolute(keys)?,
            None => beside(&data)?,
        };
        if keys.starts_with(&data) {
            let message = format!("the keys directory `{}` lies in the data directory", keys.display());
            let hint = "name another one with --keys-dir: a copy of the data must not carry the keys along";
            return Err(Problem::new(message).hint(hint));
        }
        Ok(Self { data, keys })
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.data.join("lock")
    }

    pub(crate) fn origin(&self) -> PathBuf {
        self.data.join("origin")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.data.join("log.sqlite")
    }

    pub(crate) fn blobs(&self) -> PathBuf {
        self.data.join("blobs")
    }

    pub(crate) fn vkey(&self) -> PathBuf {
        self.data.join("log.vkey")
    }

    pub(crate) fn seed(&self) -> PathBuf {
        self.keys.join("signing.seed")
    }

    pub(crate) fn subjects(&self) -> PathBuf {
        self.keys.join("subjects.sqlite")
    }
}

fn beside(data: &Path) -> Result<PathBuf, Problem> {
    let Some(name) = data.file_name() else {
        return Err(Problem::new(format!("`{}` cannot be a data directory", data.display()))
            .hint("name a folder of its own with --data-dir"));
    };
    let mut keys = OsString::from(name);
    keys.push("-keys");
    Ok(data.with_file_name(keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_beside_the_data_and_never_in_it() {
        let paths = Paths::new(Path::new("/srv/assent"), None).unwrap();
        assert_eq!(paths.keys, Path::new("/srv/assent-keys"));
        let inside = Paths::new(Path::new("/srv/assent"), Some(Path::new("/srv/assent/keys")));
        assert!(inside.unwrap_err().message.contains("lies in the data directory"));
        assert!(Paths::new(Path::new("/"), None).is_err());
    }
}
