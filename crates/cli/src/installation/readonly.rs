//! Opening for reading: verification, export and replay work with the server up or down, and change nothing.

use std::path::Path;

use assent_log::VerifyingKey;
use assent_store::Store;

use super::{Database, Paths, files};
use crate::problem::Problem;

/// The log and its state, for reading.
pub struct ReadOnly {
    /// The store.
    pub store: Box<dyn Store>,
    /// The public key that lies in the data directory, if it does.
    pub vkey: Option<VerifyingKey>,
}

impl std::fmt::Debug for ReadOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReadOnly")
    }
}

impl ReadOnly {
    /// Opens the data directory with its database.
    pub fn open(data: &Path, database: &Database) -> Result<Self, Problem> {
        Self::of(data, database.open_read_only(&Paths::new(data, None)?)?)
    }

    /// The data directory with a store that was opened already.
    pub(crate) fn of(data: &Path, store: Box<dyn Store>) -> Result<Self, Problem> {
        let paths = Paths::new(data, None)?;
        let vkey = match files::read_text(&paths.vkey())? {
            Some(text) => Some(parse_vkey(&text).map_err(|problem| Problem {
                message: format!("`{}`: {}", paths.vkey().display(), problem.message),
                ..problem
            })?),
            None => None,
        };
        Ok(Self { store, vkey })
    }
}

/// A verifier key: the text itself, or a file that holds it.
pub(crate) fn vkey_argument(argument: &str) -> Result<VerifyingKey, Problem> {
    match files::read_text(Path::new(argument)) {
        Ok(Some(text)) => parse_vkey(&text),
        Ok(None) | Err(_) => parse_vkey(argument),
    }
}

fn parse_vkey(text: &str) -> Result<VerifyingKey, Problem> {
    VerifyingKey::parse(text).map_err(|error| {
        Problem::new(error).hint("give the key as it was published, or a file that holds it, with --vkey")
    })
}
