//! The artifact scan on files of real tools and on hostile ones, and the reading of reports.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod archives;
mod build;
mod evidence;
mod formats;
mod pickles;
mod properties;
mod published;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use assent_scan::Severity;
use assent_scan::artifact::{Code, Finding, Limits, Scan, scan};

/// A file of the test data.
fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap()
}

/// A scan of bytes under the name `file`.
fn scanned(bytes: &[u8]) -> Scan {
    scan("file", Cursor::new(bytes), &Limits::default())
}

/// The findings with a code.
fn with_code(scan: &Scan, code: Code) -> Vec<&Finding> {
    scan.findings.iter().filter(|finding| finding.code == code).collect()
}

/// Whether a scan names an import as critical.
fn sees(scan: &Scan, module: &str, operator: &str) -> bool {
    scan.findings.iter().any(|finding| {
        finding.severity == Severity::Critical
            && finding.module.as_deref() == Some(module)
            && finding.operator.as_deref() == Some(operator)
    })
}
