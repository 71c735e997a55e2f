//! What happens to evaluations.

use serde::{Deserialize, Serialize};

use crate::Sealed;
use crate::ids::{DatasetId, Digest, ModelId, VersionId};
use crate::registry::event::Artifact;
use crate::values::{BlobRef, Provenance};

/// An evaluation was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvaluationRequested {
    /// What is evaluated.
    pub version: VersionId,
    /// Its model.
    pub model: ModelId,
    /// The suites.
    pub suites: Vec<String>,
    /// The data set with the labels.
    pub dataset: DatasetId,
    /// SHA-256 of the data with the labels.
    pub data_sha256: Digest,
    /// The predictions.
    pub predictions: BlobRef,
    /// The column of the predictions.
    pub prediction: String,
    /// Its values that count as positive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positive: Vec<String>,
    /// The column with scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// Protected attributes beside those that the data set declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
}

/// A scan of the artifacts of a version was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanRequested {
    /// Whose artifacts are scanned.
    pub version: VersionId,
    /// Its model.
    pub model: ModelId,
    /// All of them, by digest.
    pub artifacts: Vec<Artifact>,
}

/// A server began to compute an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationStarted {
    /// Which run this is, from 1: every start counts.
    pub run: u32,
}

/// An evaluation was computed; its figures follow in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationFinished {
    /// The run that did it.
    pub run: u32,
    /// How the figures came to be known.
    pub provenance: Provenance,
    /// The report, as JSON.
    pub report: BlobRef,
}

/// An evaluation could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationFailed {
    /// The run that found it out.
    pub run: u32,
    /// Why, as a stable code.
    pub code: String,
    /// Why, in words, which may hold what stood in the data.
    pub reason: Sealed,
}

/// A server stopped in good order before it was done: the evaluation waits again, and the run does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationReleased {
    /// The run that was not done.
    pub run: u32,
}

/// An evaluation was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationCancelled {}
