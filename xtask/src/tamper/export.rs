//! Changes of an exported log: of its files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::log::flip;
use crate::rng::Rng;
use crate::run::check;

type Names = Vec<String>;

/// A class of changes of files.
pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) change: fn(&Path, &mut Rng) -> Result<Names>,
}

pub(super) const CLASSES: [Class; 8] = [
    Class { name: "a bit of a bundle of entries", change: |folder, rng| bit(folder, "tile/entries", rng) },
    Class { name: "a bit of a file of hashes", change: |folder, rng| bit(folder, "tile/0", rng) },
    Class { name: "a bit of a payload", change: |folder, rng| bit(folder, "payloads", rng) },
    Class { name: "a bit of the checkpoint", change: |folder, rng| bit(folder, "checkpoint", rng) },
    Class { name: "a bundle of entries cut", change: cut },
    Class { name: "a bundle of entries removed", change: |folder, rng| removed(folder, "tile/entries", rng) },
    Class { name: "a payload removed", change: |folder, rng| removed(folder, "payloads", rng) },
    Class { name: "an entry twice in a bundle", change: twice },
];

/// A copy of a folder with its files.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    check(Command::new("cp").arg("-a").arg(from).arg(to))
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        found.extend(files(&entry?.path())?);
    }
    found.sort();
    Ok(found)
}

/// A file below a folder, and how findings may name it.
fn pick(folder: &Path, below: &str, rng: &mut Rng) -> Result<(PathBuf, Names)> {
    let all = files(&folder.join(below))?;
    let file = rng.pick(&all).context("there is no such file")?.clone();
    let path = file.strip_prefix(folder)?.to_string_lossy().into_owned();
    // A bundle is named by its path, or by the entry that is wrong; the checkpoint by what is wrong with it.
    let names = match below {
        "checkpoint" => ["checkpoint", "note", "signature", "key"].map(str::to_owned).to_vec(),
        "tile/0" => vec![path],
        _ => vec![path, "entry ".to_owned(), "entries".to_owned()],
    };
    Ok((file, names))
}

fn bit(folder: &Path, below: &str, rng: &mut Rng) -> Result<Names> {
    let (file, names) = pick(folder, below, rng)?;
    let mut bytes = fs::read(&file)?;
    flip(&mut bytes, rng);
    fs::write(file, bytes)?;
    Ok(names)
}

fn cut(folder: &Path, rng: &mut Rng) -> Result<Names> {
    let (file, names) = pick(folder, "tile/entries", rng)?;
    let bytes = fs::read(&file)?;
    let left = usize::try_from(rng.below(bytes.len() as u64))?;
    fs::write(file, bytes.get(..left).unwrap_or_default())?;
    Ok(names)
}

fn removed(folder: &Path, below: &str, rng: &mut Rng) -> Result<Names> {
    let (file, names) = pick(folder, below, rng)?;
    fs::remove_file(file)?;
    Ok(names)
}

/// A bundle is a list of entries, each behind its length in two bytes.
fn twice(folder: &Path, rng: &mut Rng) -> Result<Names> {
    let (file, names) = pick(folder, "tile/entries", rng)?;
    let bytes = fs::read(&file)?;
    let length = bytes.get(..2).and_then(|length| length.try_into().ok()).map(u16::from_be_bytes);
    let first = bytes.get(..2 + usize::from(length.context("an empty bundle")?)).context("a cut bundle")?;
    fs::write(&file, [first, &bytes].concat())?;
    Ok(names)
}
