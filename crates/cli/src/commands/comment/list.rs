//! `assent comment list`

use clap::Args;

use super::Thread;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent comment list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    thread: Thread,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

impl List {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        Ok(super::listed(&context.client()?.list(&self.thread.path(), &[], self.limit)?))
    }
}
