//! Evaluations.

use std::collections::BTreeMap;

use assent_domain::evaluation::{Job, Lifecycle, StateName, Task};
use assent_domain::registry::Version;
use assent_domain::values::Provenance;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::recorded;
use super::schemas::{EvaluationKindWords, EvaluationStateWords, ProvenanceWords};
use super::version::{ArtifactView, artifact};
use super::{RecordedView, Words};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// An evaluation that was asked for, and what it found: figures and groups, never rows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Evaluation)]
pub(crate) struct EvaluationView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    /// Whether figures are computed or the artifacts scanned.
    #[schema(value_type = EvaluationKindWords)]
    kind: &'static str,
    /// Where it is in its life.
    #[schema(value_type = EvaluationStateWords)]
    state: StateName,
    model: Uuid,
    version: Uuid,
    /// Of figures: the data set.
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<Uuid>,
    /// Of figures: the suites.
    #[serde(skip_serializing_if = "Option::is_none")]
    suites: Option<Vec<String>>,
    /// Of figures: SHA-256 of the data with the labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_sha256: Option<String>,
    /// Of figures: SHA-256 of the predictions.
    #[serde(skip_serializing_if = "Option::is_none")]
    predictions_sha256: Option<String>,
    /// Of a scan: the artifacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifacts: Option<Vec<ArtifactView>>,
    /// When it was asked for, and by whom.
    requested: RecordedView,
    /// How often a server began to compute it.
    runs: u32,
    /// Since when it is computed, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    running_since: Option<Timestamp>,
    /// The share of the bytes that were read, 0 to 1; only the server that computes it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<f64>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// How the figures came to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProvenanceWords>)]
    provenance: Option<Provenance>,
    /// Of figures: by suite, how often the version was evaluated on it so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, u64>>)]
    attempts: Option<BTreeMap<String, u64>>,
    /// Of figures: `rows`, `metrics`, `confusionMatrix`, `groups`, `options`, `engine`; of a scan: `status`, `findings`,
    /// `artifacts`, `engine`. In lists it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Box<RawValue>>,
    /// Why it could not be computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<EvaluationProblem>,
    /// When it was cancelled, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled: Option<RecordedView>,
}

/// Why an evaluation could not be computed.
#[derive(Debug, Serialize, ToSchema)]
struct EvaluationProblem {
    /// Stable code, in kebab-case.
    code: String,
    /// What was wrong, with which input.
    detail: Words,
}

impl EvaluationView {
    /// The view without the report.
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<Job>) -> Result<Self, Problem> {
        let mut view = Self {
            id: held.id.0,
            revision: held.revision,
            kind: "FIGURES",
            state: held.state(),
            model: held.task.model().0,
            version: held.task.version().0,
            dataset: None,
            suites: None,
            data_sha256: None,
            predictions_sha256: None,
            artifacts: None,
            requested: recorded(desk, held.requested)?,
            runs: held.runs,
            running_since: None,
            progress: None,
            ended_at: None,
            provenance: None,
            attempts: None,
            report: None,
            problem: None,
            cancelled: None,
        };
        match &held.task {
            Task::Figures(task) => {
                view.dataset = Some(task.dataset.0);
                view.suites = Some(task.suites.clone());
                view.data_sha256 = Some(task.data_sha256.to_string());
                view.predictions_sha256 = Some(task.predictions.sha256.to_string());
            }
            Task::Scan(task) => {
                view.kind = "ARTIFACT_SCAN";
                view.artifacts = Some(task.artifacts.iter().map(artifact).collect());
            }
        }
        view.live(desk, held)?;
        Ok(view)
    }

    /// What became of it.
    fn live(&mut self, desk: &Desk<'_>, held: &Held<Job>) -> Result<(), Problem> {
        match &held.lifecycle {
            Lifecycle::Queued => {}
            Lifecycle::Running { since } => {
                self.running_since = Some(*since);
                self.progress = desk.app.evaluating.progress(held.id);
            }
            Lifecycle::Finished { at, provenance, .. } => {
                (self.ended_at, self.provenance) = (Some(*at), Some(*provenance));
                self.attempts = attempts(desk, held)?;
            }
            Lifecycle::Failed { at, code, reason } => {
                self.ended_at = Some(*at);
                self.problem = Some(EvaluationProblem { code: code.clone(), detail: desk.words(reason)? });
            }
            Lifecycle::Cancelled { recorded: by } => {
                self.ended_at = Some(by.at);
                self.cancelled = Some(recorded(desk, *by)?);
            }
        }
        Ok(())
    }

    /// The same with what was found.
    pub(crate) fn with_report(self, report: Option<Box<RawValue>>) -> Self {
        Self { report, ..self }
    }
}

fn attempts(desk: &Desk<'_>, held: &Held<Job>) -> Result<Option<BTreeMap<String, u64>>, Problem> {
    let Task::Figures(task) = &held.task else { return Ok(None) };
    let version = desk.any::<Version>(task.version)?;
    let version = version.ok_or_else(|| Problem::internal("a version of an evaluation is gone"))?;
    let records = task.suites.iter().filter_map(|suite| Some((suite, version.suites.get(suite)?)));
    Ok(Some(records.map(|(suite, record)| (suite.clone(), record.attempts)).collect()))
}
