//! What can be asked about models, versions and data sets.

use std::collections::BTreeMap;

use super::card::NewCard;
use super::event::{Artifact, DatasetRegistered, Document, Evidence, Scan, VersionKind};
use crate::Sealed;
use crate::ids::{DatasetId, PrincipalId};
use crate::values::Decimal;

/// A command on one model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelCommand {
    /// Register it.
    Register {
        /// Its unique name.
        name: String,
        /// What it is for.
        purpose: String,
        /// What it is used for.
        use_cases: Vec<String>,
        /// Labels.
        tags: BTreeMap<String, String>,
        /// Its risk class; classified by the pack's rules if absent, and never below what they say.
        tier: Option<String>,
        /// Who answers for it; who registers it if absent.
        owner: Option<PrincipalId>,
        /// Answers to criteria of the pack; the tier is never below what they ask for.
        criteria: BTreeMap<String, String>,
    },
}

/// What a new version is.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// What it is.
    pub kind: VersionKind,
    /// Its files.
    pub artifacts: Vec<Artifact>,
    /// Training parameters.
    pub params: BTreeMap<String, String>,
    /// Metrics that the builder reports.
    pub reported_metrics: BTreeMap<String, Decimal>,
    /// Data sets it was made with.
    pub datasets: Vec<DatasetId>,
    /// The training run that it came from.
    pub source_run: Option<String>,
}

/// A command on one version.
#[derive(Debug, Clone, PartialEq)]
pub enum VersionCommand {
    /// Attach a document.
    Attach(Document),
    /// Attach a model card that is a record, with what it claims.
    AttachCard(NewCard),
    /// Record a security scan.
    RecordScan(Scan),
    /// Take in the report of another tool.
    AddEvidence(Evidence),
    /// Move it down, or out of service.
    Move {
        /// To which stage.
        to: String,
        /// Why.
        comment: Option<Sealed>,
    },
}

/// A command on one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatasetCommand {
    /// Register it.
    Register(DatasetRegistered),
}
