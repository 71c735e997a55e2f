//! Where a report goes: a file that is there whole or not at all, a device, or the standard output.
//!
//! Whether a place can be written is found out before anything is asked. A file of an earlier run is taken away then: where
//! there is no answer there is no report either, and nobody takes an old one for it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// A place that can be written.
#[derive(Debug)]
pub(crate) enum Place {
    /// The standard output.
    StandardOutput,
    /// What is there already and is no file: a device or a pipe.
    Device(PathBuf, File),
    /// A file, and the one that it is written as before it gets its name.
    File { path: PathBuf, partial: PathBuf },
}

impl Place {
    /// The place of that name, once it is known that it can be written. `-` is the standard output.
    pub(crate) fn of(path: &Path) -> Result<Self, Problem> {
        if path.as_os_str() == "-" {
            return Ok(Self::StandardOutput);
        }
        let writable =
            |path: &Path| OpenOptions::new().write(true).open(path).map_err(|error| unwritable(path, &error));
        let path = match fs::metadata(path) {
            Ok(found) if found.is_dir() => return Err(unwritable(path, &"it is a folder")),
            Ok(found) if !found.is_file() => return Ok(Self::Device(path.to_owned(), writable(path)?)),
            // Behind links, so that what gets a new content is the file and not the link.
            Ok(_) => fs::canonicalize(path).map_err(|error| unwritable(path, &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => new(path)?,
            Err(error) => return Err(unwritable(path, &error)),
        };
        if path.exists() {
            drop(writable(&path)?);
        }
        let partial = partial(&path).ok_or_else(|| unwritable(&path, &"it names no file"))?;
        let tried = OpenOptions::new().write(true).create_new(true).open(&partial).map(drop);
        tried.and_then(|()| fs::remove_file(&partial)).map_err(|error| unwritable(&path, &error))?;
        Ok(Self::File { path, partial })
    }

    /// The file that will be there, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } => Some(path),
            Self::StandardOutput | Self::Device(..) => None,
        }
    }

    /// Takes away what an earlier run left.
    pub(crate) fn clear(&self) -> Result<(), Problem> {
        let Some(path) = self.file() else { return Ok(()) };
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(path, &error)),
            _ => Ok(()),
        }
    }

    /// Writes everything that there is to write, and then gives the files their names. What goes to the standard output is
    /// given back.
    pub(crate) fn fill(all: Vec<(Self, String)>) -> Result<Option<String>, Problem> {
        let (mut said, mut written) = (None, Vec::new());
        let mut wrong = None;
        for (place, text) in all {
            let done = match place {
                Self::StandardOutput => {
                    said = Some(text);
                    Ok(())
                }
                Self::Device(path, mut file) => file
                    .write_all(text.as_bytes())
                    .and_then(|()| file.flush())
                    .map_err(|error| unwritable(&path, &error)),
                Self::File { path, partial } => {
                    let done = fs::write(&partial, text).map_err(|error| unwritable(&path, &error));
                    written.push((path, partial));
                    done
                }
            };
            wrong = wrong.or(done.err());
        }
        for (path, partial) in &written {
            if wrong.is_none() {
                wrong = fs::rename(partial, path).map_err(|error| unwritable(path, &error)).err();
            }
        }
        let Some(problem) = wrong else { return Ok(said) };
        for (path, partial) in &written {
            // What cannot be removed either is what the problem tells of.
            drop(fs::remove_file(partial));
            drop(fs::remove_file(path));
        }
        Err(problem)
    }
}

/// The path of a file that is not there yet, in its folder, which has to be.
fn new(path: &Path) -> Result<PathBuf, Problem> {
    let name = path.file_name().ok_or_else(|| unwritable(path, &"it names no file"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(fs::canonicalize(folder).map_err(|error| unwritable(path, &error))?.join(name))
}

/// Beside the file, or a rename would be a copy.
fn partial(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    Some(path.with_file_name(format!(".{name}.{}.partial", std::process::id())))
}

fn unwritable(path: &Path, cause: &dyn std::fmt::Display) -> Problem {
    Problem::path("written", path, cause).hint("name a file in a folder that is there and can be written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        fs::write(&path, "old").unwrap();
        let place = Place::of(&path).unwrap();
        assert_eq!(names(folder.path()), ["a.xml"], "trying leaves nothing, and changes nothing");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        place.clear().unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        assert_eq!(Place::fill(vec![(place, "new".to_owned())]).unwrap(), None);
        assert_eq!(names(folder.path()), ["a.xml"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn one_that_fails_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let one = Place::of(&folder.path().join("one")).unwrap();
        let other = Place::of(&inner.join("other")).unwrap();
        fs::remove_dir(&inner).unwrap();
        let problem = Place::fill(vec![(one, "1".to_owned()), (other, "2".to_owned())]).unwrap_err();
        assert!(problem.message.contains("inner/other` cannot be written: "), "{problem}");
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_cannot_be_written_is_told_before() {
        let folder = tempfile::tempdir().unwrap();
        for wrong in [folder.path().to_owned(), folder.path().join("none/a"), folder.path().join("..")] {
            let problem = Place::of(&wrong).unwrap_err();
            assert!(problem.message.contains("cannot be written: ") && problem.hint.is_some(), "{problem}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_devices_devices() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let place = Place::of(&link).unwrap();
        place.clear().unwrap();
        Place::fill(vec![(place, "new".to_owned())]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        let device = Place::of(Path::new("/dev/null")).unwrap();
        device.clear().unwrap();
        Place::fill(vec![(device, "x".to_owned())]).unwrap();
        assert!(Path::new("/dev/null").exists());
    }
}
