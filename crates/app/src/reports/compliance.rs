//! The compliance report: the controls of laws and standards that policies implement, and where they are not met.

use std::collections::{BTreeMap, BTreeSet};

use assent_domain::Time;
use serde_json::{Value, json};

use super::portfolio::Portfolio;
use super::{Figure, Grid, Matching, Report, Section, Topic};

/// What a finding can say, and the heading of its column.
const STATES: [(&str, &[&str]); 3] =
    [("passed", &["PASSED"]), ("excepted", &["EXCEPTED"]), ("failed", &["FAILED", "ERROR"])];

/// What a report is made from.
#[derive(Debug)]
pub struct Known {
    /// What it is about.
    pub about: String,
    /// By control, `framework:control`, the policies that implement it.
    pub controls: BTreeMap<String, Vec<String>>,
    /// The versions, with their findings.
    pub portfolio: Portfolio,
    /// Why it does not show everything.
    pub limits: Vec<String>,
    /// How many entries the log had.
    pub log_size: u64,
    /// The time of the report.
    pub at: Time,
}

/// Makes the report.
pub fn report(known: Known) -> Report {
    let Known { about, controls, portfolio, mut limits, log_size, at } = known;
    limits.extend(portfolio.said());
    let mut frameworks: BTreeMap<&str, Vec<(&str, &[String])>> = BTreeMap::new();
    for (control, policies) in &controls {
        let (framework, _) = control.split_once(':').unwrap_or(("other", control));
        frameworks.entry(framework).or_default().push((control, policies));
    }
    let mut sections = vec![summary(&portfolio)];
    sections.extend(frameworks.iter().map(|(framework, controls)| section(framework, controls, &portfolio)));
    let Portfolio { versions, findings, .. } = portfolio;
    sections.push(Section::new("details", "Versions and findings").table(versions).table(findings));
    let title = format!("Compliance report of {about}");
    Report { report: Topic::Compliance, title, at, log_size, limits, sections }
}

fn summary(portfolio: &Portfolio) -> Section {
    let versions = &portfolio.versions;
    let by = |status: &str| {
        let label = format!("of those, {status}");
        Figure::rows(&format!("status.{status}"), &label, versions, &[Matching::new("status", &[status])])
    };
    Section::new("summary", "Summary")
        .note("Of each model, the version that stands furthest, judged where it stands.")
        .figures([Figure::rows("versionCount", "versions", versions, &[])])
        .figures(["COMPLIANT", "NON_COMPLIANT", "NOT_ASSESSED"].map(by))
}

fn section(framework: &str, controls: &[(&str, &[String])], portfolio: &Portfolio) -> Section {
    let (mut figures, mut rows, mut columns) = (Vec::new(), Vec::new(), Vec::new());
    let (mut notes, mut judged) = (Vec::new(), BTreeSet::new());
    for (control, policies) in controls {
        let of = |(name, states): &(&str, &[&str])| {
            let matching = [Matching::new("controls", &[control]), Matching::new("status", states)];
            let label = format!("{control}: {name}");
            Figure::rows(&format!("{control}.{name}"), &label, &portfolio.findings, &matching)
        };
        let counted = STATES.map(|state| of(&state));
        let [passed, excepted, failed] = &counted;
        let number = |figure: &Figure| figure.value.as_u64().unwrap_or_default();
        let by = policies.join(", ");
        if number(failed) > 0 {
            notes.push(format!("Gap: {control} is not met by {} findings ({by}).", number(failed)));
        } else if number(passed) + number(excepted) == 0 {
            notes.push(format!("Gap: {control} was judged for no version ({by})."));
        }
        if counted.iter().any(|figure| number(figure) > 0) {
            judged.insert(failed.id.clone());
        }
        columns.push(counted.iter().map(|figure| figure.id.clone()).collect());
        rows.push((*control).to_owned());
        figures.extend(counted);
    }
    let failing: Vec<(&Figure, Value)> = figures
        .iter()
        .filter(|figure| judged.contains(&figure.id))
        .map(|figure| (figure, json!(0)))
        .collect();
    let met = Figure::met(
        &format!("unfailed.{framework}"),
        "judged controls without a finding that fails",
        &failing,
    )
    .gap("no control of the framework was judged for any version");
    let grid = Grid {
        corner: "control".to_owned(),
        rows,
        columns: STATES.iter().map(|(name, _)| (*name).to_owned()).collect(),
        figures: columns,
    };
    let title = format!("Framework {framework}");
    let section =
        Section { grid: Some(grid), notes, ..Section::new(&format!("framework.{framework}"), &title) };
    section.figures([met]).figures(figures)
}
