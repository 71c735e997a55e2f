//! `assent model register`

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent model register`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Its unique name
    name: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// What it is used for; several times for several uses
    #[arg(long = "use-case", value_name = "TEXT")]
    use_cases: Vec<String>,
    /// A label; several times for several labels
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = pairs::parse)]
    tags: Vec<(String, String)>,
    /// Its risk class, if the rules of the pack are not to decide alone
    #[arg(long)]
    tier: Option<String>,
    /// An answer to a criterion of the pack; several times for several criteria
    #[arg(long = "criterion", value_name = "CRITERION=ANSWER", value_parser = pairs::parse)]
    criteria: Vec<(String, String)>,
    /// Who answers for it: id or name; who registers it if absent
    #[arg(long)]
    owner: Option<String>,
}

impl Register {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let answer = client.post("/api/v1/models", &self.body(&client)?)?;
        let object = answer.get("object").cloned().unwrap_or_default();
        Ok(Answer::new(answer).table(Table::facts(&object, &super::FACTS)))
    }

    /// The model as it is sent.
    pub(in crate::commands) fn body(self, client: &Client) -> Result<Value, Problem> {
        let mut body = json!({"name": self.name, "purpose": self.purpose});
        pairs::put(&mut body, "useCases", (!self.use_cases.is_empty()).then_some(&self.use_cases));
        let tags: BTreeMap<String, String> = self.tags.into_iter().collect();
        pairs::put(&mut body, "tags", (!tags.is_empty()).then_some(&tags));
        pairs::put(&mut body, "tier", self.tier.as_ref());
        let criteria: BTreeMap<String, String> = self.criteria.into_iter().collect();
        pairs::put(&mut body, "criteria", (!criteria.is_empty()).then_some(&criteria));
        let owner = self.owner.map(|owner| names::principal_id(client, &owner)).transpose()?;
        pairs::put(&mut body, "owner", owner.as_ref());
        Ok(body)
    }
}
