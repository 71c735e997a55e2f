//! Evaluations: asking for them, and what became of them.

mod cancel;
mod get;
mod list;
mod request;

use assent_app::evaluate::MAX_FILE_BYTES;
use assent_domain::evaluation::{Job, Lifecycle};
use assent_domain::ids::EvaluationId;
use assent_eval::Report;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Held;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::EvaluationView;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(get::get)).routes(routes!(cancel::cancel))
}

/// Who asks may wait for the figures, longer than for other answers.
pub(super) fn waiting() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request::request))
}

/// The evaluation as the caller may see it, with its report if it has one.
async fn show(app: &App, caller: &Caller, id: EvaluationId) -> Result<(u64, EvaluationView), Problem> {
    let caller = caller.clone();
    let (held, view) = app
        .read(move |desk| {
            let held = desk.evaluation(&caller, id)?;
            let view = EvaluationView::new(desk, &held)?;
            Ok((held, view))
        })
        .await?;
    let report = report(app, &held).await?;
    Ok((held.revision, view.with_report(report)))
}

async fn report(app: &App, job: &Held<Job>) -> Result<Option<Report>, Problem> {
    let Lifecycle::Finished { report, .. } = &job.lifecycle else { return Ok(None) };
    let json = app.assent.blobs.read(report.sha256, MAX_FILE_BYTES).await?;
    let report = serde_json::from_slice(&json);
    report.map(Some).map_err(|error| Problem::internal(format!("the report of `{}`: {error}", job.id)))
}
