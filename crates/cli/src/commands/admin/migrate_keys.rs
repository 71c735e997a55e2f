//! `assent admin migrate-keys`: from the file of the keys to PostgreSQL.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::installation::{KeysDatabase, Paths};
use crate::output::{Answer, Block};
use crate::problem::Problem;

/// Options of `assent admin migrate-keys`.
#[derive(Debug, Args)]
pub(crate) struct MigrateKeys {
    /// The data directory; all its servers must be down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Its keys [default: the data directory with `-keys` added]
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    keys_database: KeysDatabase,
}

impl MigrateKeys {
    /// Runs the command. The file is put aside once every key was read back.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let (moved, aside) = self.keys_database.take_over(&paths)?;
        let json = json!({"keys": moved.keys, "destroyed": moved.destroyed, "aside": aside});
        let line =
            format!("moved and read back: {} keys, and {} that were destroyed", moved.keys, moved.destroyed);
        Ok(Answer::new(json)
            .with(Block::Good(line))
            .line(format!("the old file stands aside as `{}`", aside.display()))
            .hint("serve with --keys-database-url, and remove the old file: an erasure does not reach it"))
    }
}
