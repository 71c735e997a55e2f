//! What happens to models, versions and data sets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::card::CardRecord;
use crate::Time;
use crate::ids::{DatasetId, EvaluationId, ModelId, PrincipalId, PromotionId, VersionId};
use crate::values::{BlobRef, Decimal, Provenance};

/// How the tier of a model was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", tag = "by", content = "rule")]
pub enum TierSource {
    /// Somebody gave it, and no rule asked for more.
    Given,
    /// The tier rule of that id hit first.
    Rule(String),
    /// The answer to the criterion of that id asked for it first.
    Criterion(String),
    /// The request of that id changed it.
    Change(String),
}

/// A model was registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModelRegistered {
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What it is used for, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_cases: Vec<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub tags: BTreeMap<String, String>,
    /// Its risk class.
    pub tier: String,
    /// How that was found.
    pub tier_source: TierSource,
    /// Who answers for it.
    pub owner: PrincipalId,
    /// By criterion of the pack, what was answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub criteria: BTreeMap<String, String>,
}

/// A model was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerChanged {
    /// Who owned it.
    pub from: PrincipalId,
    /// Who owns it from now on.
    pub to: PrincipalId,
}

/// A model counts one version more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionNumbered {
    /// The version.
    pub version: VersionId,
    /// Its number, from 1.
    pub number: u64,
}

/// What a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VersionKind {
    /// Statistics or classical machine learning.
    Classical,
    /// A neural network.
    Deep,
    /// A large language model.
    Llm,
    /// A prompt.
    Prompt,
    /// An agent.
    Agent,
    /// A model that is only bought.
    Vendor,
}

impl VersionKind {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classical => "CLASSICAL",
            Self::Deep => "DEEP",
            Self::Llm => "LLM",
            Self::Prompt => "PROMPT",
            Self::Agent => "AGENT",
            Self::Vendor => "VENDOR",
        }
    }
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// Its name within the version.
    pub name: String,
    /// Its bytes.
    #[serde(flatten)]
    pub blob: BlobRef,
    /// Its format, for example `onnx`, `joblib`, `json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its licence, as an SPDX expression where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// A version was registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionRegistered {
    /// Of which model.
    pub model: ModelId,
    /// Its number.
    pub number: u64,
    /// What it is.
    pub kind: VersionKind,
    /// The stage where versions begin.
    pub stage: String,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// Training parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub params: BTreeMap<String, String>,
    /// Metrics that the builder reports.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub reported_metrics: BTreeMap<String, Decimal>,
    /// Data sets it was made with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<DatasetId>,
    /// The training run that it came from, as its tracker names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_run: Option<String>,
}

/// A document about a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Its kind, for example `MODEL_CARD`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    #[serde(flatten)]
    pub blob: BlobRef,
    /// How much of it is filled in, where it is a model card or a datasheet of a known form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardRecord>,
}

/// The verdict of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ScanStatus {
    /// Nothing that speaks against the version.
    Passed,
    /// Something that does.
    Failed,
}

/// The result of a security scan of a version's artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scan {
    /// The scanner.
    pub tool: String,
    /// Its version.
    pub tool_version: String,
    /// The verdict.
    pub status: ScanStatus,
    /// Findings by severity, for example `{"CRITICAL": 1}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub findings: BTreeMap<String, u64>,
    /// The scanner's own report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<BlobRef>,
    /// How the verdict came to be known.
    pub provenance: Provenance,
}

/// What another tool says about a version, taken in as evidence. It is REPORTED, always.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The format of the report, for example `SARIF`.
    pub format: String,
    /// The tool.
    pub tool: String,
    /// Its version, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<String>,
    /// How many findings, for each severity.
    #[serde(with = "crate::values::pairs")]
    pub findings: BTreeMap<String, u64>,
    /// The figures by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub metrics: BTreeMap<String, ReportedFigure>,
    /// How many things a reader must know before believing the rest.
    pub warnings: u64,
    /// The report as the tool wrote it.
    pub report: BlobRef,
}

