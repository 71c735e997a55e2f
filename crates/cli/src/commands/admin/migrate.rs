//! `assent admin migrate`: from the embedded store to PostgreSQL.

use std::path::PathBuf;

use assent_log::verify::Level;
use clap::Args;
use serde_json::json;

use crate::audit;
use crate::installation::{Migration, ReadOnly};
use crate::output::{Answer, Block};
use crate::problem::{Exit, Problem};

/// Options of `assent admin migrate`.
#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// The data directory; its server must be down
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    #[command(flatten)]
    migration: Migration,
}

impl Migrate {
    /// Runs the command. The old file is put aside only once the new store was verified and replayed.
    pub(crate) fn run(self) -> Result<Answer, Problem> {
        let (moved, put_aside) = self.migration.copy(&self.data_dir)?;
        let there = ReadOnly::of(&self.data_dir, self.migration.open_target()?)?;
        let keys: Vec<_> = there.vkey.iter().cloned().collect();
        let read = there.store.read()?;
        let findings = audit::verify(&*read, Level::Schema, &keys, &[])?;
        let replayed = audit::replay(&*read)?;
        let sound = findings.is_sound() && replayed.is_sound();
        let json = json!({
            "entries": moved.entries,
            "rows": moved.rows,
            "receipts": moved.receipts,
            "checkpoints": moved.checkpoints,
            "verified": findings.is_sound(),
            "replayed": replayed.is_sound(),
        });
        let line = format!(
            "{} entries, {} rows, {} remembered answers, {} checkpoints",
            moved.entries, moved.rows, moved.receipts, moved.checkpoints
        );
        if !sound {
            let block = Block::Bad(format!("moved, and NOT what it was: {line}"));
            let hint = "the old file still stands; run `assent audit verify --replay` on both, and empty the database before \
                        the next attempt";
            return Ok(Answer::new(json).exit(Exit::No).with(block).hint(hint));
        }
        let aside = put_aside.done()?;
        let answer = Answer::new(json).with(Block::Good(format!("moved, verified and replayed: {line}")));
        Ok(answer.line(format!("the old file stands aside as `{}`", aside.display())).hint(
            "serve it with `assent serve --database-url`, and remove the old file once you have a backup",
        ))
    }
}
