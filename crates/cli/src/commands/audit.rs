//! `assent audit`: the log.

mod export;
mod log;
mod prove;
mod replay;
mod verify;

use clap::Subcommand;

use super::Context;
use crate::problem::{Exit, Problem};

pub(crate) use log::{People, table};
pub(crate) use prove::{Proven, proven};

/// Commands on the log.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Search the log, newest first, or follow it
    Log(log::Log),
    /// Verify a log on disk: entries, chain, tree, tiles, payloads, checkpoints, and on demand the state
    Verify(verify::Verify),
    /// Fetch the proof that an entry is in the log, and check it here
    Prove(prove::Prove),
    /// Write the log as a folder of files that stock tools read
    Export(export::Export),
    /// Rebuild the state from the log in a separate process, and compare it row by row
    Replay(replay::Replay),
    /// Read entries, write rows: the other half of replay
    #[command(hide = true)]
    Rebuild,
}

impl Audit {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Exit, Problem> {
        let answer = match self {
            Self::Log(command) => return command.run(context),
            Self::Verify(command) => command.run(),
            Self::Prove(command) => command.run(context),
            Self::Export(command) => command.run(),
            Self::Replay(command) => command.run(),
            Self::Rebuild => return crate::audit::rebuild().map(|()| Exit::Done),
        };
        answer.map(|answer| context.printer.answer(&answer))
    }
}
