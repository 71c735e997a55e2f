//! The files of a data set on the command line: single ones, patterns, and folders whose names may give columns.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use assent_eval::{DataFile, Storage};

use crate::problem::Problem;

const HINT: &str =
    "name a CSV, Parquet, Arrow IPC or JSON lines file, a folder of them, or a pattern such as `part-*`";
/// Files of one evaluation: each is held open while it lasts.
const MAX_FILES: usize = 1_000;
/// How deep folders may be nested.
const MAX_DEPTH: usize = 16;

/// A file of this machine, read at any place.
struct LocalFile(File);

impl Storage for LocalFile {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.0, buffer, offset)
    }
}

/// The files that these names mean, in the order of the names and within each in the order of their paths.
pub(crate) fn open(names: &[PathBuf]) -> Result<Vec<DataFile>, Problem> {
    let mut paths = Vec::new();
    for name in names {
        let found = expand(name)?;
        if found.is_empty() {
            return Err(Problem::new(format!("`{}` names no file", name.display())).hint(HINT));
        }
        paths.extend(found);
    }
    if paths.len() > MAX_FILES {
        let message = format!("{} files are more than {MAX_FILES}", paths.len());
        return Err(
            Problem::new(message).hint("evaluate them in parts with --emit-state, and merge with --merge")
        );
    }
    paths.iter().map(|path| data_file(path)).collect()
}

/// The names as a title has them: all if they are few.
pub(crate) fn joined(names: &[PathBuf]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| name.display().to_string()).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn expand(name: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |error: io::Error| Problem::path("read", name, error).hint(HINT);
    match std::fs::metadata(name) {
        Ok(found) if found.is_dir() => {
            let mut files = Vec::new();
            walk(name, 0, &mut files).map_err(unreadable)?;
            Ok(files)
        }
        Ok(_) => Ok(vec![name.to_owned()]),
        Err(error) => match name.to_str().filter(|text| text.contains(['*', '?', '['])) {
            Some(pattern) => matching(pattern),
            None => Err(unreadable(error)),
        },
    }
}

fn matching(pattern: &str) -> Result<Vec<PathBuf>, Problem> {
    let wrong = |error: &dyn std::fmt::Display| {
        Problem::new(format!("the pattern `{pattern}` cannot be read: {error}")).hint(HINT)
    };
    let mut found = Vec::new();
    for path in glob::glob(pattern).map_err(|error| wrong(&error))? {
        let path = path.map_err(|error| wrong(&error))?;
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// All files below a folder, save hidden ones and marks such as `_SUCCESS`.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
        } else if depth < MAX_DEPTH {
            walk(&path, depth + 1, files)?;
        } else {
            return Err(io::Error::other(format!("folders are nested deeper than {MAX_DEPTH}")));
        }
    }
    Ok(())
}

fn data_file(path: &Path) -> Result<DataFile, Problem> {
    let file = File::open(path).map_err(|error| Problem::path("read", path, error).hint(HINT))?;
    Ok(DataFile {
        name: path.to_string_lossy().into_owned(),
        storage: Arc::new(LocalFile(file)),
        partitions: partitions(path),
    })
}

/// The columns that the folders of a path give: `region=north` is the column `region` with the value `north`.
fn partitions(path: &Path) -> Vec<(String, String)> {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let named = folders.filter_map(|component| match component {
        Component::Normal(name) => name.to_str()?.split_once('='),
        Component::Prefix(_) | Component::RootDir | Component::CurDir | Component::ParentDir => None,
    });
    named.map(|(name, value)| (decoded(name), value_of(value))).collect()
}

/// A value as Hive writes it into a path: no value has a name of its own.
fn value_of(value: &str) -> String {
    if value == "__HIVE_DEFAULT_PARTITION__" { String::new() } else { decoded(value) }
}

/// A text in which `%20` stands for a space, and so on; what is not of this form stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_columns() {
        let found =
            partitions(Path::new("data/region=north%20west/sex=/kind=__HIVE_DEFAULT_PARTITION__/a=b.csv"));
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("region", "north west"), ("sex", ""), ("kind", "")]);
        assert_eq!(decoded("50%"), "50%");
        assert_eq!(decoded("%zz%41"), "%zzA");
    }
}
