//! Evaluations: asking for them, and what became of them.

mod cancel;
mod get;
mod list;
mod request;
mod scan;

use std::time::Duration;

use assent_app::Command;
use assent_domain::evaluation::{Job, Lifecycle, Task};
use assent_domain::ids::EvaluationId;
use assent_domain::{Code, Refusal, Sealed};
use axum::response::Response;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::evaluating::{self, take_up};
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{EvaluationView, accepted, created};

/// The largest report that is shown, in bytes.
const MAX_REPORT_BYTES: u64 = 256 * 1024 * 1024;
/// The longest that an answer waits, in seconds.
const MAX_WAIT: u64 = 300;
const DEFAULT_WAIT: u64 = 60;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(get::get)).routes(routes!(cancel::cancel))
}

/// Who asks may wait for the figures, longer than for other answers.
pub(super) fn waiting() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request::request)).routes(routes!(scan::scan))
}

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitParams {
    /// For how many seconds the answer may wait for what is found, 0 to 300; 60 if absent.
    #[param(minimum = 0, maximum = 300)]
    wait: Option<u64>,
}

impl WaitParams {
    fn time(&self) -> Result<Duration, Problem> {
        let wait = self.wait.unwrap_or(DEFAULT_WAIT);
        if wait > MAX_WAIT {
            return Err(Problem::invalid(format!("`wait` is {wait}: give 0 to {MAX_WAIT} seconds")));
        }
        Ok(Duration::from_secs(wait))
    }
}

/// Has a task carried out, and waits for its end for a while. What failed by then is answered as if it had been refused at
/// once, at the `pointer` of the request.
async fn asked(
    app: &App,
    sent: &Sent,
    task: Task,
    wait: Duration,
    pointer: Option<&'static str>,
) -> Result<Response, Problem> {
    let (new, version) = (app.id::<EvaluationId>(), task.version());
    let command = Command::RequestEvaluation(new, Box::new(task));
    let receipt = app.execute(sent, Some(version.into()), command).await?;
    let id = EvaluationId(receipt.id);
    take_up(app.clone()).await;
    let job = evaluating::wait(app, id, wait).await?;
    if let Lifecycle::Failed { code, reason, .. } = &job.lifecycle {
        let (code, reason) = (code.clone(), reason.clone());
        return Err(app.read(move |desk| failure(desk, &code, &reason, pointer)).await?);
    }
    let (_, view) = show(app, &sent.caller, id).await?;
    Ok(if job.state().is_open() { accepted(receipt, view) } else { created(receipt, view) })
}

fn failure(
    desk: &Desk<'_>,
    code: &str,
    reason: &Sealed,
    pointer: Option<&'static str>,
) -> Result<Problem, Problem> {
    let words = desk.words(reason)?.text.unwrap_or_default();
    let known = Code::ALL.iter().find(|known| known.code() == code);
    let refusal = Refusal { pointer: pointer.map(str::to_owned), ..Refusal::new(Code::DataInvalid, words) };
    Ok(Refusal { code: known.copied().unwrap_or(refusal.code), ..refusal }.into())
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

async fn report(app: &App, job: &Held<Job>) -> Result<Option<Box<RawValue>>, Problem> {
    let Lifecycle::Finished { report, .. } = &job.lifecycle else { return Ok(None) };
    let json = app.assent.blobs.read(report.sha256, MAX_REPORT_BYTES).await?;
    let report = serde_json::from_slice(&json);
    report.map(Some).map_err(|error| Problem::internal(format!("the report of `{}`: {error}", job.id)))
}
