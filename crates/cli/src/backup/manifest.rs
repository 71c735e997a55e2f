//! What is in a backup: `manifest.json`, and beside it `manifest.sha256`, so that damage of the manifest is seen too.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use assent_domain::ids::Digest;
use serde::{Deserialize, Serialize};

use crate::installation::files;
use crate::problem::Problem;

/// The newest format that this release reads.
pub(super) const FORMAT: u32 = 2;
/// The format of a backup without anything encrypted: releases that know no encryption read it.
pub(super) const FORMAT_PLAIN: u32 = 1;
const NAME: &str = "manifest.json";
const DIGEST: &str = "manifest.sha256";
/// A manifest has at most so many bytes: some hundred for each blob.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Holds {
    /// The log, its state and the blobs.
    Data,
    /// The signing key and the keys of subjects.
    Keys,
}

impl Holds {
    fn words(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Keys => "keys",
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Piece {
    /// Its path within the backup, with `/`.
    pub(super) path: String,
    pub(super) size_bytes: u64,
    pub(super) sha256: Digest,
}

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) holds: Holds,
    /// The version of the program that made it.
    pub(super) program: String,
    pub(super) created_at: jiff::Timestamp,
    /// The schema of the database in it.
    pub(super) schema: usize,
    /// The name of the log.
    pub(super) origin: String,
    pub(super) vkey: String,
    /// The head of the log: of keys, the head that they are known to belong to.
    pub(super) size: u64,
    pub(super) root: Digest,
    /// The newest checkpoint of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checkpoint: Option<String>,
    pub(super) files: Vec<Piece>,
}

/// What a manifest of any format has.
#[derive(Deserialize)]
struct AnyFormat {
    format: u32,
    program: String,
}

impl Manifest {
    /// Writes the manifest: from now on the folder is a backup.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Problem> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(Problem::new)?;
        bytes.push(b'\n');
        files::write_new(&folder.join(DIGEST), format!("{}\n", Digest::of(&bytes)).as_bytes())?;
        files::write_new(&folder.join(NAME), &bytes)
    }

    /// Reads the manifest of a folder that holds `holds`, with a database whose schema is at most `schema`.
    pub(super) fn read(folder: &Path, holds: Holds, schema: usize) -> Result<Self, Problem> {
        let path = folder.join(NAME);
        let file = File::open(&path).map_err(|_| {
            Problem::new(format!("`{}` holds no backup of {}", folder.display(), holds.words())).hint(
                "name a folder that `assent backup` wrote to its end: the one with `manifest.json` in it",
            )
        })?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(|error| Problem::path("read", &path, error))?;
        let written = files::read(&folder.join(DIGEST))?.unwrap_or_default();
        if written != format!("{}\n", Digest::of(&bytes)).as_bytes() {
            return Err(damaged(&path, "it does not have the digest that `manifest.sha256` says"));
        }
        let any: AnyFormat =
            serde_json::from_slice(&bytes).map_err(|error| Problem::path("read", &path, error))?;
        if any.format > FORMAT {
            let (format, program) = (any.format, any.program);
            return Err(newer(
                folder,
                &format!("the format {format} of Assent {program}"),
                &FORMAT.to_string(),
            ));
        }
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| Problem::path("read", &path, error))?;
        if manifest.holds != holds {
            let message = format!(
                "`{}` is a backup of {}, not of {}",
                folder.display(),
                manifest.holds.words(),
                holds.words()
            );
            return Err(Problem::new(message).hint("name the data with --from and the keys with --keys-from"));
        }
        if manifest.schema > schema {
            let has = format!("the schema {} of Assent {}", manifest.schema, manifest.program);
            return Err(newer(folder, &has, &schema.to_string()));
        }
        Ok(manifest)
    }

    /// The piece of that path.
    pub(super) fn piece(&self, path: &str) -> Option<&Piece> {
        self.files.iter().find(|piece| piece.path == path)
    }
}

fn newer(folder: &Path, has: &str, known: &str) -> Problem {
    let message =
        format!("the backup `{}` has {has}, and this program knows up to {known}", folder.display());
    Problem::new(message).hint("restore it with that release or a newer one").code("backup-newer")
}

/// A file of a backup that is not what it was.
pub(super) fn damaged(path: &Path, what: &str) -> Problem {
    Problem::new(format!("`{}` is damaged: {what}", path.display()))
        .hint("use another copy of this backup, or another backup; nothing was put in place")
        .code("backup-damaged")
}