/// One figure of a report.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReportedFigure {
    /// The figure.
    pub value: Decimal,
    /// Of how many it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Where the true figure lies at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lower: Option<Decimal>,
    /// Where it lies at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upper: Option<Decimal>,
}

/// One measured figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metric {
    /// The figure; absent where it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Decimal>,
    /// How many rows it rests on.
    pub n: u64,
    /// Why it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The confusion matrix of one group: all rates follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupCounts {
    /// The protected attribute.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Whether it is large enough to be compared.
    pub compared: bool,
    /// True negatives.
    pub tn: u64,
    /// False positives.
    pub fp: u64,
    /// False negatives.
    #[serde(rename = "fn")]
    pub fn_: u64,
    /// True positives.
    pub tp: u64,
}

/// An evaluation of a version on data: what was computed, from what, by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    /// Its id.
    pub id: EvaluationId,
    /// The suites that were run.
    pub suites: Vec<String>,
    /// How the figures came to be known.
    pub provenance: Provenance,
    /// The data set whose labels were used.
    pub dataset: DatasetId,
    /// Digest of the data with the labels.
    pub data_sha256: crate::ids::Digest,
    /// Digest of the predictions.
    pub predictions_sha256: crate::ids::Digest,
    /// How many rows.
    pub rows: u64,
    /// Groups with fewer rows are shown, and not compared.
    pub min_group_size: u64,
    /// Name and version of what computed it.
    pub engine: String,
    /// The figures by metric path.
    #[serde(with = "crate::values::pairs")]
    pub metrics: BTreeMap<String, Metric>,
    /// Confusion matrices by group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupCounts>,
}

/// A version moved to another stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionStageChanged {
    /// Where it stood.
    pub from: String,
    /// Where it stands.
    pub to: String,
    /// The promotion that moved it up, or whose rejection sent it back; absent where somebody moved it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<PromotionId>,
    /// The version that took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<VersionId>,
    /// Why, in the words of who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<crate::Sealed>,
}

/// How sensitive data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Classification {
    /// Anyone may see it.
    Public,
    /// Everybody inside may.
    Internal,
    /// Those who need it may; personal data is at least this.
    Confidential,
    /// Named people may; special categories of personal data are this.
    Restricted,
}

impl Classification {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "PUBLIC",
            Self::Internal => "INTERNAL",
            Self::Confidential => "CONFIDENTIAL",
            Self::Restricted => "RESTRICTED",
        }
    }
}

/// The columns of a data set on which predictions are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Labels {
    /// The column that names a row.
    pub id: String,
    /// The column with the true value.
    pub label: String,
    /// Values of the label that count as positive; the engine's defaults if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positive: Vec<String>,
    /// What the label is.
    #[serde(default, skip_serializing_if = "LabelTask::is_binary")]
    pub task: LabelTask,
}

/// What a label is, and a prediction of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LabelTask {
    /// Positive or negative.
    #[default]
    Binary,
    /// One of several classes.
    Multiclass,
    /// A number.
    Regression,
}

impl LabelTask {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the member by reference")]
    fn is_binary(&self) -> bool {
        *self == Self::Binary
    }
}

/// A version of a data set was registered. Who registers it is its steward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetRegistered {
    /// Its name.
    pub name: String,
    /// Its version within the name, as the steward counts.
    pub number: u64,
    /// Its bytes.
    pub blob: BlobRef,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// How sensitive it is.
    pub classification: Classification,
    /// Columns with protected or otherwise sensitive attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitive_attributes: Vec<String>,
    /// Its datasheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datasheet: Option<BlobRef>,
    /// How much of that is filled in, where it is of a known form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datasheet_card: Option<CardRecord>,
    /// Where it holds labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// The suites that it is designated for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub designated_for: Vec<String>,
}

/// When something was recorded, and by whom: kept beside evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: PrincipalId,
}

impl From<&crate::Stamp> for Recorded {
    fn from(stamp: &crate::Stamp) -> Self {
        Self { at: stamp.at, by: stamp.actor }
    }
}
