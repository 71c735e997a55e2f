//! The master keys that this process is given: in a file, or in its environment.

use std::path::{Path, PathBuf};

use assent_app::vault::{KeyFileError, MasterKeys, VaultError};
use clap::Args;

use super::{Paths, files};
use crate::problem::Problem;

/// The variable that holds the keys themselves. No option does: the list of processes would show it.
const VARIABLE: &str = "ASSENT_MASTER_KEY";

/// Names the master keys.
#[derive(Debug, Clone, Default, Args)]
pub struct MasterKeyFile {
    /// The file with the master key that blobs and keys are encrypted under. It may hold several, one a line: the first one
    /// encrypts, all of them decrypt. `ASSENT_MASTER_KEY` may hold them instead
    #[arg(long, value_name = "FILE", env = "ASSENT_MASTER_KEY_FILE")]
    master_key_file: Option<PathBuf>,
}

impl MasterKeyFile {
    /// The file.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.master_key_file.as_deref()
    }

    /// The keys; none where none were named.
    pub(crate) fn read(&self) -> Result<MasterKeys, Problem> {
        // An empty variable is a mistake, and not the wish to encrypt nothing.
        let variable = std::env::var_os(VARIABLE).map(|text| text.to_string_lossy().replace(',', "\n"));
        match (&self.master_key_file, variable) {
            (None, None) => Ok(MasterKeys::none()),
            (Some(path), None) => read(path),
            (None, Some(text)) => parse(&text, VARIABLE),
            (Some(_), Some(_)) => {
                Err(Problem::new(format!("master keys were given both in a file and in `{VARIABLE}`"))
                    .hint("give one of them: nobody could say which key comes first"))
            }
        }
    }

    /// The keys, which must not lie in one of these folders: who copies the folder would carry them along.
    pub(crate) fn read_outside(&self, paths: &Paths) -> Result<MasterKeys, Problem> {
        let keys = self.read()?;
        if let Some(path) = &self.master_key_file {
            let resolved = path.canonicalize().map_err(|error| Problem::path("read", path, error))?;
            for folder in [&paths.data, &paths.keys] {
                if folder.canonicalize().is_ok_and(|folder| resolved.starts_with(folder)) {
                    let message =
                        format!("the master key `{}` lies in `{}`", path.display(), folder.display());
                    return Err(Problem::new(message)
                        .hint("keep it elsewhere: a copy of the installation must not carry it along"));
                }
            }
        }
        Ok(keys)
    }
}

fn read(path: &Path) -> Result<MasterKeys, Problem> {
    let Some(text) = files::read_text(path)? else {
        return Err(Problem::path("read", path, "it is not there").hint(
            "make a key with `assent admin new-master-key --out FILE`, or name the file that you have",
        ));
    };
    if files::others_may_read(path) {
        tracing::warn!(path = %path.display(), "others on this machine can read the master key: take that right from them");
    }
    parse(&text, &path.display().to_string())
}

fn parse(text: &str, origin: &str) -> Result<MasterKeys, Problem> {
    MasterKeys::parse(text).map_err(|error: KeyFileError| {
        Problem::new(format!("`{origin}` cannot be used: {error}")).hint(
            "one key a line, as `assent admin new-master-key` writes it; lines that begin with `#` are passed over",
        )
    })
}

/// Something that stays shut.
pub(crate) fn shut(what: &str, error: &VaultError) -> Problem {
    let problem = Problem::new(format!("{what} cannot be read: {error}"));
    match error {
        VaultError::UnknownKey { .. } => problem.code("master-key-missing").hint(
            "name the file that holds this master key with --master-key-file; without that key, what is encrypted under it is lost",
        ),
        VaultError::Damaged(_) => problem.hint("bring it back from a backup of the keys"),
    }
}
