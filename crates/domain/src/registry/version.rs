//! A version as it stands, with the evidence about it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::{
    Artifact, Document, Evaluation, Evidence, Recorded, Scan, VersionKind, VersionRegistered,
};
use crate::Time;
use crate::event::{Event, Stamp};
use crate::ids::{DatasetId, Digest, ModelId, VersionId};
use crate::values::{Decimal, Provenance};

/// A document with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// The document.
    pub document: Document,
    /// When it was attached, and by whom.
    pub recorded: Recorded,
}

/// A scan with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanRecord {
    /// The scan.
    pub scan: Scan,
    /// When it was recorded, and by whom.
    pub recorded: Recorded,
}

/// The report of another tool with its record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// What it says.
    pub evidence: Evidence,
    /// When it was taken in, and by whom.
    pub recorded: Recorded,
}

/// What is known of one suite: its latest evaluation, and how many there were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuiteRecord {
    /// How often the version was evaluated on the suite.
    pub attempts: u64,
    /// The latest evaluation.
    pub evaluation: Evaluation,
    /// When it was recorded, and by whom it was asked for.
    pub recorded: Recorded,
}

/// One immutable version of a model, and the evidence about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its id.
    pub id: VersionId,
    /// Of which model.
    pub model: ModelId,
    /// Its number, from 1.
    pub number: u64,
    /// What it is.
    pub kind: VersionKind,
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
    /// The training run that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_run: Option<String>,
    /// Documents about it; the newest of a kind counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<DocumentRecord>,
    /// The latest security scan that somebody reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanRecord>,
    /// The latest security scan that was measured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_scan: Option<ScanRecord>,
    /// Reports of other tools, oldest first; the latest of a tool counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRecord>,
    /// By suite, its latest evaluation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub suites: BTreeMap<String, SuiteRecord>,
    /// Where it stands.
    pub stage: String,
    /// Since when.
    pub stage_since: Time,
    /// Every stage in which it has stood.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stood_in: BTreeSet<String>,
    /// When it was registered, and by whom: its creator.
    pub registered: Recorded,
}

impl Version {
    /// The version that the event registers.
    pub fn new(id: VersionId, event: &VersionRegistered, stamp: &Stamp) -> Self {
        Self {
            id,
            model: event.model,
            number: event.number,
            kind: event.kind,
            artifacts: event.artifacts.clone(),
            params: event.params.clone(),
            reported_metrics: event.reported_metrics.clone(),
            datasets: event.datasets.clone(),
            source_run: event.source_run.clone(),
            documents: Vec::new(),
            scan: None,
            measured_scan: None,
            evidence: Vec::new(),
            suites: BTreeMap::new(),
            stage: event.stage.clone(),
            stage_since: stamp.at,
            stood_in: BTreeSet::from([event.stage.clone()]),
            registered: stamp.into(),
        }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::DocumentAttached(document) => self.attach(document, stamp),
            Event::ScanRecorded(scan) => self.scanned(scan, stamp),
            Event::EvidenceAdded(evidence) => {
                self.evidence.push(EvidenceRecord { evidence: evidence.clone(), recorded: stamp.into() });
            }
            Event::EvaluationRecorded(evaluation) => self.evaluated(evaluation, stamp),
            Event::VersionStageChanged(moved) => {
                self.stage.clone_from(&moved.to);
                self.stage_since = stamp.at;
                self.stood_in.insert(moved.to.clone());
            }
            _ => {}
        }
    }

    /// The security scan that counts: no report takes the place of what was measured.
    pub fn counting_scan(&self) -> Option<&ScanRecord> {
        self.measured_scan.as_ref().or(self.scan.as_ref())
    }

    /// Whether it holds these bytes now: as an artifact, as what stands beside those, or as the report of a scan. A document
    /// that another of its kind took the place of is held no more: attached once more it would be handed out again.
    pub fn holds(&self, sha256: Digest) -> bool {
        let scans = [&self.scan, &self.measured_scan].into_iter().flatten();
        self.artifacts.iter().any(|artifact| artifact.blob.sha256 == sha256)
            || self.attached().any(|held| held == sha256)
            || scans.filter_map(|record| record.scan.report.as_ref()).any(|report| report.sha256 == sha256)
    }

    /// What it hands out beside its artifacts: the newest document of each kind, and the reports of other tools.
    pub fn attached(&self) -> impl Iterator<Item = Digest> + '_ {
        let mut kinds = BTreeSet::new();
        let newest = self.documents.iter().rev().filter(move |record| kinds.insert(&record.document.kind));
        let reports = self.evidence.iter().map(|record| record.evidence.report.sha256);
        newest.map(|record| record.document.blob.sha256).chain(reports)
    }

    fn scanned(&mut self, scan: &Scan, stamp: &Stamp) {
        let record = Some(ScanRecord { scan: scan.clone(), recorded: stamp.into() });
        if scan.provenance >= Provenance::Measured {
            self.measured_scan = record;
        } else {
            self.scan = record;
        }
    }

    fn attach(&mut self, document: &Document, stamp: &Stamp) {
        self.documents
            .retain(|held| held.document.kind != document.kind || held.document.name != document.name);
        self.documents.push(DocumentRecord { document: document.clone(), recorded: stamp.into() });
    }

    fn evaluated(&mut self, evaluation: &Evaluation, stamp: &Stamp) {
        for suite in &evaluation.suites {
            let attempts = self.suites.get(suite).map_or(0, |record| record.attempts).saturating_add(1);
            let record = SuiteRecord { attempts, evaluation: evaluation.clone(), recorded: stamp.into() };
            self.suites.insert(suite.clone(), record);
        }
    }
}
