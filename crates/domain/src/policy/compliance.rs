//! The compliance of a version: a score that never opens a gate by itself.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Finding, FindingStatus};
use crate::pack::{ComplianceLevel, Enforcement};

/// Whether a version complies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComplianceStatus {
    /// No blocking finding failed, and the score reaches the bar.
    Compliant,
    /// Otherwise.
    NonCompliant,
    /// No policy applies.
    NotAssessed,
}

/// The compliance of a version with the policies that apply to it, counted by policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compliance {
    /// Weight of the passed policies by weight of all that apply; weights by severity 1, 2, 3, 5. Absent if none applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The weight of the passed policies.
    pub weight_passed: u32,
    /// The weight of all that apply.
    pub weight: u32,
    /// Whether the version complies.
    pub status: ComplianceStatus,
    /// Policies all of whose rules pass, waived ones included.
    pub checks_passed: u32,
    /// The others.
    pub checks_failed: u32,
    /// Policies that pass only by an exception.
    pub checks_excepted: u32,
}

/// The compliance that follows from findings. A policy none of whose rules applies does not count.
pub fn compliance(findings: &[Finding], level: ComplianceLevel) -> Compliance {
    let mut policies: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status != FindingStatus::NotApplicable) {
        policies.entry(&finding.policy).or_default().push(finding);
    }
    let (mut weight, mut passed_weight) = (0_u32, 0_u32);
    let (mut passed, mut failed, mut excepted) = (0, 0, 0);
    for findings in policies.values() {
        let policy_weight = findings.first().map_or(0, |finding| finding.severity.weight());
        weight += policy_weight;
        if findings.iter().any(|finding| finding.status.is_failure()) {
            failed += 1;
            continue;
        }
        passed += 1;
        passed_weight += policy_weight;
        excepted += u32::from(findings.iter().any(|finding| finding.status == FindingStatus::Excepted));
    }
    let blocked = findings.iter().any(|f| f.status.is_failure() && f.enforcement == Enforcement::Blocking);
    let reaches_bar = passed_weight * 100 >= weight * level.bar_hundredths();
    let status = match (weight, blocked, reaches_bar) {
        (0, _, _) => ComplianceStatus::NotAssessed,
        (_, false, true) => ComplianceStatus::Compliant,
        _ => ComplianceStatus::NonCompliant,
    };
    Compliance {
        score: (weight > 0).then(|| f64::from(passed_weight) / f64::from(weight)),
        weight_passed: passed_weight,
        weight,
        status,
        checks_passed: passed,
        checks_failed: failed,
        checks_excepted: excepted,
    }
}
