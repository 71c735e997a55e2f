//! Where a report goes: a file that is there whole or not at all, a device, or the standard output.
//!
//! Whether a place can be written is found out before anything is asked. A file of an earlier run is taken away then: where
//! there is no answer there is no report either, and nobody takes an old one for it. Links are followed, and stay links.

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The most links that are followed from one to the next.
const MAX_LINKS: usize = 40;

/// A place that can be written.
#[derive(Debug)]
pub(crate) enum Place {
    /// The standard output.
    StandardOutput,
    /// What is there already and is no file: a device or a pipe.
    Device(File, PathBuf),
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
        let path = behind_links(path)?;
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => return Err(unwritable(&path, &"it is a folder")),
            Ok(found) if found.is_file() => drop(writable(&path)?),
            Ok(_) => return Ok(Self::Device(writable(&path)?, path)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unwritable(&path, &error)),
        }
        let partial = partial(&path).ok_or_else(|| unwritable(&path, &"it names no file"))?;
        let tried = File::create_new(&partial).map(drop);
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

    /// Writes everything that there is to write, and then gives the files their names. Last it says what goes to the standard
    /// output. Where one of these fails, no file is left.
    pub(crate) fn fill(
        all: Vec<(Self, String)>,
        say: impl FnOnce(&str) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let (mut said, mut written) = (None, Vec::new());
        let mut wrong = None;
        for (place, text) in all {
            let done = match place {
                Self::StandardOutput => {
                    said = Some(text);
                    Ok(())
                }
                Self::Device(mut file, path) => file
                    .write_all(text.as_bytes())
                    .and_then(|()| file.flush())
                    .map_err(|error| unwritable(&path, &error)),
                // A new file, and none that somebody put there in between.
                Self::File { path, partial } => match File::create_new(&partial) {
                    Ok(mut file) => {
                        let done = file.write_all(text.as_bytes()).map_err(|error| unwritable(&path, &error));
                        written.push((path, partial));
                        done
                    }
                    Err(error) => Err(unwritable(&path, &error)),
                },
            };
            wrong = wrong.or(done.err());
        }
        for (path, partial) in &written {
            if wrong.is_none() {
                wrong = fs::rename(partial, path).map_err(|error| unwritable(path, &error)).err();
            }
        }
        if wrong.is_none() {
            wrong = said.and_then(|text| say(&text).err());
        }
        let Some(problem) = wrong else { return Ok(()) };
        for (path, partial) in &written {
            // What cannot be removed either is what the problem tells of.
            drop(fs::remove_file(partial));
            drop(fs::remove_file(path));
        }
        Err(problem)
    }
}

/// What a path leads to, whether or not it is there yet: what gets a new content is the file and not the link.
fn behind_links(path: &Path) -> Result<PathBuf, Problem> {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        let name = place.file_name().ok_or_else(|| unwritable(path, &"it names no file"))?;
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = fs::canonicalize(folder).map_err(|error| unwritable(path, &error))?;
        place = folder.join(name);
        if is_open_already(&folder) {
            let message = format!("`{}` is something that is open already", path.display());
            return Err(Problem::new(message).hint("give `-` for the standard output, or name a file"));
        }
        match fs::read_link(&place) {
            Ok(leads_to) => place = folder.join(leads_to),
            // No link; or what is wrong with it is told by who opens it.
            Err(_) => return Ok(place),
        }
    }
    Err(unwritable(path, &"too many links"))
}

/// Whether a folder, behind links, is that of the open files of a process: `/dev/stdout` leads there, and `/dev/fd/1`. Behind it is
/// whatever the output goes to; that may be a file, which is not ours to replace.
fn is_open_already(folder: &Path) -> bool {
    folder.starts_with("/dev/fd") || (folder.starts_with("/proc") && folder.ends_with("fd"))
}

/// Beside the file, or a rename would be a copy. What a run that was killed left is in nobody's way: no two names are alike.
fn partial(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_string_lossy();
    let by_chance = RandomState::new().hash_one(std::process::id());
    Some(path.with_file_name(format!(".{name}.{by_chance:016x}.partial")))
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
        Place::fill(vec![(place, "new".to_owned())], |_| panic!("nothing is to be said")).unwrap();
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
        let problem =
            Place::fill(vec![(one, "1".to_owned()), (other, "2".to_owned())], |_| Ok(())).unwrap_err();
        assert!(problem.message.contains("inner/other` cannot be written: "), "{problem}");
        assert_eq!(names(folder.path()), [""; 0]);

        let all = || {
            vec![
                (Place::of(&folder.path().join("one")).unwrap(), "1".to_owned()),
                (Place::StandardOutput, "2".to_owned()),
            ]
        };
        let problem = Place::fill(all(), |text| Err(Problem::new(text))).unwrap_err();
        assert_eq!(
            (problem.message.as_str(), names(folder.path())),
            ("2", vec![]),
            "what cannot be said leaves none"
        );
        Place::fill(all(), |_| Ok(())).unwrap();
        assert_eq!(names(folder.path()), ["one"]);
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
        Place::fill(vec![(place, "new".to_owned())], |_| Ok(())).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        let device = Place::of(Path::new("/dev/null")).unwrap();
        device.clear().unwrap();
        Place::fill(vec![(device, "x".to_owned())], |_| Ok(())).unwrap();
        assert!(Path::new("/dev/null").exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_what_is_not_there_yet_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        std::os::unix::fs::symlink("second", &first).unwrap();
        std::os::unix::fs::symlink("real", &second).unwrap();
        let place = Place::of(&first).unwrap();
        place.clear().unwrap();
        Place::fill(vec![(place, "new".to_owned())], |_| Ok(())).unwrap();
        assert!(
            fs::symlink_metadata(&first).unwrap().is_symlink()
                && fs::symlink_metadata(&second).unwrap().is_symlink()
        );
        assert_eq!(fs::read_to_string(folder.path().join("real")).unwrap(), "new");
        // Round and round.
        std::os::unix::fs::symlink("round", folder.path().join("round")).unwrap();
        assert!(Place::of(&folder.path().join("round")).unwrap_err().message.contains("too many links"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_put_where_a_file_is_written_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside");
        fs::write(&outside, "mine").unwrap();
        let place = Place::of(&folder.path().join("a.xml")).unwrap();
        let Place::File { partial, .. } = &place else { panic!("{place:?}") };
        std::os::unix::fs::symlink(&outside, partial).unwrap();
        Place::fill(vec![(place, "new".to_owned())], |_| Ok(())).unwrap_err();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_open_already_is_no_place() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/stdout", &link).unwrap();
        for place in ["/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", link.to_str().unwrap()] {
            let problem = Place::of(Path::new(place)).unwrap_err();
            assert!(problem.message.contains("is open already"), "{problem}");
            assert!(problem.hint.unwrap().contains("give `-`"));
        }
    }
}
