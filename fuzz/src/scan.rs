//! The artifact scan, and the reports of other tools. Both are made to be given what somebody hostile wrote.

use std::io::Cursor;

use assent_scan::artifact::{Limits, Scan, Verdict, sarif, scan};
use assent_scan::evidence;

/// Any bytes as a model's file. The same bytes give the same answer, within the limits, and every form of it can be written.
pub fn artifact(data: &[u8]) {
    let limits = Limits {
        buffered_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        steps: 200_000,
        members: 200,
        findings: 50,
        ..Limits::default()
    };
    let found = scan("file", Cursor::new(data), &limits);
    assert_eq!(found, scan("file", Cursor::new(data), &limits), "a second look sees something else");
    assert!(found.findings.len() <= limits.findings, "more findings than are kept");
    assert!(found.complete || found.verdict > Verdict::Clean, "what was not looked at is clean");
    assert!(sarif(std::slice::from_ref(&found)).is_object(), "a scan is written as SARIF");
    let written = serde_json::to_vec(&found).unwrap_or_default();
    let read: Option<Scan> = serde_json::from_slice(&written).ok();
    assert_eq!(read, Some(found), "a scan is read as it was written");
}

/// Any bytes as a report. What is read is written and read back, and what is not read says why.
pub fn evidence(data: &[u8]) {
    match evidence::parse(data) {
        Ok(report) => {
            let written = serde_json::to_vec(&report).unwrap_or_default();
            let read: Option<evidence::Evidence> = serde_json::from_slice(&written).ok();
            assert_eq!(read, Some(report), "evidence is read as it was written");
        }
        Err(error) => assert!(
            !error.to_string().is_empty() && !error.code().is_empty() && !error.remedy().is_empty(),
            "a refusal says what is wrong and what to do"
        ),
    }
}
