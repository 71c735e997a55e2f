//! `assent init`: a repository for one governed model, from an empty folder.

mod files;
mod record;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assent_domain::ids::Digest;
use assent_domain::text;
use clap::Args;
use serde_json::json;

use crate::output::Answer;
use crate::problem::Problem;
use record::Record;

/// Options of `assent init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder; it is made where there is none
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// The name of the model; that of the folder if absent
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Make what is missing, and write anew what an earlier run made and nobody has changed since
    #[arg(long)]
    force: bool,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is not there yet.
    Made,
    /// It is there as an earlier run made it.
    Renewed,
    /// It is there, and somebody changed it, or it was never ours.
    Kept,
}

impl Init {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let model = self.model()?;
        let files = files::of(&model)?;
        for path in files.iter().map(|(path, _)| path.as_str()).chain([record::PATH]) {
            follows_no_link(&self.folder, path)?;
        }
        let before = Record::read(&self.folder)?;
        let fates = fates(&self.folder, &files, &before)?;
        let there: Vec<&str> =
            fates.iter().filter(|(_, fate)| **fate != Fate::Made).map(|(path, _)| *path).collect();
        if !there.is_empty() && !self.force {
            let message = format!("in `{}` there is already: {}", self.folder.display(), there.join(", "));
            return Err(Problem::new(message).hint(
                "nothing was written; name another folder, or add --force, which makes what is missing and overwrites only \
                 what an earlier run made and nobody has changed",
            ));
        }
        let mut record = before;
        for (path, text) in &files {
            if fates.get(path.as_str()) != Some(&Fate::Kept) {
                write(&self.folder.join(path), text)?;
                record.files.insert(path.clone(), Digest::of(text.as_bytes()).to_string());
            }
        }
        write(&self.folder.join(record::PATH), &record.text()?)?;
        Ok(self.told(&model, &fates))
    }

    fn model(&self) -> Result<String, Problem> {
        let of_folder = || {
            let absolute = std::path::absolute(&self.folder).ok()?;
            let name = absolute.components().next_back()?.as_os_str().to_str()?.to_owned();
            Some(name)
        };
        let name = self.model.clone().or_else(of_folder).unwrap_or_default();
        text::name("--model", &name).map_err(|refusal| {
            Problem::new(refusal.message).hint("name the model with --model: 1 to 200 characters in one line")
        })?;
        Ok(name)
    }

    fn told(&self, model: &str, fates: &BTreeMap<&str, Fate>) -> Answer {
        let with = |wanted: Fate| -> Vec<&str> {
            fates.iter().filter(|(_, fate)| **fate == wanted).map(|(path, _)| *path).collect()
        };
        let (made, renewed, kept) = (with(Fate::Made), with(Fate::Renewed), with(Fate::Kept));
        let json =
            json!({"folder": self.folder, "model": model, "made": made, "renewed": renewed, "kept": kept});
        let mut answer = Answer::new(json);
        for (title, paths) in [("made", &made), ("written anew", &renewed), ("kept as it was changed", &kept)]
        {
            for path in paths {
                answer = answer.line(format!("{title}: {path}"));
            }
        }
        answer.hint(format!(
            "read `{}`: it says how the first version comes about",
            self.folder.join("README.md").display()
        ))
    }
}

fn fates<'a>(
    folder: &Path,
    files: &'a [(String, String)],
    before: &Record,
) -> Result<BTreeMap<&'a str, Fate>, Problem> {
    let mut fates = BTreeMap::new();
    for (path, _) in files {
        let place = folder.join(path);
        let fate = match fs::symlink_metadata(&place) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Fate::Made,
            Err(error) => return Err(Problem::path("read", &place, error)),
            Ok(found) if found.is_file() => {
                let bytes = fs::read(&place).map_err(|error| Problem::path("read", &place, error))?;
                let is_ours =
                    before.files.get(path).is_some_and(|made| *made == Digest::of(&bytes).to_string());
                if is_ours { Fate::Renewed } else { Fate::Kept }
            }
            Ok(_) => Fate::Kept,
        };
        fates.insert(path.as_str(), fate);
    }
    Ok(fates)
}

/// Refuses a path that leads through a symbolic link: what it leads to is not in the folder.
fn follows_no_link(folder: &Path, path: &str) -> Result<(), Problem> {
    let mut place = folder.to_owned();
    for part in Path::new(path).components() {
        place.push(part);
        match fs::symlink_metadata(&place) {
            Ok(found) if found.file_type().is_symlink() => {
                let message = format!(
                    "`{}` is a symbolic link, and `init` follows none in the folder",
                    place.display()
                );
                return Err(Problem::new(message)
                    .hint("nothing was written; remove the link, or put what it leads to in its place"));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
            // A file where a folder should be is told by who writes.
            Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => break,
            Err(error) => return Err(Problem::path("read", &place, error)),
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    let unwritable = |error: std::io::Error| {
        Problem::path("written", path, error)
            .hint("name a folder that can be written, and in which no file has the name of a folder")
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(unwritable)?;
    }
    fs::write(path, text).map_err(unwritable)
}
