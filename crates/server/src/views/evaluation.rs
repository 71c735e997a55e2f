//! Evaluations.

use std::collections::BTreeMap;

use assent_domain::evaluation::{Job, Lifecycle, StateName};
use assent_domain::registry::Version;
use assent_domain::values::Provenance;
use assent_eval::Report;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::recorded;
use super::schemas::{EvaluationStateWords, ProvenanceWords};
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
    /// Where it is in its life.
    #[schema(value_type = EvaluationStateWords)]
    state: StateName,
    model: Uuid,
    version: Uuid,
    dataset: Uuid,
    suites: Vec<String>,
    /// SHA-256 of the data with the labels.
    data_sha256: String,
    /// SHA-256 of the predictions.
    predictions_sha256: String,
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
    /// By suite, how often the version was evaluated on it so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, u64>>)]
    attempts: Option<BTreeMap<String, u64>>,
    /// `rows`, `metrics`, `confusionMatrix`, `groups`, `options`, `engine`; in lists it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Report>,
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
        let task = &held.task;
        let mut view = Self {
            id: held.id.0,
            revision: held.revision,
            state: held.state(),
            model: task.model.0,
            version: task.version.0,
            dataset: task.dataset.0,
            suites: task.suites.clone(),
            data_sha256: task.data_sha256.to_string(),
            predictions_sha256: task.predictions.sha256.to_string(),
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
        match &held.lifecycle {
            Lifecycle::Queued => {}
            Lifecycle::Running { since } => {
                view.running_since = Some(*since);
                view.progress = desk.app.evaluating.progress(held.id);
            }
            Lifecycle::Finished { at, provenance, .. } => {
                (view.ended_at, view.provenance) = (Some(*at), Some(*provenance));
                view.attempts = Some(attempts(desk, held)?);
            }
            Lifecycle::Failed { at, code, reason } => {
                view.ended_at = Some(*at);
                view.problem = Some(EvaluationProblem { code: code.clone(), detail: desk.words(reason)? });
            }
            Lifecycle::Cancelled { recorded: by } => {
                view.ended_at = Some(by.at);
                view.cancelled = Some(recorded(desk, *by)?);
            }
        }
        Ok(view)
    }

    /// The same with what was found.
    pub(crate) fn with_report(self, report: Option<Report>) -> Self {
        Self { report, ..self }
    }
}

fn attempts(desk: &Desk<'_>, held: &Held<Job>) -> Result<BTreeMap<String, u64>, Problem> {
    let version = desk.any::<Version>(held.task.version)?;
    let version = version.ok_or_else(|| Problem::internal("a version of an evaluation is gone"))?;
    let records = held.task.suites.iter().filter_map(|suite| Some((suite, version.suites.get(suite)?)));
    Ok(records.map(|(suite, record)| (suite.clone(), record.attempts)).collect())
}
