//! Making a backup, while a server may run and write.

use std::path::Path;

use assent_app::vault::Vault;
use assent_app::{erase, migrate, references};
use assent_domain::ids::Digest;
use assent_log::verify::Level;
use assent_store::{Read, Store};
use assent_store_sqlite::{Options, SqliteKeys, SqliteStore, backup};

use super::manifest::{FORMAT, FORMAT_PLAIN, Holds, Manifest, Piece};
use super::{pieces, sealed};
use crate::audit;
use crate::installation::{Database, Paths, ReadOnly, files};
use crate::problem::{Exit, Problem};

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) size: u64,
    pub(crate) root: Digest,
    pub(crate) blobs: usize,
    /// Encrypted blobs that were not compared with their digests, for want of the master key.
    pub(crate) unchecked: usize,
    pub(crate) size_bytes: u64,
}

/// Backs an installation up: the data into `to`, the keys into `keys_to`.
///
/// The log is copied first and the keys after it, so that they open all that the copy holds; an erasure that comes between
/// the two has its effect in the copy already. What is encrypted is copied as it is.
pub(crate) fn make(
    paths: &Paths,
    database: &Database,
    to: &Path,
    keys_to: &Path,
    vault: &Vault,
    created_at: jiff::Timestamp,
) -> Result<Made, Problem> {
    let (to, keys_to) = (absolute(to)?, absolute(keys_to)?);
    check_places(paths, &to, &keys_to)?;
    check_in_files(paths)?;
    let installation = ReadOnly::open(&paths.data, database)?;
    let vkey = installation.vkey.clone().ok_or_else(|| missing(&paths.vkey()))?;
    let origin = files::read_text(&paths.origin())?.ok_or_else(|| missing(&paths.origin()))?;
    files::make_folder(&to)?;
    files::make_folder(&keys_to)?;

    let log = to.join("log.sqlite");
    copy_log(&installation, database, paths, &log)?;
    drop(installation);
    let store = SqliteStore::open_read_only(&log, Options { read_connections: 1, ..Options::default() })?;
    let read = store.read()?;
    let head = read.head()?;
    check(&*read, std::slice::from_ref(&vkey))?;
    let mut data = Manifest {
        format: FORMAT,
        holds: Holds::Data,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at,
        schema: backup::store_schema(),
        origin,
        vkey: vkey.vkey(),
        size: head.size,
        root: Digest(head.root),
        checkpoint: read.latest_checkpoint()?.map(|last| String::from_utf8_lossy(&last.note).into_owned()),
        files: vec![pieces::settle(&log, "log.sqlite")?],
    };
    for (file, name) in [(paths.origin(), "origin"), (paths.vkey(), "log.vkey")] {
        data.files.push(pieces::copy(&file, &to.join(name), name)?);
    }
    let copied = copy_blobs(&*read, paths, &to, vault)?;
    data.files.extend(copied.files);
    let keys_files = copy_keys(&*read, paths, &keys_to)?;
    let seed_bytes = keys_files.last().map(|seed| seed.size_bytes);
    if copied.sealed == 0 && seed_bytes == Some(32) {
        data.format = FORMAT_PLAIN;
    }

    let keys = Manifest {
        holds: Holds::Keys,
        schema: backup::keys_schema(),
        checkpoint: None,
        files: keys_files,
        ..data.clone()
    };
    for (folder, manifest) in [(&keys_to, &keys), (&to, &data)] {
        pieces::settle_names(folder)?;
        manifest.write(folder)?;
    }
    let size_bytes = data.files.iter().chain(&keys.files).map(|piece| piece.size_bytes).sum();
    Ok(Made {
        size: head.size,
        root: data.root,
        blobs: copied.count,
        unchecked: copied.unchecked,
        size_bytes,
    })
}

/// Copies the log into a new file. Of a shared database it is what one snapshot sees, so that one kind of backup serves both.
fn copy_log(from: &ReadOnly, database: &Database, paths: &Paths, log: &Path) -> Result<(), Problem> {
    if !database.is_shared() {
        return Ok(backup::copy_store(&paths.log(), log)?);
    }
    let file = SqliteStore::open(log, Options { read_connections: 1, ..Options::default() })?;
    migrate::copy(&*from.store.read()?, &file)?;
    // Folds the write-ahead log into the file, so that it can stand alone.
    Ok(file.close()?)
}

