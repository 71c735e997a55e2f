//! Evaluations as they stand.

use serde::{Deserialize, Serialize};

use super::event::{EvaluationRequested, ScanRequested};
use crate::event::{Event, Stamp};
use crate::ids::{EvaluationId, ModelId, VersionId};
use crate::registry::event::Recorded;
use crate::values::{BlobRef, Provenance};
use crate::{Sealed, Time};

/// Where an evaluation is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// It waits for a place.
    Queued,
    /// A server computes it.
    Running,
    /// Its figures are evidence.
    Finished,
    /// It could not be computed.
    Failed,
    /// It was called off.
    Cancelled,
}

impl StateName {
    /// As on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether it has not ended.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// What became of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Lifecycle {
    /// It waits for a place.
    Queued,
    /// A server computes it.
    Running {
        /// Since when.
        since: Time,
    },
    /// It was computed.
    Finished {
        /// When.
        at: Time,
        /// How the figures came to be known.
        provenance: Provenance,
        /// The report, as JSON.
        report: BlobRef,
    },
    /// It could not be computed.
    Failed {
        /// When that was found out.
        at: Time,
        /// Why, as a stable code.
        code: String,
        /// Why, in words.
        reason: Sealed,
    },
    /// It was called off.
    Cancelled {
        /// When, and by whom.
        recorded: Recorded,
    },
}

/// What is to be computed, and from what. Which it is shows in the members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Task {
    /// The figures of suites, from predictions and labels.
    Figures(EvaluationRequested),
    /// What the artifacts would do when they are loaded.
    Scan(ScanRequested),
}

impl Task {
    /// The version that it is about.
    pub fn version(&self) -> VersionId {
        match self {
            Self::Figures(task) => task.version,
            Self::Scan(task) => task.version,
        }
    }

    /// The model of the version.
    pub fn model(&self) -> ModelId {
        match self {
            Self::Figures(task) => task.model,
            Self::Scan(task) => task.model,
        }
    }
}

impl From<Task> for Event {
    fn from(task: Task) -> Self {
        match task {
            Task::Figures(task) => Self::EvaluationRequested(task),
            Task::Scan(task) => Self::ScanRequested(task),
        }
    }
}

/// An evaluation that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: EvaluationId,
    /// What is to be computed, from what.
    pub task: Task,
    /// When it was asked for, and by whom.
    pub requested: Recorded,
    /// How often a server began to compute it.
    #[serde(default)]
    pub runs: u32,
    /// What became of it.
    pub lifecycle: Lifecycle,
}

impl Job {
    /// A job that somebody asks for.
    pub fn new(id: EvaluationId, task: Task, stamp: &Stamp) -> Self {
        Self { id, task, requested: stamp.into(), runs: 0, lifecycle: Lifecycle::Queued }
    }

    /// Where it is in its life.
    pub fn state(&self) -> StateName {
        match self.lifecycle {
            Lifecycle::Queued => StateName::Queued,
            Lifecycle::Running { .. } => StateName::Running,
            Lifecycle::Finished { .. } => StateName::Finished,
            Lifecycle::Failed { .. } => StateName::Failed,
            Lifecycle::Cancelled { .. } => StateName::Cancelled,
        }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::EvaluationStarted(started) => {
                self.runs = started.run;
                self.lifecycle = Lifecycle::Running { since: stamp.at };
            }
            Event::EvaluationFinished(finished) => {
                let (provenance, report) = (finished.provenance, finished.report.clone());
                self.lifecycle = Lifecycle::Finished { at: stamp.at, provenance, report };
            }
            Event::EvaluationFailed(failed) => {
                let (code, reason) = (failed.code.clone(), failed.reason.clone());
                self.lifecycle = Lifecycle::Failed { at: stamp.at, code, reason };
            }
            Event::EvaluationReleased(released) => {
                self.runs = released.run.saturating_sub(1);
                self.lifecycle = Lifecycle::Queued;
            }
            Event::EvaluationCancelled(_) => {
                self.lifecycle = Lifecycle::Cancelled { recorded: stamp.into() };
            }
            _ => {}
        }
    }
}
