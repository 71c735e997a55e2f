//! Versions and the evidence about them.

use std::collections::BTreeMap;

use assent_app::cases;
use assent_domain::registry::event::Recorded;
use assent_domain::registry::event::{GroupCounts, ScanStatus};
use assent_domain::registry::{
    Artifact, Document, Metric, Model, ScanRecord, SuiteRecord, Version, VersionKind,
};
use assent_domain::values::Provenance;
use assent_domain::workflow::status::Standing;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::emergency::EmergencyFlag;
use super::schemas::{ProvenanceWords, ScanStatusWords, VersionKindWords};
use super::{CardView, RecordedView, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// One immutable version of a model, and the evidence about it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Version)]
pub(crate) struct VersionView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    model: ModelRef,
    /// Its number, from 1.
    number: u64,
    #[schema(value_type = VersionKindWords)]
    kind: VersionKind,
    artifacts: Vec<ArtifactView>,
    /// Training parameters.
    params: BTreeMap<String, String>,
    /// Metrics that the builder reports.
    reported_metrics: BTreeMap<String, f64>,
    /// Data sets it was made with.
    datasets: Vec<Uuid>,
    /// The training run that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_run: Option<String>,
    documents: Vec<DocumentView>,
    /// The latest security scan that somebody reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<ScanView>,
    /// The latest security scan that was measured here; it counts before a reported one.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured_scan: Option<ScanView>,
    /// By suite, its latest evaluation.
    suites: BTreeMap<String, SuiteView>,
    /// Where it stands.
    stage: String,
    stage_since: Timestamp,
    /// That it stands there by an emergency, and nobody has accepted that yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    emergency: Option<EmergencyFlag>,
    /// What to say of it in one word; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<StatusView>,
    registered: RecordedView,
}

/// A version in one word: computed from its stage, its promotions and the gate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = VersionStatus)]
struct StatusView {
    /// `DRAFT`, `IN_REVIEW`, `CHANGES_REQUESTED`, `REJECTED`, `SUSPENDED`, `RETIRED`, or `APPROVED_` and the stage.
    name: String,
    /// What it follows from.
    because: String,
}

/// A model, by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::views) struct ModelRef {
    id: Uuid,
    pub(super) name: String,
    tier: String,
}

/// A file of a version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Artifact)]
pub(super) struct ArtifactView {
    name: String,
    sha256: String,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<String>,
}

/// A document about a version; the newest of a kind counts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Document)]
struct DocumentView {
    /// For example `MODEL_CARD`.
    kind: String,
    name: String,
    sha256: String,
    size_bytes: u64,
    /// How much of it is filled in, where it is a model card or a datasheet of a known form.
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardView>,
    recorded: RecordedView,
}

/// A security scan.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Scan)]
struct ScanView {
    tool: String,
    tool_version: String,
    #[schema(value_type = ScanStatusWords)]
    status: ScanStatus,
    /// Findings by severity.
    findings: BTreeMap<String, u64>,
    /// SHA-256 of the scanner's own report.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    #[schema(value_type = ProvenanceWords)]
    provenance: Provenance,
    recorded: RecordedView,
}

/// What is known of one suite: its latest evaluation, and how many there were.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SuiteRecord)]
struct SuiteView {
    /// How often the version was evaluated on the suite.
    attempts: u64,
    /// Id of the evaluation.
    evaluation: Uuid,
    #[schema(value_type = ProvenanceWords)]
    provenance: Provenance,
    /// The data set whose labels were used.
    dataset: Uuid,
    /// How many rows.
    rows: u64,
    /// Groups with fewer rows are shown, and not compared.
    min_group_size: u64,
    /// What computed it.
    engine: String,
    /// The figures by metric path.
    metrics: BTreeMap<String, MetricView>,
    /// Confusion matrices by group.
    groups: Vec<GroupView>,
    recorded: RecordedView,
}

/// One figure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Metric)]
pub(crate) struct MetricView {
    /// The figure; null where it is undefined.
    value: Option<f64>,
    /// How many rows it rests on.
    n: u64,
    /// Why it is undefined.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<&Metric> for MetricView {
    fn from(metric: &Metric) -> Self {
        Self {
            value: metric.value.map(assent_domain::values::Decimal::get),
            n: metric.n,
            reason: metric.reason.clone(),
        }
    }
}

