//! Checkpoints: signed tree heads (C2SP tlog-checkpoint).
//!
//! The text is `origin`, the size in decimal, and the root in base64, a line each, then lines of extensions.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::key::{Algorithm, SigningKey, VerifyingKey};
use crate::note::{Note, NoteError};

/// The head of a tree, as the text of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is also the name of its key.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
    /// Further lines, each not empty; kept as they are.
    pub extensions: Vec<String>,
}

/// Why a text is not a checkpoint, or a checkpoint is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text of the note is not origin, size and root.
    #[error("the {line} of the checkpoint cannot be read: fetch it again as it was published")]
    Line {
        /// Which line.
        line: &'static str,
    },
    /// Signed, but not by the log it speaks of.
    #[error(
        "the checkpoint speaks for `{origin}`, and no known key of that name signed it: give the verifier key of that log"
    )]
    Origin {
        /// The origin that it names.
        origin: String,
    },
}

impl Checkpoint {
    /// A checkpoint without extensions.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// Reads the text of a note.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let error = |line| CheckpointError::Line { line };
        let text = text.strip_suffix('\n').ok_or_else(|| error("end"))?;
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty()).ok_or_else(|| error("origin"))?;
        let size_line = lines.next().ok_or_else(|| error("size"))?;
        let size: u64 = size_line.parse().map_err(|_| error("size"))?;
        let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
        let root = root.and_then(|bytes| Hash::from_bytes(&bytes)).ok_or_else(|| error("root"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if size.to_string() != size_line {
            return Err(error("size"));
        }
        if extensions.iter().any(String::is_empty) {
            return Err(error("extension"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// The checkpoint as a note signed by each of the keys.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<Note, CheckpointError> {
        let text = self.to_string();
        // An origin or extension with a newline would read back as something else.
        if Self::parse(&text)? != *self {
            return Err(CheckpointError::Line { line: "origin" });
        }
        Ok(Note::sign(&text, keys)?)
    }

    /// Reads and verifies a signed checkpoint: at least one known key that bears the name of the origin, and is no
    /// witness, must have signed it. Gives all known keys that did.
    pub fn open<'a>(
        bytes: &[u8],
        known: &'a [VerifyingKey],
    ) -> Result<(Self, Vec<&'a VerifyingKey>), CheckpointError> {
        let note = Note::parse(bytes)?;
        let signers = note.verify(known)?;
        let checkpoint = Self::parse(note.text())?;
        let by_log =
            |key: &&VerifyingKey| key.name() == checkpoint.origin && key.algorithm() == Algorithm::Ed25519;
        if !signers.iter().any(by_log) {
            return Err(CheckpointError::Origin { origin: checkpoint.origin });
        }
        Ok((checkpoint, signers))
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
