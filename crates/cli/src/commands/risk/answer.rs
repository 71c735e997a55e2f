//! `assent risk answer`

use clap::Args;
use serde_json::json;

use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent risk answer`.
#[derive(Debug, Args)]
pub(crate) struct Rating {
    /// Id of the assessment
    assessment: uuid::Uuid,
    /// Id of the risk: that of a template, or a new one
    risk: String,
    /// How likely it is, 1 (rare) to 5 (almost certain)
    #[arg(long, value_name = "1-5")]
    likelihood: u8,
    /// How bad it would be, 1 (negligible) to 5 (catastrophic)
    #[arg(long, value_name = "1-5")]
    impact: u8,
    /// How much of it the controls take away, 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0")]
    effectiveness: String,
    /// What is done about it; several times for several controls
    #[arg(long = "control", value_name = "TEXT")]
    controls: Vec<String>,
    /// Why it is rated so
    #[arg(long)]
    notes: Option<String>,
    /// For a risk of your own: its category
    #[arg(long, requires = "title")]
    category: Option<String>,
    /// For a risk of your own: what could happen
    #[arg(long, requires = "category")]
    title: Option<String>,
}

impl Rating {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut body = json!({
            "risk": self.risk, "likelihood": self.likelihood, "impact": self.impact,
            "effectiveness": self.effectiveness, "controls": self.controls,
        });
        pairs::put(&mut body, "notes", self.notes.as_ref());
        pairs::put(&mut body, "category", self.category.as_ref());
        pairs::put(&mut body, "title", self.title.as_ref());
        let path = format!("/api/v1/assessments/{}/risks", self.assessment);
        Ok(super::written(context.client()?.post(&path, &body)?))
    }
}
