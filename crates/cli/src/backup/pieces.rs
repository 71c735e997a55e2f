//! Files of a backup: copied and hashed in one go, durable, and for their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use assent_app::blobs::Form;
use assent_domain::ids::Digest;
use assent_log::Hasher;

use super::manifest::{Piece, damaged};
use crate::installation::files;
use crate::problem::Problem;

const CHUNK_BYTES: usize = 256 * 1024;

/// Refuses a folder that has something in it.
pub(super) fn check_empty(folder: &Path) -> Result<(), Problem> {
    match folder.read_dir() {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Problem::new(format!("`{}` is not empty", folder.display()))
                .hint("name a new folder: nothing that is there is written over")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Problem::path("used", folder, error)),
    }
}

/// Copies one file; gives what was copied.
pub(super) fn copy(from: &Path, to: &Path, path: &str) -> Result<Piece, Problem> {
    if let Some(folder) = to.parent() {
        files::make_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut target = options.open(to).map_err(|error| Problem::path("made", to, error))?;
    let piece = digest(from, path, |chunk| {
        target.write_all(chunk).map_err(|error| Problem::path("written", to, error))
    })?;
    target.sync_all().map_err(|error| Problem::path("written", to, error))?;
    Ok(piece)
}

/// Copies one file of a backup, which has to be what the manifest says.
pub(super) fn copy_checked(from: &Path, to: &Path, piece: &Piece) -> Result<(), Problem> {
    let found = copy(from, to, &piece.path)?;
    if found.size_bytes != piece.size_bytes {
        let what = format!("it has {} bytes, and the manifest says {}", found.size_bytes, piece.size_bytes);
        return Err(damaged(from, &what));
    }
    if found.sha256 != piece.sha256 {
        return Err(damaged(from, "it does not have the digest that the manifest says"));
    }
    Ok(())
}

/// Makes a file that something else wrote durable; gives what it is.
pub(super) fn settle(file: &Path, path: &str) -> Result<Piece, Problem> {
    let synced = File::open(file).and_then(|file| file.sync_all());
    synced.map_err(|error| Problem::path("written", file, error))?;
    digest(file, path, |_| Ok(()))
}

/// Makes the names in a folder and in those below it durable.
pub(crate) fn settle_names(folder: &Path) -> Result<(), Problem> {
    let wrong = |error| Problem::path("written", folder, error);
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        if entry.file_type().map_err(wrong)?.is_dir() {
            settle_names(&entry.path())?;
        }
    }
    files::sync_folder(folder).map_err(wrong)
}

fn digest(
    file: &Path,
    path: &str,
    mut each: impl FnMut(&[u8]) -> Result<(), Problem>,
) -> Result<Piece, Problem> {
    let wrong = |error: io::Error| Problem::path("read", file, error);
    let mut source = File::open(file).map_err(wrong)?;
    let (mut hasher, mut size_bytes, mut chunk) = (Hasher::new(), 0, vec![0; CHUNK_BYTES]);
    loop {
        let read = source.read(&mut chunk).map_err(wrong)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size_bytes += bytes.len() as u64;
        each(bytes)?;
    }
    Ok(Piece { path: path.to_owned(), size_bytes, sha256: Digest(hasher.finish().0) })
}

/// The place of a blob that is not encrypted.
pub(super) fn blob_path(digest: Digest) -> String {
    format!("blobs/{}", Form::Plain.name(digest))
}
