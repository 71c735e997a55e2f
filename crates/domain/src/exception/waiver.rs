//! Which policies are waived for a version now.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Exception;
use crate::Time;
use crate::ids::ExceptionId;
use crate::policy::{Finding, FindingStatus};
use crate::registry::Version;

/// An exception that holds, as facts, the gate and promotions name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// The policy that is waived.
    pub policy: String,
    /// By which exception.
    pub exception: ExceptionId,
    /// Until when (not included).
    pub ends_at: Time,
}

/// The policies that are waived for a version, each by the exception that ends last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waivers(BTreeMap<String, Waiver>);

impl Waivers {
    /// Those of `exceptions` that are about the version and hold now.
    pub fn of(exceptions: &[Arc<Exception>], version: &Version, now: Time) -> Self {
        let mut waivers: BTreeMap<String, Waiver> = BTreeMap::new();
        let holding = exceptions
            .iter()
            .filter(|exception| exception.covers(version.model, version.id) && exception.holds_at(now));
        for exception in holding {
            let Some(approval) = exception.approval else { continue };
            let policy = exception.policy().to_owned();
            let waiver = Waiver { policy, exception: exception.id, ends_at: approval.ends_at };
            match waivers.get(&waiver.policy) {
                Some(other) if (other.ends_at, other.exception) >= (waiver.ends_at, waiver.exception) => {}
                _ => drop(waivers.insert(waiver.policy.clone(), waiver)),
            }
        }
        Self(waivers)
    }

    /// All of them, by policy.
    pub fn iter(&self) -> impl Iterator<Item = &Waiver> {
        self.0.values()
    }

    /// Excuses what failed of the policies that are waived. What could not be evaluated is not excused: nobody knows what it
    /// would have said.
    pub fn excuse(&self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.status == FindingStatus::Failed) {
            if let Some(waiver) = self.0.get(&finding.policy) {
                finding.status = FindingStatus::Excepted;
                finding.exception = Some(waiver.exception);
            }
        }
    }

    /// Those that excused one of the findings.
    pub fn used(&self, findings: &[Finding]) -> Vec<Waiver> {
        let used = |waiver: &&Waiver| {
            findings
                .iter()
                .any(|finding| finding.status == FindingStatus::Excepted && finding.policy == waiver.policy)
        };
        self.iter().filter(used).cloned().collect()
    }
}
