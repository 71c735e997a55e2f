//! Whether files that are open still stand under their names. A file that was removed or replaced can be written to as long
//! as it is open, and nothing of it is there for whoever opens it next.

use std::io;
use std::path::{Path, PathBuf};

use assent_store::StoreError;

/// Device and number of a file.
type Identity = (u64, u64);

/// Files as they were when they were opened.
#[derive(Debug)]
pub(crate) struct Present(Vec<(PathBuf, Identity)>);

impl Present {
    /// Remembers the file, and those beside it whose names go on with one of the suffixes.
    pub(crate) fn of(path: &Path, suffixes: &[&str]) -> Result<Self, StoreError> {
        let mut files = Vec::new();
        for suffix in [""].iter().chain(suffixes) {
            let mut file = path.to_owned().into_os_string();
            file.push(suffix);
            let file = PathBuf::from(file);
            match identity(&file) {
                Ok(identity) => files.push((file, identity)),
                // What is made later cannot be told from another file of that name.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let message = format!("file `{}` cannot be looked at: {error}", file.display());
                    return Err(StoreError::Unavailable(message));
                }
            }
        }
        Ok(Self(files))
    }

    /// Refuses where one is not there any more: what was written is lost.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        for (file, identity_at_start) in &self.0 {
            if identity(file).is_ok_and(|identity| identity == *identity_at_start) {
                continue;
            }
            return Err(StoreError::DurabilityLost(format!(
                "file `{}` was removed or replaced while it was in use; put the data back and start again",
                file.display()
            )));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    std::fs::metadata(path).map(|_| (0, 0))
}
