//! `assent backup`: a copy of an installation, while it runs.

use std::path::PathBuf;

use assent_app::vault::Vault;
use clap::Args;
use serde_json::json;

use crate::backup::{Made, make};
use crate::installation::{Database, MasterKeyFile, Paths, system_wiring};
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
    #[command(flatten)]
    master_key: MasterKeyFile,
}

impl Backup {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let paths = Paths::new(&self.data_dir, self.keys_dir.as_deref())?;
        let vault = Vault::new(self.master_key.read_outside(&paths)?, system_wiring());
        let Made { size, root, blobs, unchecked, size_bytes } =
            make(&paths, &self.database, &self.to, &self.keys_to, &vault, system_wiring().now())?;
        let json = json!({"folder": self.to, "keysFolder": self.keys_to, "size": size, "root": root, "blobs": blobs,
            "uncheckedBlobs": unchecked, "sizeBytes": size_bytes});
        let line =
            format!("{size} entries and {blobs} blobs, verified and replayed, in `{}`", self.to.display());
        let mut answer = Answer::new(json).with(Block::Good(line));
        if unchecked > 0 {
            answer = answer
                .line(format!("{unchecked} encrypted blobs were copied, and not compared with their digests"))
                .hint("name the master key with --master-key-file, and they are");
        }
        Ok(answer
            .line(format!("the keys in `{}`: keep them apart from the data", self.keys_to.display()))
            .hint("after an erasure, remove the backups of the keys that are older"))
    }
}
