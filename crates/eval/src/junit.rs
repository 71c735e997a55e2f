//! Reports as `JUnit` XML, as continuous integration reads it.
//!
//! A suite is a test suite. With thresholds each of them is a test case that passes or fails; without, each figure is one, and
//! a figure that is undefined is an error. Nothing of it is ever skipped: what could not be told must not look like a pass.
//!
//! [`document()`] writes the suites of others too.

mod document;

pub use document::{Fault, Outcome, TestCase, TestSuite, document};

use crate::drift::{Comparison, DriftReport};
use crate::metrics::MetricValue;
use crate::report::Report;
use crate::suite::Suite;
use crate::verdict::{JudgedThreshold, Verdict};
use crate::words;

/// An evaluation, judged by thresholds or not.
pub fn evaluation(report: &Report, verdict: Option<&Verdict>) -> String {
    let suites = report.suites.iter().map(|suite| TestSuite {
        name: suite.name().to_owned(),
        properties: vec![
            ("engine", format!("{} {}", report.engine.name, report.engine.version)),
            ("rows", report.rows.to_string()),
        ],
        cases: match verdict {
            Some(verdict) => judged(verdict, *suite),
            None => figures(report, *suite),
        },
        ..TestSuite::default()
    });
    document("assent evaluate", &suites.collect::<Vec<_>>())
}

/// A comparison of two tables: a column is a test case, which fails if it has drifted, and is an error if it was not tested.
pub fn drift(found: &Comparison) -> String {
    let report = &found.report;
    let left_out = found.left_out.iter();
    let left_out = left_out.map(|one| format!("not compared: {} ({})", one.column, one.reason));
    let suite = TestSuite {
        name: "drift".to_owned(),
        properties: vec![
            ("engine", format!("{} {}", report.engine.name, report.engine.version)),
            ("pValueBound", report.options.p_value_bound.to_string()),
        ],
        cases: columns(report),
        remarks: left_out.collect::<Vec<_>>().join("\n"),
        ..TestSuite::default()
    };
    document("assent drift", &[suite])
}

fn judged(verdict: &Verdict, suite: Suite) -> Vec<TestCase> {
    let own = verdict.thresholds.iter().filter(|threshold| threshold.suite == suite.name());
    own.map(|threshold| {
        let outcome = if threshold.passed { Outcome::Passed } else { failed(failure(threshold)) };
        let figure = threshold.value.map(|value| told(&threshold.metric, value, threshold.n));
        case(suite.name(), threshold.rule(), outcome, figure.unwrap_or_default())
    })
    .collect()
}

fn case(suite: &str, name: String, outcome: Outcome, output: String) -> TestCase {
    TestCase { class: format!("assent.{suite}"), name, outcome, output }
}

fn failed(why: String) -> Outcome {
    Outcome::Failed(Fault::new("bound", why))
}

fn unknown(why: String) -> Outcome {
    Outcome::Error(Fault::new("undefined", why))
}

fn failure(threshold: &JudgedThreshold) -> String {
    let rule = threshold.rule();
    let figure = threshold.value.map(|value| told(&threshold.metric, value, threshold.n));
    match (figure, &threshold.reason) {
        (Some(figure), None) => format!("{figure}; wanted {rule}"),
        (Some(figure), Some(reason)) => format!("{figure}; {reason}; wanted {rule}"),
        (None, reason) => {
            format!("no figure: {}; wanted {rule}", reason.as_deref().unwrap_or("it is missing"))
        }
    }
}

fn told(metric: &str, value: f64, n: Option<u64>) -> String {
    let rows = n.map(|n| format!(" ({n} rows)")).unwrap_or_default();
    format!("{metric} is {value}{rows}")
}

fn figures(report: &Report, suite: Suite) -> Vec<TestCase> {
    let figures = report.metrics.iter().filter(|(path, _)| report.suite_of(path) == suite);
    figures.map(|(path, metric)| figure(suite, path, metric)).collect()
}

fn figure(suite: Suite, path: &str, metric: &MetricValue) -> TestCase {
    let outcome = match metric.result() {
        Ok(_) => Outcome::Passed,
        Err(reason) => unknown(format!("{path} is undefined: {reason}")),
    };
    let figure = metric.value.map(|value| told(path, value, Some(metric.n))).unwrap_or_default();
    case(suite.name(), path.to_owned(), outcome, figure)
}

fn columns(report: &DriftReport) -> Vec<TestCase> {
    let one = |column: &crate::drift::ColumnDrift| {
        let figure = |of: &crate::drift::Figure| of.value.map_or_else(|| "-".to_owned(), words::decimal);
        let told = format!(
            "adjusted p-value {}, population stability index {}, {} rows against {}",
            figure(&column.adjusted_p_value),
            figure(&column.population_stability_index),
            column.reference.n,
            column.current.n
        );
        let outcome = match (column.drifted, column.p_value.reason) {
            (Some(true), _) => failed(format!("{told}; drifted at most at {}", report.options.p_value_bound)),
            (Some(false), _) => Outcome::Passed,
            (None, Some(reason)) => unknown(format!("not tested: {reason}")),
            (None, None) => unknown("not tested".to_owned()),
        };
        case("drift", column.column.clone(), outcome, told)
    };
    report.columns.iter().map(one).collect()
}
