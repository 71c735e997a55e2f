//! The governance audit: how healthy governance is as a whole, what is wrong, and what to do.

use std::collections::{BTreeMap, BTreeSet};

use assent_domain::Time;
use assent_domain::risk::Exact;
use serde_json::{Value, json};

use super::portfolio::Portfolio;
use super::{Figure, Matching, Report, Section, Share, Source, Term, Topic};

/// What a report is made from.
#[derive(Debug)]
pub struct Known<'a> {
    /// What it is about.
    pub about: String,
    /// The tiers of the pack, the top one first.
    pub tiers: &'a [String],
    /// What the pack takes away for an overdue review, and for a policy that fails.
    pub penalties: (Exact, Exact),
    /// The versions, with the findings that fail.
    pub portfolio: Portfolio,
    /// Why it does not show everything.
    pub limits: Vec<String>,
    /// How many entries the log had.
    pub log_size: u64,
    /// The time of the report.
    pub at: Time,
}

/// Makes the report.
pub fn report(known: Known<'_>) -> Report {
    let Known { about, tiers, penalties, portfolio, mut limits, log_size, at } = known;
    limits.extend(portfolio.said());
    let health = health(&portfolio, tiers, penalties);
    let findings = findings(&portfolio);
    let recommendations = recommendations(&portfolio, &findings);
    let Portfolio { versions, findings: violations, .. } = portfolio;
    let sections = vec![
        health,
        findings,
        recommendations,
        Section::new("details", "Versions and violations").table(versions).table(violations),
    ];
    let title = format!("Governance audit of {about}");
    Report { report: Topic::GovernanceAudit, title, at, log_size, limits, sections }
}

/// Four for the top tier, one less for each below it, and at least one.
fn weights(tiers: &[String]) -> Vec<(String, u64)> {
    let weighed = tiers.iter().enumerate();
    weighed.map(|(i, tier)| (tier.clone(), 4_u64.saturating_sub(i as u64).max(1))).collect()
}

fn health(portfolio: &Portfolio, tiers: &[String], (overdue, violation): (Exact, Exact)) -> Section {
    let weights = weights(tiers);
    let weight = |tier: &str| weights.iter().find(|(id, _)| id == tier).map_or(1, |(_, weight)| *weight);
    let mean = Share::mean(portfolio.scores.iter().map(|(tier, score)| (*score, weight(tier))));
    let source = Source::RowMean {
        table: portfolio.versions.id.clone(),
        value: "score".to_owned(),
        by: "tier".to_owned(),
        weights: weights.clone(),
    };
    let mean = Figure::share("meanScore", "mean governance score, weighed by tier", mean, source)
        .gap("there is no version");
    let late = [Matching::new("reviewOverdue", &["true"])];
    let late =
        Figure::rows("overdueReviews", "periodic reviews that are overdue", &portfolio.versions, &late);
    let open = Figure::rows("openViolations", "rules that fail", &portfolio.findings, &[]);
    let number = |figure: &Figure| figure.value.as_u64().unwrap_or_default();
    let taken = |penalty: Exact| {
        Share::new(penalty.ten_thousandths().into(), Exact::ONE.ten_thousandths().into())
            .unwrap_or(Share::NONE)
    };
    let left =
        mean.exact.map(|mean| mean.less(taken(overdue), number(&late)).less(taken(violation), number(&open)));
    let term = |figure: &Figure, penalty: Exact| Term {
        figure: figure.id.clone(),
        weight: penalty.ten_thousandths().into(),
    };
    let terms = vec![term(&late, overdue), term(&open, violation)];
    let source = Source::Less { from: mean.id.clone(), terms };
    let note = format!(
        "The mean of the governance scores, weighed by tier, less {overdue} for each overdue review and {violation} for each \
         rule that fails, as the pack says; at least 0."
    );
    Section::new("health", "Health of the portfolio").note(note).figures([
        Figure::share("health", "health", left, source).gap("there is no version"),
        mean,
        late,
        open,
        Figure::rows("versionCount", "versions", &portfolio.versions, &[]),
    ])
}

fn findings(portfolio: &Portfolio) -> Section {
    let severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"].map(|severity| {
        let matching = [Matching::new("severity", &[severity])];
        Figure::rows(&format!("severity.{severity}"), severity, &portfolio.findings, &matching)
    });
    let versions = |id: &str, label: &str, column: &str, any: &[&str]| {
        Figure::rows(id, label, &portfolio.versions, &[Matching::new(column, any)])
    };
    Section::new("found", "Findings")
        .note("Rules that fail by severity, and versions with something else that is open.")
        .figures(severities)
        .figures([
            versions("notCompliant", "versions that do not comply", "status", &["NON_COMPLIANT"]),
            versions("notJudged", "versions to which no policy applies", "status", &["NOT_ASSESSED"]),
            versions("notAssessed", "versions without a risk assessment", "assessment", &["MISSING"]),
            versions(
                "gateShut",
                "versions that may not stand where they stand",
                "verdict",
                &["NOT_ELIGIBLE"],
            ),
        ])
}

/// The remedies of the rules that fail, the ones that help most versions first, and what follows from the other findings.
fn recommendations(portfolio: &Portfolio, findings: &Section) -> Section {
    let columns = ["policy", "rule", "remediation", "message"].map(|id| portfolio.findings.column(id));
    let [policies, rules, remedies, messages] = columns;
    let mut helped: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for (((policy, rule), remedy), message) in policies.zip(rules).zip(remedies).zip(messages) {
        let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let remedy = if remedy.is_null() { words(message) } else { words(remedy) };
        *helped.entry((words(policy), words(rule), remedy)).or_default() += 1;
    }
    let mut helped: Vec<_> = helped.into_iter().collect();
    helped.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut said = BTreeSet::new();
    let figures = helped.into_iter().map(|((policy, rule, remedy), _)| {
        let matching = [Matching::new("policy", &[&policy]), Matching::new("rule", &[&rule])];
        let id = format!("remedy.{policy}.{rule}");
        let label = format!("{policy} {rule}: {remedy}");
        Figure::rows(&id, &label, &portfolio.findings, &matching)
    });
    let figures: Vec<Figure> = figures.filter(|figure| said.insert(figure.id.clone())).collect();
    let more = [
        ("notAssessed", "Assess the risks of the models that have no assessment."),
        ("notJudged", "Apply a pack with policies for the versions to which none applies."),
        ("gateShut", "Mend what shuts the gate, or move the versions to another stage."),
    ];
    let counts = |id: &str| findings.figures.iter().any(|figure| figure.id == id && figure.value != json!(0));
    let notes = more.into_iter().filter(|(id, _)| counts(id)).map(|(_, text)| text.to_owned()).collect();
    Section { notes, ..Section::new("recommendations", "Recommendations") }.figures(figures)
}
