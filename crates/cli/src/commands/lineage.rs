//! `assent lineage`: where things come from, and what came of them.

mod dvc;
mod edges;
mod events;
mod import;
mod md5;
mod retract;
mod show;

use clap::{Args, Subcommand};

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// `assent lineage NAME`, or one of the commands on lineage.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Lineage {
    #[command(subcommand)]
    command: Option<Step>,
    #[command(flatten)]
    show: Option<show::Show>,
}

/// Commands on lineage.
#[derive(Debug, Subcommand)]
enum Step {
    /// Take in what other tools know: files of DVC, or events of `OpenLineage`
    Import(import::Import),
    /// List the edges of one node in one direction, all of them
    Edges(edges::Edges),
    /// Take back what you said of an edge
    Retract(retract::Retract),
}

impl Lineage {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match (self.command, self.show) {
            (Some(Step::Import(command)), _) => command.run(context),
            (Some(Step::Edges(command)), _) => command.run(context),
            (Some(Step::Retract(command)), _) => command.run(context),
            (None, Some(show)) => show.run(context),
            (None, None) => Err(Problem::new("nothing to show")
                .hint("give a version or a data set as `name:number`; see `assent lineage --help`")),
        }
    }
}
