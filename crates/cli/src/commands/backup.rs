//! `assent backup`: a copy of an installation, while it runs.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::backup::{Made, make};
use crate::installation::{Database, Paths, system_wiring};
use crate::output::{Answer, Block};
use crate::problem::Problem;

/// Options of `assent backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The data directory; the server may be up or down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Its keys [default: the data directory with `-keys` added]
    #[arg(long, value_name = "DIR")]
    keys_dir: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
    /// The folder for the log, its state and the blobs: new, or empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// The folder for the keys: new, or empty, and better on another machine
    #[arg(long, value_name = "DIR")]
    keys_to: PathBuf,
}

impl Backup {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let Made { size, root, blobs, size_bytes } =
            make(&paths, &self.database, &self.to, &self.keys_to, system_wiring().now())?;
        let json = json!({"folder": self.to, "keysFolder": self.keys_to, "size": size, "root": root, "blobs": blobs,
            "sizeBytes": size_bytes});
        let line =
            format!("{size} entries and {blobs} blobs, verified and replayed, in `{}`", self.to.display());
        Ok(Answer::new(json)
            .with(Block::Good(line))
            .line(format!("the keys in `{}`: keep them apart from the data", self.keys_to.display()))
            .hint("after an erasure, remove the backups of the keys that are older"))
    }
}
