//! Small files that must be there afterwards: written whole, durable with their name, and private where they are secret.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::problem::Problem;

/// Small files are at most so large.
const MAX_BYTES: u64 = 64 * 1024;

/// Makes a folder for its owner only, with those above it.
pub(crate) fn make_folder(path: &Path) -> Result<(), Problem> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .and_then(|()| path.parent().map_or(Ok(()), sync_folder))
        .map_err(|error| Problem::path("made", path, error).hint("choose a place that you can write to"))
}

/// Writes a new file, for its owner only, whole or not at all: first under another name, then renamed.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let write = || -> io::Result<()> {
        let partial = path.with_extension("partial");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&partial, path)?;
        path.parent().map_or(Ok(()), sync_folder)
    };
    write().map_err(|error| {
        Problem::path("written", path, error).hint("see that there is space and a right to write")
    })
}

/// Writes a new file as [`write_new`] does, but never over another one.
pub(crate) fn write_once(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    // The name is taken first, so that of two writers one is refused.
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(_) => write_new(path, bytes).inspect_err(|_| drop(fs::remove_file(path))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Problem::new(format!("`{}` is there already", path.display()))
                .hint("name a new file: nothing that is there is written over"))
        }
        Err(error) => Err(Problem::path("made", path, error).hint("choose a place that you can write to")),
    }
}

/// The content of a small file; `None` where there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Problem::path("read", path, error)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| Problem::path("read", path, error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::path("read", path, format!("it has more than {MAX_BYTES} bytes")));
    }
    Ok(Some(bytes))
}

/// The content of a small text file, without white space around it.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, Problem> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| Problem::path("read", path, error))?;
    Ok(Some(text.trim().to_owned()))
}

/// Whether somebody else than its owner may read a file.
pub(crate) fn others_may_read(path: &Path) -> bool {
    #[cfg(unix)]
    return fs::metadata(path)
        .is_ok_and(|file| std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o077 != 0);
    #[cfg(not(unix))]
    return path.as_os_str().is_empty();
}

/// Takes the lock of an installation, and holds it as long as the file lives.
pub(crate) fn lock(path: &Path) -> Result<File, Problem> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = file.map_err(|error| Problem::path("opened", path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let data = path.parent().unwrap_or(path).display();
            Err(Problem::new(format!("another process writes to `{data}`"))
                .hint("use the server that runs on it, stop that server, or name another --data-dir"))
        }
        Err(TryLockError::Error(error)) => Err(Problem::path("locked", path, error)),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and need not.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