/// The confusion matrix of one group.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GroupCounts)]
struct GroupView {
    attribute: String,
    group: String,
    /// Whether the group is large enough to be compared.
    compared: bool,
    tn: u64,
    fp: u64,
    #[serde(rename = "fn")]
    fn_: u64,
    tp: u64,
}

impl From<&GroupCounts> for GroupView {
    fn from(group: &GroupCounts) -> Self {
        Self {
            attribute: group.attribute.clone(),
            group: group.group.clone(),
            compared: group.compared,
            tn: group.tn,
            fp: group.fp,
            fn_: group.fn_,
            tp: group.tp,
        }
    }
}

impl From<&Model> for ModelRef {
    fn from(model: &Model) -> Self {
        Self { id: model.id.0, name: model.name.clone(), tier: model.tier.clone() }
    }
}

impl VersionView {
    pub(crate) fn new(desk: &Desk<'_>, model: &Model, held: &Held<Version>) -> Result<Self, Problem> {
        let documents = held.documents.iter().map(|record| document(desk, &record.document, record.recorded));
        let scan = |record: &Option<ScanRecord>| record.as_ref().map(|record| scan(desk, record)).transpose();
        let suites = held.suites.iter().map(|(name, record)| Ok((name.clone(), suite(desk, record)?)));
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            model: model.into(),
            number: held.number,
            kind: held.kind,
            artifacts: held.artifacts.iter().map(artifact).collect(),
            params: held.params.clone(),
            reported_metrics: held
                .reported_metrics
                .iter()
                .map(|(name, value)| (name.clone(), value.get()))
                .collect(),
            datasets: held.datasets.iter().map(|id| id.0).collect(),
            source_run: held.source_run.clone(),
            documents: documents.collect::<Result<_, _>>()?,
            scan: scan(&held.scan)?,
            measured_scan: scan(&held.measured_scan)?,
            suites: suites.collect::<Result<_, Problem>>()?,
            stage: held.stage.clone(),
            stage_since: held.stage_since,
            emergency: EmergencyFlag::of(desk, held)?,
            status: None,
            registered: recorded(desk, held.registered)?,
        })
    }
}

impl VersionView {
    /// A version on a page of its own: with what to say of it in one word.
    pub(crate) fn with_status(desk: &Desk<'_>, model: &Model, held: &Held<Version>) -> Result<Self, Problem> {
        let Standing { status, because } =
            cases::status(&desk.view, desk.app.assent.ledger.packs(), held.id, desk.now)?;
        let status = Some(StatusView { name: status.name(), because });
        Ok(Self { status, ..Self::new(desk, model, held)? })
    }
}

pub(super) fn artifact(artifact: &Artifact) -> ArtifactView {
    ArtifactView {
        name: artifact.name.clone(),
        sha256: artifact.blob.sha256.to_string(),
        size_bytes: artifact.blob.size_bytes,
        format: artifact.format.clone(),
        licence: artifact.licence.clone(),
    }
}

fn document(desk: &Desk<'_>, document: &Document, at: Recorded) -> Result<DocumentView, Problem> {
    Ok(DocumentView {
        kind: document.kind.clone(),
        name: document.name.clone(),
        sha256: document.blob.sha256.to_string(),
        size_bytes: document.blob.size_bytes,
        card: document.card.as_ref().map(CardView::from),
        recorded: recorded(desk, at)?,
    })
}

fn scan(desk: &Desk<'_>, record: &ScanRecord) -> Result<ScanView, Problem> {
    let scan = &record.scan;
    Ok(ScanView {
        tool: scan.tool.clone(),
        tool_version: scan.tool_version.clone(),
        status: scan.status,
        findings: scan.findings.clone(),
        report: scan.report.as_ref().map(|blob| blob.sha256.to_string()),
        provenance: scan.provenance,
        recorded: recorded(desk, record.recorded)?,
    })
}

fn suite(desk: &Desk<'_>, record: &SuiteRecord) -> Result<SuiteView, Problem> {
    let evaluation = &record.evaluation;
    Ok(SuiteView {
        attempts: record.attempts,
        evaluation: evaluation.id.0,
        provenance: evaluation.provenance,
        dataset: evaluation.dataset.0,
        rows: evaluation.rows,
        min_group_size: evaluation.min_group_size,
        engine: evaluation.engine.clone(),
        metrics: evaluation.metrics.iter().map(|(path, metric)| (path.clone(), metric.into())).collect(),
        groups: evaluation.groups.iter().map(GroupView::from).collect(),
        recorded: recorded(desk, record.recorded)?,
    })
}
