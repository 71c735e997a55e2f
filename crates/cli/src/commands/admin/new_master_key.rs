//! `assent admin new-master-key`: 256 random bits in a file.

use std::path::PathBuf;

use assent_app::vault::{MasterKey, MasterKeys};
use clap::Args;
use serde_json::json;

use crate::installation::{files, system_wiring};
use crate::output::{Answer, Block};
use crate::problem::Problem;

/// Options of `assent admin new-master-key`.
#[derive(Debug, Args)]
pub(crate) struct NewMasterKey {
    /// The file to make, readable by you only; outside of the data and the keys directory
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl NewMasterKey {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let key: [u8; 32] = system_wiring().random();
        let id = MasterKey::new(&key).id().to_string();
        files::write_once(&self.out, MasterKeys::write(&key).as_bytes())?;
        let line = format!("the master key `{id}`, in `{}`", self.out.display());
        Ok(Answer::new(json!({"masterKey": id, "file": self.out})).with(Block::Good(line)).hint(
            "keep a copy apart from the installation and from its backups: what is encrypted under this key is lost without it",
        ))
    }
}
