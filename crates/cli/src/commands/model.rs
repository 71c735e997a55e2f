//! `assent model`: models.

mod list;
mod reclassify;
pub(super) mod register;
mod show;
mod tier_change;

use clap::Subcommand;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// Commands on models.
#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// Register a model
    Register(register::Register),
    /// List models
    List(list::List),
    /// Show a model and its versions
    Show(show::Show),
    /// Ask for another tier of a model
    Reclassify(reclassify::Reclassify),
    /// Requests for another tier
    #[command(subcommand)]
    TierChange(tier_change::TierChange),
}

impl Model {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match self {
            Self::Register(command) => command.run(context),
            Self::List(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Reclassify(command) => command.run(context),
            Self::TierChange(command) => command.run(context),
        }
    }
}

/// What is shown of a model.
pub(super) const FACTS: [(&str, &str); 9] = [
    ("id", "/id"),
    ("name", "/name"),
    ("tier", "/tier"),
    ("tier rule", "/tierRule"),
    ("tier criterion", "/tierCriterion"),
    ("tier change", "/tierChange"),
    ("purpose", "/purpose"),
    ("use cases", "/useCases"),
    ("owner", "/owner/name"),
];
