//! Evaluations: asked for by somebody, computed by the platform.

use assent_domain::aggregate::AggregateId;
use assent_domain::evaluation::{self, Job, Task};
use assent_domain::event::Change;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::EvaluationId;
use assent_domain::pack::Pack;
use assent_domain::registry::{self, Model, Version};
use assent_domain::{Kind, Refusal};

use super::Hand;
use crate::cases::not_found;
use crate::command::{Found, Ran};
use crate::ledger::Failure;
use crate::unit::Unit;
use crate::view::View;

impl Hand<'_> {
    pub(super) fn request_evaluation(&self, id: EvaluationId, task: Task) -> Result<Vec<Change>, Failure> {
        let version =
            self.unit.get::<Version>(task.version())?.ok_or_else(|| not_found("version", task.version()))?;
        self.may(Permission::Evaluate, Target::Model(&*self.model_of(&version)?))?;
        let requester = self.actor.id.to_string();
        let open = self.unit.ids(Kind::Evaluation, "open_requester_id", &requester)?.len();
        Ok(evaluation::request(id, task, open)?)
    }

    pub(super) fn cancel_evaluation(&self, id: EvaluationId) -> Result<Vec<Change>, Failure> {
        let job = job(self.unit, id)?;
        let model = self.unit.get::<Model>(job.task.model())?;
        let model = model.ok_or_else(|| not_found("model", job.task.model()))?;
        self.may(Permission::Evaluate, Target::Model(&model))?;
        Ok(evaluation::cancel(&job)?)
    }

    fn model_of(&self, version: &Version) -> Result<std::sync::Arc<Model>, Failure> {
        let model = self.unit.get::<Model>(version.model)?;
        Ok(model.ok_or_else(|| not_found("model", version.model))?)
    }
}

/// What a run of the platform comes to.
pub(super) fn ran(
    unit: &Unit<'_>,
    pack: &Pack,
    id: EvaluationId,
    ran: &Ran,
) -> Result<(AggregateId, Vec<Change>), Failure> {
    let job = job(unit, id)?;
    let changes = match ran {
        Ran::Started => evaluation::start(&job)?,
        Ran::Released { run } => evaluation::release(&job, *run)?,
        Ran::Failed { run, code, reason } => evaluation::fail(&job, *run, code.clone(), reason.clone())?,
        Ran::Finished { run, report, found } => {
            let id = job.task.version();
            let version = unit.get::<Version>(id)?.ok_or_else(|| not_found("version", id))?;
            let model = unit.get::<Model>(version.model)?;
            let model = model.ok_or_else(|| not_found("model", version.model))?;
            let (provenance, recorded) = match found {
                Found::Figures(figures) => {
                    let recorded = registry::record_evaluation(&model, &version, (**figures).clone(), pack)?;
                    (figures.provenance, recorded)
                }
                Found::Scan(scan) => {
                    (scan.provenance, registry::record_scan(&model, &version, (**scan).clone()))
                }
            };
            vec![evaluation::finish(&job, *run, provenance, report.clone())?, recorded]
        }
    };
    Ok((id.into(), changes))
}

fn job(unit: &Unit<'_>, id: EvaluationId) -> Result<std::sync::Arc<Job>, Failure> {
    let job = unit.get::<Job>(id)?;
    Ok(job.ok_or_else(|| -> Refusal { not_found("evaluation", id) })?)
}
