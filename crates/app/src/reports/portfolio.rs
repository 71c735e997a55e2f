//! Many versions in one report: of each model, the version that stands furthest, as its governance report shows it.

use serde_json::Value;

use super::{Report, Share, Sheet, Table};

/// The most models of a report: each version is judged.
pub const MAX_MODELS: usize = 200;

/// Places in a governance report; the test that follows every link of a report finds them wrong.
const MODEL: &str = "^/sections/0/figures/0/value";
const NUMBER: &str = "^/sections/0/figures/2/value";
const STAGE: &str = "^/sections/0/figures/9/value";
const TIER: &str = "^/sections/0/figures/11/value";
const FINDINGS: &str = "/sections/2/tables/0/rows";

/// Tables that grow by a version at a time.
#[derive(Debug)]
pub struct Portfolio {
    pub(super) versions: Table,
    pub(super) findings: Table,
    pub(super) scores: Vec<(String, Share)>,
    unversioned: u64,
}

impl Default for Portfolio {
    fn default() -> Self {
        let versions = [
            ("model", "model", MODEL),
            ("version", "version", NUMBER),
            ("stage", "stage", STAGE),
            ("tier", "tier", TIER),
            ("score", "score", "^/sections/1/figures/0/value"),
            ("verdict", "gate", "^/sections/1/figures/1/value"),
            ("compliance", "compliance", "^/sections/2/figures/0/value"),
            ("status", "status", "^/sections/2/figures/1/value"),
            ("failed", "policies that fail", "^/sections/2/figures/6/value"),
            ("approvals", "approvals", "^/sections/3/figures/0/value"),
            ("documentation", "documentation", "^/sections/4/figures/0/value"),
            ("readiness", "readiness", "^/sections/5/figures/0/value"),
            ("reviewOverdue", "review overdue", "^/sections/5/figures/2/value"),
            ("assessment", "risk assessment", "^/sections/5/figures/3/value"),
            ("unanswered", "roles unanswered", "^/sections/9/figures/0/value"),
            ("unaccepted", "high risks not accepted", "^/sections/10/figures/5/value"),
        ];
        let findings = [
            ("model", "model", MODEL),
            ("version", "version", NUMBER),
            ("stage", "stage", STAGE),
            ("policy", "policy", "/cells/0"),
            ("rule", "rule", "/cells/1"),
            ("status", "status", "/cells/2"),
            ("severity", "severity", "/cells/3"),
            ("enforcement", "enforcement", "/cells/4"),
            ("message", "demand", "/cells/5"),
            ("controls", "controls", "/cells/7"),
            ("remediation", "remedy", "/cells/8"),
        ];
        Self {
            versions: Table::new("versions", "Versions", "No model has a version.", &versions),
            findings: Table::new("findings", "Findings", "There is none.", &findings),
            scores: Vec::new(),
            unversioned: 0,
        }
    }
}

impl Portfolio {
    /// Adds the version that stands furthest, by its governance report at that address. Findings are kept where `keep` says so,
    /// by their cells.
    pub fn add(
        &mut self,
        href: &str,
        report: &Report,
        keep: impl Fn(&[Value]) -> bool,
    ) -> Result<(), serde_json::Error> {
        let mut sheet = Sheet::default();
        sheet.put(href, serde_json::to_value(report)?);
        sheet.row(&mut self.versions, href, "");
        let tier = sheet.at(href, TIER.trim_start_matches('^'));
        let score = report.figure("governanceScore").and_then(|figure| figure.exact);
        self.scores.push((tier.as_str().unwrap_or_default().to_owned(), score.unwrap_or(Share::NONE)));
        for index in 0..sheet.at(href, FINDINGS).as_array().map_or(0, Vec::len) {
            let at = format!("{FINDINGS}/{index}");
            let cells = sheet.at(href, &format!("{at}/cells"));
            if cells.as_array().is_some_and(|cells| keep(cells)) {
                sheet.row(&mut self.findings, href, &at);
            }
        }
        Ok(())
    }

    /// Adds a model that has no version.
    pub fn add_unversioned(&mut self) {
        self.unversioned += 1;
    }

    /// What is said of models that have none.
    pub(super) fn said(&self) -> Option<String> {
        let count = self.unversioned;
        (count > 0)
            .then(|| format!("{count} models have no version in service or on its way, and are left out."))
    }
}

/// Whether a finding speaks against its version.
pub fn fails(cells: &[Value]) -> bool {
    cells.get(2).and_then(Value::as_str).is_some_and(|status| ["FAILED", "ERROR"].contains(&status))
}

/// Whether a finding is of a policy that implements one of the controls, and was judged.
pub fn controlled(cells: &[Value], controls: &[&str]) -> bool {
    let named = cells.get(7).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let judged = cells.get(2).and_then(Value::as_str) != Some("NOT_APPLICABLE");
    judged && named.into_iter().any(|control| controls.contains(&control))
}
