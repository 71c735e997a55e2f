//! `assent report audit`

use clap::Args;
use uuid::Uuid;

use super::report;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;

/// Options of `assent report audit`.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// What happened to the model of that name or id, and to its versions
    #[arg(long)]
    model: Option<String>,
    /// What happened to one thing: its kind, for example `PROMOTION`
    #[arg(long, requires = "subject_id", value_name = "KIND")]
    subject_kind: Option<String>,
    /// The id of that thing
    #[arg(long, requires = "subject_kind", value_name = "ID")]
    subject_id: Option<Uuid>,
    /// What the principal of that id did
    #[arg(long, value_name = "ID")]
    actor: Option<Uuid>,
    /// Not before this time, as in `2026-11-01T00:00:00Z`
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time; now if absent
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Audit {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let model = self.model.map(|model| names::model_id(&client, &model)).transpose()?;
        let query = [
            ("model", model),
            ("subjectKind", self.subject_kind),
            ("subjectId", self.subject_id.map(|id| id.to_string())),
            ("actor", self.actor.map(|id| id.to_string())),
            ("from", self.from),
            ("until", self.until),
        ];
        report(context, &client, "/api/v1/reports/audit", &query)
    }
}
