//! Putting a backup in place: copied beside its place, checked there, and only then given its name.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use assent_app::vault::Vault;
use assent_app::{erase, migrate, references, start};
use assent_domain::ids::Digest;
use assent_log::{SigningKey, VerifyingKey};
use assent_store::{Read, Store, SubjectKeys as _};
use assent_store_sqlite::{Options, SqliteKeys, SqliteStore, backup};
use uuid::Uuid;

use super::make::check;
use super::manifest::{Holds, Manifest, Piece, damaged};
use super::{pieces, sealed};
use crate::installation::{Database, Paths, check_keys, files, seed};
use crate::problem::Problem;

/// A list of erased subjects has at most so many bytes.
const MAX_LIST_BYTES: u64 = 64 * 1024 * 1024;

/// What a restore reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sources {
    /// A backup of the data.
    pub(crate) from: PathBuf,
    /// A backup of the keys, made with it or later.
    pub(crate) keys_from: PathBuf,
    /// Who knows of erasures that came later: folders of keys, and lists.
    pub(crate) erasures: Vec<PathBuf>,
}

/// A backup that was put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restored {
    pub(crate) size: u64,
    pub(crate) root: Digest,
    pub(crate) program: String,
    pub(crate) created_at: jiff::Timestamp,
    /// Subjects that are erased, although the log does not say so.
    pub(crate) beyond_the_log: Vec<Uuid>,
}

/// Puts a backup in place; its log goes into the database where that is a shared one.
pub(crate) fn restore(
    sources: &Sources,
    paths: &Paths,
    database: &Database,
    vault: &Vault,
) -> Result<Restored, Problem> {
    let data = Manifest::read(&sources.from, Holds::Data, backup::store_schema())?;
    let keys = Manifest::read(&sources.keys_from, Holds::Keys, backup::keys_schema())?;
    check_pair(&data, &keys)?;
    sealed::check_master_keys(sources, &data, vault)?;
    pieces::check_empty(&paths.data)?;
    pieces::check_empty(&paths.keys)?;
    let staged = Paths { data: beside(&paths.data), keys: beside(&paths.keys) };
    for folder in [&staged.data, &staged.keys] {
        if folder.exists() {
            let message = format!("`{}` is left of a restore that was interrupted", folder.display());
            return Err(Problem::new(message).hint("remove it, and repeat the restore"));
        }
    }
    let shared = database.open_empty()?;
    let restored = stage(sources, (&data, &keys), &staged, vault).and_then(|restored| {
        if let Some(shared) = &shared {
            move_log(&staged, &data, shared)?;
        }
        // The data first: data without its keys is refused by every start, and keys alone are no installation.
        put(&staged.data, &paths.data)?;
        // Where the keys do not follow, the data goes back, to be removed with them.
        put(&staged.keys, &paths.keys).inspect_err(|_| drop(fs::rename(&paths.data, &staged.data)))?;
        Ok(restored)
    });
    if restored.is_err() {
        for folder in [&staged.data, &staged.keys] {
            // Where this fails too, the next restore says what is left.
            drop(fs::remove_dir_all(folder));
        }
    }
    restored
}

fn check_pair(data: &Manifest, keys: &Manifest) -> Result<(), Problem> {
    if (&data.origin, &data.vkey) != (&keys.origin, &keys.vkey) {
        let message = format!("the keys are of the log `{}`, the data of `{}`", keys.origin, data.origin);
        return Err(Problem::new(message).hint("name a backup of the keys of the same installation"));
    }
    if keys.size < data.size {
        let message = format!(
            "the keys were backed up at {} entries, the data at {}: keys of later subjects are not among them",
            keys.size, data.size
        );
        return Err(Problem::new(message).hint("name a backup of the keys made with the data, or later"));
    }
    Ok(())
}

/// Copies and checks everything, and erases who was erased. What is in the folders afterwards is whole.
fn stage(
    sources: &Sources,
    (data, keys): (&Manifest, &Manifest),
    staged: &Paths,
    vault: &Vault,
) -> Result<Restored, Problem> {
    let later = later_erasures(&sources.erasures)?;
    for (manifest, from, to) in
        [(data, &sources.from, &staged.data), (keys, &sources.keys_from, &staged.keys)]
    {
        files::make_folder(to)?;
        for piece in &manifest.files {
            let place = place(manifest.holds, piece)
                .ok_or_else(|| damaged(from, &format!("no backup holds a file `{}`", piece.path)))?;
            pieces::copy_checked(&from.join(&piece.path), &to.join(place), piece)?;
        }
    }
    let vkey = signs(data, staged, vault)?;
    let store = SqliteStore::open(&staged.log(), Options { read_connections: 2, ..Options::default() })?;
    start::bring_up_to_date(&store)?;
    let erased = {
        let read = store.read()?;
        let head = read.head()?;
        if (head.size, Digest(head.root)) != (data.size, data.root) {
            return Err(damaged(&sources.from, "the head of the log is not the one that the manifest says"));
        }
        check(&*read, &[vkey]).map_err(|problem| made_by(problem, data))?;
        check_blobs(&*read, data, (&sources.from, staged), vault)?;
        let erased = erase_again(&*read, staged, &later)?;
        check_keys(&SqliteKeys::open(&staged.subjects())?, &vault.keys())?;
        erased
    };
    store.close()?;
    pieces::settle_names(&staged.data)?;
    pieces::settle_names(&staged.keys)?;
    Ok(Restored {
        size: data.size,
        root: data.root,
        program: data.program.clone(),
        created_at: data.created_at,
        beyond_the_log: erased,
    })
}