/// Verifies and replays a copy.
pub(super) fn check(read: &dyn Read, keys: &[assent_log::VerifyingKey]) -> Result<(), Problem> {
    let findings = audit::verify(read, Level::Schema, keys, &[])?;
    if let Some(damage) = findings.damages.first() {
        let message = format!("the log is damaged: {}: {}", damage.code, damage.message);
        return Err(Problem::new(message).hint(&damage.remedy).exit(Exit::No));
    }
    let report = audit::replay(read)?;
    let difference =
        report.differences.first().map(|found| format!("{} {}: {}", found.table, found.id, found.problem));
    match report.error.or(difference) {
        None => Ok(()),
        Some(cause) => Err(Problem::new(format!("the state is not what the log makes: {cause}"))
            .hint("see `assent audit verify --replay`, and keep the data directory as evidence")
            .exit(Exit::No)),
    }
}

/// Blobs that were copied.
#[derive(Default)]
struct Copied {
    files: Vec<Piece>,
    count: usize,
    sealed: usize,
    unchecked: usize,
}

fn copy_blobs(read: &dyn Read, paths: &Paths, to: &Path, vault: &Vault) -> Result<Copied, Problem> {
    let mut copied = Copied::default();
    for (digest, size_bytes) in references::blobs(read)? {
        copied.count += 1;
        let path = pieces::blob_path(digest);
        let from = paths.data.join(&path);
        let envelope = match sealed::copy(&paths.data, to, digest)? {
            // It may have been encrypted just now.
            None if !from.exists() => sealed::copy(&paths.data, to, digest)?,
            found => found,
        };
        if let Some(envelope) = envelope {
            copied.sealed += 1;
            if !sealed::check(to, digest, size_bytes, vault)? {
                copied.unchecked += 1;
            }
            copied.files.extend(envelope);
            continue;
        }
        let piece = pieces::copy(&from, &to.join(&path), &path)?;
        if piece.sha256 != digest || piece.size_bytes != size_bytes {
            return Err(Problem::new(format!("the blob `{}` is damaged", from.display()))
                .hint("bring it back from an earlier backup, then repeat this one")
                .exit(Exit::No));
        }
        copied.files.push(piece);
    }
    Ok(copied)
}

fn copy_keys(read: &dyn Read, paths: &Paths, to: &Path) -> Result<Vec<Piece>, Problem> {
    let subjects = to.join("subjects.sqlite");
    backup::copy_keys(&paths.subjects(), &subjects)?;
    let keys = SqliteKeys::open(&subjects)?;
    erase::carry_out(read, &keys, 0)?;
    let erased = assent_store::SubjectKeys::destroyed(&keys)?;
    drop(keys);
    let journal = to.join("subjects.sqlite-journal");
    if journal.exists() {
        std::fs::remove_file(&journal).map_err(|error| Problem::path("removed", &journal, error))?;
    }
    let lines: String = erased.iter().flat_map(|id| [id.to_string(), "\n".to_owned()]).collect();
    files::write_new(&to.join("erased"), lines.as_bytes())?;
    Ok(vec![
        pieces::settle(&subjects, "subjects.sqlite")?,
        pieces::settle(&to.join("erased"), "erased")?,
        pieces::copy(&paths.seed(), &to.join("signing.seed"), "signing.seed")?,
    ])
}

/// Keys and data are kept apart in a backup too, and neither lies in what it is a backup of.
fn check_places(paths: &Paths, to: &Path, keys_to: &Path) -> Result<(), Problem> {
    let folders = [to, keys_to, &paths.data, &paths.keys];
    for (i, folder) in folders.iter().enumerate() {
        let inside = |(j, other): (usize, &&&Path)| i != j && folder.starts_with(other);
        if let Some((_, other)) = folders.iter().enumerate().find(|(j, other)| inside((*j, other))) {
            return Err(Problem::new(format!("`{}` lies in `{}`", folder.display(), other.display())).hint(
                "give the data and the keys a folder of their own each, better on different machines",
            ));
        }
    }
    pieces::check_empty(to)?;
    pieces::check_empty(keys_to)
}

/// Keys in a database are backed up by the tools of that database, apart from the log.
fn check_in_files(paths: &Paths) -> Result<(), Problem> {
    if !paths.vkey().exists() || paths.subjects().exists() {
        return Ok(());
    }
    let message = format!(
        "`{}` is not there: the keys of subjects of this installation may be in PostgreSQL",
        paths.subjects().display()
    );
    Err(Problem::new(message).hint(
        "back the database of the keys up with its own tools, apart from that of the log, and the blobs and the signing key as \
         files; if the file is lost, restore it",
    ))
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Problem> {
    std::path::absolute(path).map_err(|error| Problem::path("resolved", path, error))
}

fn missing(file: &Path) -> Problem {
    Problem::new(format!("`{}` is missing", file.display()))
        .hint("name the data directory of an installation that was started before")
}
