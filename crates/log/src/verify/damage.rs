//! What can be wrong with a log, and what to do about it.

use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct as _;

use crate::hash::Hash;

/// One finding. In JSON: `{"code", "message", "remedy"}`. Positions count the entries as they were fed, from 0; an index is what an
/// entry says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// An entry is not canonical JSON: its bytes were changed.
    NotCanonical {
        /// Where it stands.
        position: u64,
        /// What is wrong with it.
        cause: String,
    },
    /// An entry is JSON, but not an entry.
    Schema {
        /// Where it stands.
        position: u64,
        /// What is wrong with it.
        cause: String,
    },
    /// An entry is older than the one before.
    TimeBackwards {
        /// Where it stands.
        position: u64,
        /// The time of the entry before.
        before: String,
        /// Its own time.
        found: String,
    },
    /// Entries are missing.
    Deleted {
        /// The first missing index.
        first: u64,
        /// The last missing index.
        last: u64,
    },
    /// An entry stands after one with a higher index: they were swapped or moved.
    OutOfOrder {
        /// Where it stands.
        position: u64,
        /// Its index.
        index: u64,
    },
    /// An entry has the index of one that came before: it was put in.
    Inserted {
        /// Where it stands.
        position: u64,
        /// Its index.
        index: u64,
    },
    /// An entry does not name the leaf hash of the entry before.
    ChainBroken {
        /// The index of the entry with the link.
        index: u64,
        /// The leaf hash of the entry before it.
        expected: Hash,
        /// What the link says.
        found: Hash,
    },
    /// The tree is not the one of the checkpoint.
    RootMismatch {
        /// The size of the checkpoint.
        size: u64,
        /// The root in the checkpoint.
        expected: Hash,
        /// The root of the tree.
        found: Hash,
    },
    /// A checkpoint covers more entries than there are.
    Truncated {
        /// The size of the largest checkpoint.
        checkpoint_size: u64,
        /// The number of entries.
        log_size: u64,
    },
    /// The signature of a known key does not fit.
    SignatureInvalid {
        /// Which one.
        cause: String,
    },
    /// No known key of the log signed.
    UnknownKey {
        /// Who did.
        cause: String,
    },
    /// A checkpoint cannot be read.
    CheckpointMalformed {
        /// Why.
        cause: String,
    },
    /// A stored tile is not what the entries make.
    TileWrong {
        /// The path of the tile.
        path: String,
    },
    /// A tile is not stored.
    TileMissing {
        /// The path of the tile.
        path: String,
    },
    /// Something that is stored beside the entries is not what they make, or nothing that they make.
    Record {
        /// What it is.
        what: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A bundle of entries is missing or cannot be split.
    Bundle {
        /// The path of the bundle.
        path: String,
        /// Why.
        cause: String,
    },
}

const EDITED: &str = "treat the entry as forged, compare it with a backup, and keep both";
const RESTORE: &str = "restore the log from a backup that verifies, and keep this one as evidence";
const HISTORY: &str =
    "keep this log and the checkpoint as evidence, and restore a backup that verifies against it";
const REBUILD: &str = "rebuild the tiles from the entries once these verify";
const RECORD: &str =
    "find out who wrote to the database, keep a copy as evidence, and restore a backup that verifies";
const FETCH: &str = "fetch the checkpoint again from where it was published";
const KEYS: &str = "give the verifier key of this log, and that of its earlier key where it was rotated";

impl Damage {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        self.code_and_remedy().0
    }

    /// What to do.
    pub fn remedy(&self) -> &'static str {
        self.code_and_remedy().1
    }

    fn code_and_remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotCanonical { .. } => ("ENTRY_NOT_CANONICAL", EDITED),
            Self::Schema { .. } => ("ENTRY_SCHEMA", EDITED),
            Self::TimeBackwards { .. } => ("TIME_BACKWARDS", EDITED),
            Self::Deleted { .. } => ("ENTRIES_DELETED", RESTORE),
            Self::OutOfOrder { .. } => ("ENTRY_OUT_OF_ORDER", RESTORE),
            Self::Inserted { .. } => ("ENTRY_INSERTED", RESTORE),
            Self::ChainBroken { .. } => ("CHAIN_BROKEN", RESTORE),
            Self::RootMismatch { .. } => ("ROOT_MISMATCH", HISTORY),
            Self::Truncated { .. } => ("LOG_TRUNCATED", HISTORY),
            Self::SignatureInvalid { .. } => ("SIGNATURE_INVALID", FETCH),
            Self::UnknownKey { .. } => ("KEY_UNKNOWN", KEYS),
            Self::CheckpointMalformed { .. } => ("CHECKPOINT_MALFORMED", FETCH),
            Self::TileWrong { .. } => ("TILE_WRONG", REBUILD),
            Self::TileMissing { .. } => ("TILE_MISSING", REBUILD),
            Self::Record { .. } => ("RECORD_WRONG", RECORD),
            Self::Bundle { .. } => ("BUNDLE_UNREADABLE", RESTORE),
        }
    }
}

/// The message: what was expected and what was found.
impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCanonical { position, cause } => write!(f, "entry {position} is not canonical: {cause}"),
            Self::Schema { position, cause } => {
                write!(f, "entry {position} does not fit the schema: {cause}")
            }
            Self::TimeBackwards { position, before, found } => {
                write!(f, "entry {position} has the time `{found}`, before `{before}` of the entry before it")
            }
            Self::Deleted { first, last } if first == last => write!(f, "entry {first} is missing"),
            Self::Deleted { first, last } => write!(f, "entries {first} to {last} are missing"),
            Self::OutOfOrder { position, index } => {
                write!(f, "entry {index} stands at position {position}, after an entry with a higher index")
            }
            Self::Inserted { position, index } => {
                write!(
                    f,
                    "the entry at position {position} has the index {index}, which an earlier entry has"
                )
            }
            Self::ChainBroken { index, expected, found } => write!(
                f,
                "entry {index} names `{found}` as the hash of the entry before, whose hash is `{expected}`: one of the two was changed"
            ),
            Self::RootMismatch { size, expected, found } => {
                write!(
                    f,
                    "the first {size} entries have the root `{found}`, the checkpoint says `{expected}`"
                )
            }
            Self::Truncated { checkpoint_size, log_size } => write!(
                f,
                "the log has {log_size} entries, a checkpoint covers {checkpoint_size}: the log was cut or rolled back"
            ),
            Self::SignatureInvalid { cause }
            | Self::UnknownKey { cause }
            | Self::CheckpointMalformed { cause } => f.write_str(cause),
            Self::TileWrong { path } => write!(f, "`{path}` does not hold the hashes that the entries have"),
            Self::TileMissing { path } => write!(f, "`{path}` is missing"),
            Self::Record { what, cause } => write!(f, "{what} {cause}"),
            Self::Bundle { path, cause } => write!(f, "`{path}` cannot be read: {cause}"),
        }
    }
}

impl Serialize for Damage {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Damage", 3)?;
        members.serialize_field("code", self.code())?;
        members.serialize_field("message", &self.to_string())?;
        members.serialize_field("remedy", self.remedy())?;
        members.end()
    }
}
