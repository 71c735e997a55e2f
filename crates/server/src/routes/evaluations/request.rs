//! `POST /api/v1/versions/{id}/evaluations`

use std::time::Duration;

use assent_app::Command;
use assent_domain::evaluation::{EvaluationRequested, Lifecycle};
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{DatasetId, Digest, EvaluationId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::Dataset;
use assent_domain::values::BlobRef;
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::desk::Desk;
use crate::evaluating::{self, take_up};
use crate::http::{Caller, Params, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{EvaluationView, Written, accepted, created};

/// The longest that an answer waits for the figures, in seconds.
const MAX_WAIT: u64 = 300;
const DEFAULT_WAIT: u64 = 60;

/// What to evaluate. The labels are those of the data set; only the predictions are the caller's.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEvaluation {
    /// Id of the data set.
    dataset: Uuid,
    /// SHA-256 of the predictions as CSV, uploaded before: a row id named as in the data set, and a prediction.
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

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitParams {
    /// For how many seconds the answer may wait for the figures, 0 to 300; 60 if absent.
    #[param(minimum = 0, maximum = 300)]
    wait: Option<u64>,
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
    Params(WaitParams { wait }): Params<WaitParams>,
    write: Write<NewEvaluation>,
) -> Result<Response, Problem> {
    let wait = wait.unwrap_or(DEFAULT_WAIT);
    if wait > MAX_WAIT {
        return Err(Problem::invalid(format!("`wait` is {wait}: give 0 to {MAX_WAIT} seconds")));
    }
    let (id, Write { sent, body }) = (VersionId(id), write);
    let (caller, predictions) = (sent.caller.clone(), body.predictions);
    let size = app.assent.blobs.size(predictions).await?;
    let task = app.read(move |desk| prepare(desk, &caller, id, body, size)).await?;
    let new = app.id::<EvaluationId>();
    let command = Command::RequestEvaluation(new, Box::new(task));
    let receipt = app.execute(&sent, Some(id.into()), command).await?;
    let id = EvaluationId(receipt.id);
    take_up(app.clone()).await;
    let job = evaluating::wait(&app, id, Duration::from_secs(wait)).await?;
    if let Lifecycle::Failed { code, reason, .. } = &job.lifecycle {
        let (code, reason) = (code.clone(), reason.clone());
        return Err(app.read(move |desk| failure(desk, &code, &reason)).await?);
    }
    let (_, view) = show(&app, &sent.caller, id).await?;
    Ok(if job.state().is_open() { accepted(receipt, view) } else { created(receipt, view) })
}

/// What was found out while it was computed, as if it had been refused at once.
fn failure(desk: &Desk<'_>, code: &str, reason: &assent_domain::Sealed) -> Result<Problem, Problem> {
    let words = desk.words(reason)?.text.unwrap_or_default();
    let known = Code::ALL.iter().find(|known| known.code() == code);
    let code = known.copied().unwrap_or(Code::DataInvalid);
    Ok(Refusal::new(code, words).at("/predictions").into())
}

/// Asks first whether the caller may, then looks at the rest.
fn prepare(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    body: NewEvaluation,
    size: Option<u64>,
) -> Result<EvaluationRequested, Problem> {
    let (model, _) = desk.version(caller, id)?;
    desk.may(caller, Permission::Evaluate, Target::Model(&model))?;
    let dataset = desk.any::<Dataset>(DatasetId(body.dataset))?;
    let dataset = dataset.ok_or_else(|| Problem::not_found("data set", body.dataset).at("/dataset"))?;
    let pack = desk.pack()?;
    check_suites(&pack, &body.suites)?;
    check_texts(&body)?;
    check_protected(&dataset, caller, &body.protected)?;
    check_predictions(desk, &dataset, caller, body.predictions)?;
    let missing = || {
        let message = format!("no blob `{}` was uploaded", body.predictions);
        Refusal::new(Code::BlobMissing, message).at("/predictions")
    };
    let size_bytes = size.ok_or_else(missing)?;
    Ok(EvaluationRequested {
        version: id,
        model: model.id,
        suites: body.suites,
        dataset: dataset.id,
        data_sha256: dataset.facts.blob.sha256,
        predictions: BlobRef { sha256: body.predictions, size_bytes },
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

/// The labels themselves are no predictions, and neither is what the caller may not read.
fn check_predictions(
    desk: &Desk<'_>,
    dataset: &Dataset,
    caller: &Caller,
    digest: Digest,
) -> Result<(), Problem> {
    let own_labels = dataset.facts.blob.sha256 == digest;
    if own_labels || desk.app.contents.is_foreign(desk.view.read(), digest, caller.id())? {
        let message = "these bytes are a data set, not predictions";
        return Err(Refusal::new(Code::DataInvalid, message).at("/predictions").into());
    }
    Ok(())
}
