//! `assent system register`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent system register`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Its unique name
    name: String,
    /// What it is for
    #[arg(long)]
    purpose: String,
    /// In which role the organisation answers for it: PROVIDER, DEPLOYER or `PROVIDER_AND_DEPLOYER`
    #[arg(long)]
    role: String,
    /// The area of Annex III of the EU AI Act that the use is listed in, for example EMPLOYMENT, or `NOT_LISTED`
    #[arg(long)]
    category: Option<String>,
    /// Who answers for it: id or name; who registers it if absent
    #[arg(long)]
    owner: Option<String>,
    /// What it must not be used for; several times for several restrictions
    #[arg(long = "restriction", value_name = "TEXT")]
    restrictions: Vec<String>,
    /// What it is worth
    #[arg(long, value_name = "TEXT")]
    business_justification: Option<String>,
    /// By what it is told whether it does what it is for; several times for several criteria
    #[arg(long = "success-criterion", value_name = "TEXT")]
    success_criteria: Vec<String>,
    /// A version that it uses: id, or `model:number`; several times for several versions
    #[arg(long = "uses", value_name = "VERSION")]
    uses: Vec<String>,
}

impl Register {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let uses = self.uses.iter().map(|version| names::version_id(&client, version));
        let mut body = json!({
            "name": self.name,
            "purpose": self.purpose,
            "role": self.role.to_uppercase(),
            "restrictions": self.restrictions,
            "successCriteria": self.success_criteria,
            "uses": uses.collect::<Result<Vec<String>, Problem>>()?,
        });
        pairs::put(&mut body, "category", self.category.map(|category| category.to_uppercase()).as_ref());
        pairs::put(&mut body, "businessJustification", self.business_justification.as_ref());
        let owner = self.owner.map(|owner| names::principal_id(&client, &owner)).transpose()?;
        pairs::put(&mut body, "owner", owner.as_ref());
        let answer = client.post("/api/v1/systems", &body)?;
        let object = answer.get("object").cloned().unwrap_or_default();
        Ok(Answer::new(answer).table(Table::facts(&object, &super::FACTS)))
    }
}
