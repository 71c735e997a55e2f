//! The files that were named, and those in folders that were named.

use std::fs;
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The deepest folder inside of folders.
const DEEPEST: usize = 64;

/// All files, those of a folder in the order of their names. Links to files are followed, links to folders are not.
pub(super) fn below(named: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for path in named {
        let about = fs::metadata(path).map_err(|error| {
            Problem::path("read", path, error).hint("name files or folders that are there")
        })?;
        if about.is_dir() {
            folder(path, &mut files, 0)?;
        } else {
            files.push(path.clone());
        }
    }
    if files.is_empty() {
        return Err(
            Problem::new("there is no file in what was named").hint("name a file, or a folder with files")
        );
    }
    Ok(files)
}

fn folder(path: &Path, files: &mut Vec<PathBuf>, depth: usize) -> Result<(), Problem> {
    if depth >= DEEPEST {
        return Err(
            Problem::new(format!("`{}` is nested too deeply", path.display())).hint("name the folder itself")
        );
    }
    let unreadable = |error| Problem::path("read", path, error).hint("name folders that you may read");
    let mut entries =
        fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().map_err(unreadable)?;
        let inner = entry.path();
        if kind.is_dir() {
            folder(&inner, files, depth + 1)?;
        } else if fs::metadata(&inner).map_err(unreadable)?.is_file() {
            files.push(inner);
        }
    }
    Ok(())
}
