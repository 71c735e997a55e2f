//! `assent restore`: a backup in a new place.

use std::path::PathBuf;

use assent_app::vault::Vault;
use clap::Args;
use serde_json::json;

use crate::backup::{Sources, restore};
use crate::installation::{Database, MasterKeyFile, Paths, system_wiring};
use crate::output::{Answer, Block};
use crate::problem::Problem;

/// Options of `assent restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup of the data
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// A backup of the keys, made with the data or later
    #[arg(long, value_name = "DIR")]
    keys_from: PathBuf,
    /// The data directory to make: new, or empty
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Where the keys go: new, or empty [default: the data directory with `-keys` added]
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// Who knows of later erasures: a keys directory, a backup of keys, or the file `erased` of one; several times for several
    #[arg(long, value_name = "PATH")]
    erasures: Vec<PathBuf>,
    #[command(flatten)]
    master_key: MasterKeyFile,
}

impl Restore {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let sources = Sources { from: self.from, keys_from: self.keys_from, erasures: self.erasures };
        let vault = Vault::new(self.master_key.read()?, system_wiring());
        let restored = restore(&sources, &paths, &self.database, &vault)?;
        let json = json!({
            "dataDir": paths.data, "keysDir": paths.keys, "size": restored.size, "root": restored.root,
            "program": restored.program, "createdAt": restored.created_at, "erasedBeyondTheLog": restored.beyond_the_log,
        });
        let line = format!(
            "{} entries as of {}, verified and replayed, in `{}`",
            restored.size,
            restored.created_at,
            paths.data.display()
        );
        let answer = Answer::new(json).with(Block::Good(line));
        Ok(match restored.beyond_the_log.len() {
            0 => answer,
            count => answer.line(format!("{count} subjects are erased, and this log does not say so")).hint(
                "record it again: `assent admin erase-subject ID`, after `assent admin principal disable ID` where it is active",
            ),
        })
    }
}