/// Moves the log from its file into a shared database, before anything has its name: what broke off is refused by every start.
fn move_log(staged: &Paths, data: &Manifest, shared: &dyn Store) -> Result<(), Problem> {
    let file = SqliteStore::open(&staged.log(), Options { read_connections: 1, ..Options::default() })?;
    migrate::copy(&*file.read()?, shared)?;
    file.close()?;
    let vkey = VerifyingKey::parse(&data.vkey).map_err(Problem::new)?;
    check(&*shared.read()?, &[vkey])?;
    let log = staged.log();
    fs::remove_file(&log).map_err(|error| Problem::path("removed", &log, error))?;
    pieces::settle_names(&staged.data)
}

/// Where a piece goes; `None` for what no backup holds.
fn place(holds: Holds, piece: &Piece) -> Option<&str> {
    let path = piece.path.as_str();
    let known = match holds {
        Holds::Data => {
            ["log.sqlite", "origin", "log.vkey"].contains(&path)
                || path == pieces::blob_path(piece.sha256)
                || sealed::is_place(path)
        }
        Holds::Keys => ["subjects.sqlite", "erased", "signing.seed"].contains(&path),
    };
    known.then_some(path)
}

/// The key that the log is signed by: the restored secret half has to be the one of the restored public half.
fn signs(data: &Manifest, staged: &Paths, vault: &Vault) -> Result<VerifyingKey, Problem> {
    let seed = seed(staged, vault, &data.origin)?;
    let seed = seed.ok_or_else(|| Problem::new("the keys hold no signing key"))?;
    let key = SigningKey::from_seed(&data.origin, seed).map_err(Problem::new)?;
    let written = files::read_text(&staged.vkey())?.unwrap_or_default();
    if key.vkey() != data.vkey || written != data.vkey {
        return Err(Problem::new("the signing key is not the one of this log")
            .hint("name a backup of the keys of the same installation"));
    }
    VerifyingKey::parse(&data.vkey).map_err(Problem::new)
}

/// What another release made may be whole and beyond this one: the message says which two they are.
fn made_by(problem: Problem, data: &Manifest) -> Problem {
    let this = env!("CARGO_PKG_VERSION");
    if data.program == this {
        return problem;
    }
    let message =
        format!("{}; the backup was made by Assent {}, this is {this}", problem.message, data.program);
    Problem { message, ..problem }
}

/// Every blob that the log refers to is there. A plain one was compared with its digest when it was copied; an encrypted
/// one is opened for that.
fn check_blobs(
    read: &dyn Read,
    data: &Manifest,
    (from, staged): (&Path, &Paths),
    vault: &Vault,
) -> Result<(), Problem> {
    for (digest, size_bytes) in references::blobs(read)? {
        let is_plain = data.piece(&pieces::blob_path(digest)).is_some();
        if !is_plain && data.piece(&sealed::place(digest)).is_some() {
            sealed::check(&staged.data, digest, size_bytes, vault)?;
        } else if !is_plain {
            return Err(damaged(from, &format!("the log refers to the blob {digest}, which is not in it")));
        }
    }
    Ok(())
}

/// Erases who was erased by the log, and who was erased later as far as anybody knows; gives those that the log does not
/// know of.
fn erase_again(read: &dyn Read, staged: &Paths, later: &BTreeSet<Uuid>) -> Result<Vec<Uuid>, Problem> {
    let keys = SqliteKeys::open(&staged.subjects())?;
    erase::carry_out(read, &keys, 0)?;
    for subject in later {
        keys.destroy(*subject)?;
    }
    let recorded = erase::recorded(read, 0)?;
    Ok(keys.destroyed()?.into_iter().filter(|subject| !recorded.contains(subject)).collect())
}

fn later_erasures(sources: &[PathBuf]) -> Result<BTreeSet<Uuid>, Problem> {
    let mut erased = BTreeSet::new();
    for source in sources {
        if source.is_dir() {
            erased.extend(backup::destroyed_in(&source.join("subjects.sqlite"))?);
        } else {
            erased.extend(listed(source)?);
        }
    }
    Ok(erased)
}

fn listed(path: &Path) -> Result<Vec<Uuid>, Problem> {
    let size_bytes = fs::metadata(path).map_err(|error| Problem::path("read", path, error))?.len();
    if size_bytes > MAX_LIST_BYTES {
        return Err(Problem::path("read", path, format!("it has more than {MAX_LIST_BYTES} bytes")));
    }
    let text = fs::read_to_string(path).map_err(|error| Problem::path("read", path, error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let ids = lines.map(|(at, line)| {
        line.trim().parse().map_err(|_| {
            Problem::new(format!("line {} of `{}` is no id of a subject: `{line}`", at + 1, path.display()))
                .hint("give the file `erased` of a backup of the keys, or a folder of keys")
        })
    });
    ids.collect()
}

fn beside(folder: &Path) -> PathBuf {
    let mut name: OsString = folder.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    folder.with_file_name(name)
}

fn put(staged: &Path, place: &Path) -> Result<(), Problem> {
    let wrong = |error| Problem::path("put in place", place, error);
    if place.exists() {
        // Empty, as was seen before; else this fails.
        fs::remove_dir(place).map_err(wrong)?;
    }
    fs::rename(staged, place).map_err(wrong)?;
    place.parent().map_or(Ok(()), files::sync_folder).map_err(wrong)
}
