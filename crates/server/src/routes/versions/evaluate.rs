//! `POST /api/v1/versions/{id}/evaluations`

use std::sync::Arc;

use assent_app::Command;
use assent_app::evaluate::{self, MAX_FILE_BYTES, Task};
use assent_domain::identity::{Permission, Principal, Target};
use assent_domain::ids::{DatasetId, Digest, EvaluationId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::registry::{Dataset, Version, VersionCommand};
use assent_domain::values::Provenance;
use assent_domain::{Code, Refusal, text};
use assent_eval::Report;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::ProvenanceWords;
use crate::views::{Written, created};

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

/// What an evaluation found: figures and groups, never rows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvaluationAnswer {
    id: Uuid,
    version: Uuid,
    dataset: Uuid,
    #[schema(value_type = ProvenanceWords)]
    provenance: Provenance,
    /// By suite, how often the version was evaluated on it, this time included.
    #[schema(value_type = std::collections::BTreeMap<String, u64>)]
    attempts: std::collections::BTreeMap<String, u64>,
    /// `rows`, `metrics`, `confusionMatrix`, `groups`, `options`, `engine`.
    #[schema(value_type = Object)]
    report: Report,
}

/// What was read before anything is computed.
struct Prepared {
    dataset: Arc<Dataset>,
    pack: Arc<Pack>,
    provenance: Provenance,
    task: Task,
}

/// Evaluates a version on a data set, records the figures, and gives the report.
#[utoipa::path(post, path = "/api/v1/versions/{id}/evaluations", tag = "versions", operation_id = "evaluateVersion",
    params(("id" = Uuid, Path, description = "Id of the version"), WriteHeaders), request_body = NewEvaluation,
    responses((status = 201, description = "Evaluated", body = Written<EvaluationAnswer>), Problems))]
pub(crate) async fn evaluate(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewEvaluation>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (VersionId(id), write);
    let (caller, predictions) = (sent.caller.clone(), body.predictions);
    let prepared = app.read(move |desk| prepare(desk, &caller, id, body)).await?;
    let (prepared, report) = run(&app, prepared, predictions).await?;
    let Prepared { dataset, provenance, task, .. } = prepared;
    let record = evaluate::record(&task, &report, &dataset, provenance, predictions);
    let command = Command::Version(id, Box::new(VersionCommand::RecordEvaluation(record)));
    let receipt = app.execute(&sent, Some(id.into()), command).await?;
    let version =
        app.read(move |desk| desk.any::<Version>(id)?.ok_or_else(|| Problem::not_found("version", id)));
    let version = version.await?;
    let records = task.suites.iter().filter_map(|suite| Some((suite.clone(), version.suites.get(suite)?)));
    let recorded =
        task.suites.first().and_then(|suite| version.suites.get(suite)).filter(|_| receipt.replayed);
    let answer = EvaluationAnswer {
        id: recorded.map_or(task.id, |record| record.evaluation.id).0,
        version: id.0,
        dataset: dataset.id.0,
        provenance,
        attempts: records.map(|(suite, record)| (suite, record.attempts)).collect(),
        report,
    };
    Ok(created(receipt, answer))
}

/// Asks first whether the caller may, then looks at the rest.
fn prepare(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    body: NewEvaluation,
) -> Result<Prepared, Problem> {
    let (model, version) = desk.version(caller, id)?;
    desk.may(caller, Permission::Evaluate, Target::Model(&model))?;
    let dataset = desk.any::<Dataset>(DatasetId(body.dataset))?;
    let dataset = dataset.ok_or_else(|| Problem::not_found("data set", body.dataset).at("/dataset"))?;
    let pack = desk.pack()?;
    check_suites(&pack, &body.suites)?;
    check_protected(&dataset, caller, &body.protected)?;
    check_predictions(desk, &dataset, caller, body.predictions)?;
    let principal = |id| desk.any::<Principal>(id)?.ok_or_else(|| Problem::not_found("principal", id));
    let steward = principal(dataset.steward)?;
    let [builder, owner] = evaluate::builders(&model, &version).map(principal);
    let builders = [&*builder?.state, &*owner?.state];
    let provenance = evaluate::provenance(&body.suites, &dataset, &steward, &builders);
    let task = Task {
        id: desk.app.id::<EvaluationId>(),
        suites: body.suites,
        prediction: body.prediction,
        positive: body.positive,
        score: body.score,
        protected: body.protected,
    };
    Ok(Prepared { dataset: dataset.state, pack, provenance, task })
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

/// Computes the report in one of the places for evaluations, which bound the memory as well.
async fn run(app: &App, prepared: Prepared, predictions: Digest) -> Result<(Prepared, Report), Problem> {
    let place = Arc::clone(&app.evaluations).acquire_owned().await;
    let place = place.map_err(|error| Problem::internal(error.to_string()))?;
    let labels = app.assent.blobs.read(prepared.dataset.facts.blob.sha256, MAX_FILE_BYTES).await?;
    let predictions = app.assent.blobs.read(predictions, MAX_FILE_BYTES).await?;
    app.blocking(move |_| {
        let report = evaluate::run(&prepared.task, &prepared.dataset, &prepared.pack, &labels, &predictions);
        drop(place);
        Ok((prepared, report?))
    })
    .await
}
