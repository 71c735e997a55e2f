//! `assent audit export`: the log as files.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::installation::{Database, ReadOnly};
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent audit export`.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The data directory; the server may be up or down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    database: Database,
    /// The folder to write: new, or empty
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl Export {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let is_used = self.to.read_dir().is_ok_and(|mut entries| entries.next().is_some());
        if is_used {
            return Err(Problem::new(format!("`{}` is not empty", self.to.display()))
                .hint("name a new folder: files of two exports must not mix"));
        }
        let installation = ReadOnly::open(&self.data_dir, &self.database)?;
        let read = installation.store.read()?;
        let size = assent_app::export::export(&*read, &self.to).map_err(|error| {
            Problem::new(error)
                .hint("see that there is space, and that the log verifies: `assent audit verify`")
        })?;
        let vkey = installation.vkey.map(|key| key.vkey());
        let json = json!({"folder": self.to, "size": size, "vkey": vkey});
        let answer = Answer::new(json).line(format!("{size} entries written to `{}`", self.to.display()));
        Ok(match vkey {
            Some(vkey) => answer.hint(format!(
                "verify it with `assent audit verify --export {} --vkey '{vkey}'`",
                self.to.display()
            )),
            None => answer,
        })
    }
}
