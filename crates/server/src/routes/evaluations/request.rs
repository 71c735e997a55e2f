//! `POST /api/v1/versions/{id}/evaluations`

use assent_app::naming::Named;
use assent_domain::evaluation::{EvaluationRequested, Task};
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{DatasetId, Digest, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::Dataset;
use assent_domain::values::BlobRef;
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{WaitParams, asked};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{EvaluationView, Written};

/// What to evaluate. The labels are those of the data set; only the predictions are the caller's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEvaluation {
    /// Id of the data set.
    dataset: Uuid,
    /// SHA-256 of the predictions, uploaded before, as CSV, JSON lines, Parquet or Arrow IPC: a row id named as in the data
    /// set, and a prediction.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    predictions: Digest,
    /// The column of the predictions.
    prediction: String,
    /// Its values that count as positive.
    #[serde(default)]
    positive: Vec<String>,
    /// The column with scores.
    score: Option<String>,
    /// Protected attributes; the sensitive columns of the data set if absent. Others can be named by the steward only: by
    /// groups of any column somebody could read the labels.
    #[serde(default)]
    protected: Vec<String>,
    /// The suites.
    #[schema(min_items = 1)]
    suites: Vec<String>,
}

/// Asks for an evaluation of a version on a data set, and waits for its figures for a while. It goes on whether somebody
/// waits or not: `GET /api/v1/evaluations/{id}` shows what became of it.
#[utoipa::path(post, path = "/api/v1/versions/{id}/evaluations", tag = "evaluations", operation_id = "evaluateVersion",
    params(("id" = Uuid, Path, description = "Id of the version"), WaitParams, WriteHeaders), request_body = NewEvaluation,
    responses((status = 201, description = "Evaluated", body = Written<EvaluationView>),
        (status = 202, description = "Asked for, and not computed yet", body = Written<EvaluationView>), Problems))]
pub(crate) async fn request(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    Params(wait): Params<WaitParams>,
    write: Write<NewEvaluation>,
) -> Result<Response, Problem> {
    let wait = wait.time()?;
    let (id, Write { sent, body }) = (VersionId(id), write);
    let caller = sent.caller.clone();
    may_ask(&app, &caller, id).await?;
    let predictions = app.named(&caller, Named::new(body.predictions, "/predictions")).await;
    let task = app.read(move |desk| prepare(desk, &caller, id, body, predictions)).await?;
    asked(&app, &sent, Task::Figures(task), wait, Some("/predictions")).await
}

/// Before anything is looked for that costs more.
async fn may_ask(app: &App, caller: &Caller, id: VersionId) -> Result<(), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let (model, _) = desk.version(&caller, id)?;
        desk.may(&caller, Permission::Evaluate, Target::Model(&model))
    })
    .await
}

/// Asks first whether the caller may, then looks at the rest.
fn prepare(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    body: NewEvaluation,
    predictions: Result<BlobRef, Problem>,
) -> Result<EvaluationRequested, Problem> {
    let (model, _) = desk.version(caller, id)?;
    desk.may(caller, Permission::Evaluate, Target::Model(&model))?;
    let dataset = desk.any::<Dataset>(DatasetId(body.dataset))?;
    let dataset = dataset.ok_or_else(|| Problem::not_found("data set", body.dataset).at("/dataset"))?;
    let pack = desk.pack()?;
    check_suites(&pack, &body.suites)?;
    check_texts(&body)?;
    check_protected(&dataset, caller, &body.protected)?;
    let predictions = predictions?;
    check_predictions(&dataset, &predictions)?;
    Ok(EvaluationRequested {
        version: id,
        model: model.id,
        suites: body.suites,
        dataset: dataset.id,
        data_sha256: dataset.facts.blob.sha256,
        predictions,
        prediction: body.prediction,
        positive: body.positive,
        score: body.score,
        protected: body.protected,
    })
}

/// Names of columns and values: what the log keeps of them is bounded.
fn check_texts(body: &NewEvaluation) -> Result<(), Refusal> {
    text::line("/prediction", &body.prediction)?;
    body.score.as_ref().map_or(Ok(()), |score| text::line("/score", score))?;
    for (pointer, list) in [("/positive", &body.positive), ("/protected", &body.protected)] {
        text::distinct(pointer, list.iter().map(String::as_str))?;
        list.iter().try_for_each(|item| text::line(pointer, item))?;
    }
    Ok(())
}

fn check_suites(pack: &Pack, suites: &[String]) -> Result<(), Refusal> {
    if suites.is_empty() {
        return Err(Refusal::new(Code::InvalidValue, "no suite is named").at("/suites"));
    }
    text::distinct("/suites", suites.iter().map(String::as_str))?;
    match suites.iter().find(|suite| pack.suite(suite).is_none()) {
        Some(suite) => Err(pack.unknown_suite(suite).at("/suites")),
        None => Ok(()),
    }
}

fn check_protected(dataset: &Dataset, caller: &Caller, protected: &[String]) -> Result<(), Refusal> {
    if dataset.steward == caller.id() {
        return Ok(());
    }
    let declared = &dataset.facts.sensitive_attributes;
    match protected.iter().find(|column| !declared.contains(column)) {
        Some(column) => {
            let message = format!(
                "`{column}` is no sensitive attribute of the data set; it has {}",
                declared.join(", ")
            );
            Err(Refusal::new(Code::NotTheSteward, message).at("/protected"))
        }
        None => Ok(()),
    }
}

/// The labels themselves are no predictions, whoever has them.
fn check_predictions(dataset: &Dataset, predictions: &BlobRef) -> Result<(), Refusal> {
    if dataset.facts.blob.sha256 == predictions.sha256 {
        let message = "these bytes are the data set, not predictions";
        return Err(Refusal::new(Code::DataInvalid, message).at("/predictions"));
    }
    Ok(())
}
