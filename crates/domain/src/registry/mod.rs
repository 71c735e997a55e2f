//! Models, their immutable versions, data sets, and the evidence that versions gather.
//!
//! A version is fixed when it is registered: artifacts, parameters, reported metrics, data sets. What comes later is
//! evidence about it (documents, scans, reports of other tools, evaluations) and where it stands. Bytes live outside, by their SHA-256. Of
//! evaluations the state keeps the latest of each suite and the number of attempts: the latest counts, never the best.
//!
//! Invariants: the name of a model and the number of a version are unique; a version never moves up but by a promotion;
//! a figure always says how it came to be known.

pub mod card;
mod command;
mod dataset;
mod decide;
pub mod event;
mod model;
mod version;

pub use command::{DatasetCommand, ModelCommand, NewVersion, VersionCommand};
pub use dataset::Dataset;
pub use decide::{
    attach_card, decide_dataset, decide_model, decide_version, record_evaluation, record_scan,
    register_version,
};
pub use event::{
    Artifact, Document, Evaluation, Evidence, GroupCounts, Metric, ReportedFigure, Scan, ScanStatus,
    VersionKind,
};
pub use model::{FormerOwner, Model};
pub use version::{EvidenceRecord, ScanRecord, SuiteRecord, Version};
