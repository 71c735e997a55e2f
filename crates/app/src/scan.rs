//! Scans of the artifacts of a version by the scanner of the platform. Its verdict is MEASURED: it was found here, in the very
//! bytes that the version names.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use assent_domain::registry::{Artifact, Scan, ScanStatus};
use assent_domain::values::{BlobRef, Provenance};
use assent_scan::Severity;
use assent_scan::artifact::{Finding, Format, Limits, Verdict, scan};
use serde::Serialize;

/// Findings that the report of all artifacts lists; more are counted.
const MAX_FINDINGS: usize = 1_000;
/// Characters of a path inside of an archive that the report shows.
const MAX_PATH_CHARS: usize = 300;

/// What a scan of all artifacts says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScanReport {
    /// The scanner and its version.
    pub engine: String,
    /// PASSED where every artifact was looked at, and nothing in them is worse than a low finding.
    pub status: ScanStatus,
    /// How many findings, for each severity; at least so many where some are only counted.
    pub findings: BTreeMap<String, u64>,
    /// The artifacts in the order of the version.
    pub artifacts: Vec<ScannedArtifact>,
}

/// What it says of one artifact.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScannedArtifact {
    /// Its name within the version.
    pub name: String,
    /// Its bytes.
    #[serde(flatten)]
    pub blob: BlobRef,
    /// What its content is.
    pub format: Format,
    /// What to make of it.
    pub verdict: Verdict,
    /// Whether everything in it was looked at.
    pub complete: bool,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
    /// Findings that are only counted.
    pub findings_omitted: u64,
    #[serde(skip)]
    engine: String,
}

/// Looks at one of `count` artifacts. Blocking, and as long as it is large.
pub fn look_at(artifact: &Artifact, count: usize, bytes: impl Read + Seek) -> ScannedArtifact {
    let limits = Limits { findings: (MAX_FINDINGS / count.max(1)).max(1), ..Limits::default() };
    let found = scan(&artifact.name, bytes, &limits);
    let mut findings = found.findings;
    for finding in &mut findings {
        if let Some((end, _)) = finding.path.char_indices().nth(MAX_PATH_CHARS) {
            finding.path.truncate(end);
            finding.path.push('…');
        }
    }
    ScannedArtifact {
        name: artifact.name.clone(),
        blob: artifact.blob.clone(),
        format: found.format,
        verdict: found.verdict,
        complete: found.complete,
        findings,
        findings_omitted: found.findings_omitted,
        engine: found.engine,
    }
}

impl ScanReport {
    /// The report of all artifacts.
    pub fn of(artifacts: Vec<ScannedArtifact>) -> Self {
        let all = || artifacts.iter().flat_map(|artifact| &artifact.findings);
        let count = |severity| all().filter(|finding| finding.severity == severity).count() as u64;
        let is_clean = |artifact: &ScannedArtifact| artifact.complete && artifact.verdict == Verdict::Clean;
        let passed = !artifacts.is_empty() && artifacts.iter().all(is_clean);
        Self {
            engine: artifacts.first().map(|artifact| artifact.engine.clone()).unwrap_or_default(),
            status: if passed { ScanStatus::Passed } else { ScanStatus::Failed },
            findings: Severity::ALL.map(|severity| (severity.as_str().to_owned(), count(severity))).into(),
            artifacts,
        }
    }

    /// What becomes evidence of the version; `report` is where this report is kept.
    pub fn record(&self, report: BlobRef) -> Scan {
        let (tool, version) = self.engine.split_once(' ').unwrap_or((&self.engine, ""));
        Scan {
            tool: tool.to_owned(),
            tool_version: version.to_owned(),
            status: self.status,
            findings: self.findings.clone(),
            report: Some(report),
            provenance: Provenance::Measured,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use assent_domain::ids::Digest;

    use super::*;

    /// A pickle that calls `os.system`.
    const HOSTILE: &[u8] = b"cos\nsystem\n(S'true'\ntR.";

    fn looked_at(files: &[(&str, &[u8])]) -> ScanReport {
        let look = |(name, bytes): &(&str, &[u8])| {
            let blob = BlobRef { sha256: Digest::of(bytes), size_bytes: bytes.len() as u64 };
            let artifact = Artifact { name: (*name).to_owned(), blob, format: None, licence: None };
            look_at(&artifact, files.len(), Cursor::new(*bytes))
        };
        ScanReport::of(files.iter().map(look).collect())
    }

    #[test]
    fn one_bad_artifact_fails_all() {
        let clean = looked_at(&[("weights.json", b"[1, 2]"), ("readme.txt", b"plain words")]);
        assert_eq!((clean.status, clean.findings["CRITICAL"]), (ScanStatus::Passed, 0));
        let bad = looked_at(&[("weights.json", b"[1, 2]"), ("innocent.json", HOSTILE)]);
        assert_eq!((bad.status, bad.findings["CRITICAL"]), (ScanStatus::Failed, 1));
        assert_eq!(bad.artifacts[1].verdict, Verdict::Dangerous);
        let record = bad.record(bad.artifacts[0].blob.clone());
        assert_eq!((record.tool.as_str(), record.provenance), ("assent-scan", Provenance::Measured));
        assert!(record.tool_version.starts_with(char::is_numeric), "{}", record.tool_version);
    }

    #[test]
    fn what_nobody_could_look_into_does_not_pass() {
        let unknown = looked_at(&[("model.bin", &[0x13, 0x37, 0, 1, 2, 0xfe, 0xff, 0, 0])]);
        assert_eq!((unknown.status, unknown.artifacts[0].complete), (ScanStatus::Failed, false));
    }
}
