//! Reports as `JUnit` XML, as continuous integration reads it.
//!
//! A suite is a test suite. With thresholds each of them is a test case that passes or fails; without, each figure is one, and
//! a figure that is undefined is an error. Nothing is ever skipped: what could not be told must not look like a pass.

use crate::drift::{Comparison, DriftReport};
use crate::markup::Markup;
use crate::metrics::MetricValue;
use crate::report::Report;
use crate::suite::Suite;
use crate::verdict::{JudgedThreshold, Verdict};
use crate::words;

/// An evaluation, judged by thresholds or not.
pub fn evaluation(report: &Report, verdict: Option<&Verdict>) -> String {
    let suites = report.suites.iter().map(|suite| TestSuite {
        name: suite.name(),
        properties: vec![
            ("engine", format!("{} {}", report.engine.name, report.engine.version)),
            ("rows", report.rows.to_string()),
        ],
        cases: match verdict {
            Some(verdict) => judged(verdict, *suite),
            None => figures(report, *suite),
        },
        remarks: String::new(),
    });
    document("assent evaluate", &suites.collect::<Vec<_>>())
}

/// A comparison of two tables: a column is a test case, which fails if it has drifted, and is an error if it was not tested.
pub fn drift(found: &Comparison) -> String {
    let report = &found.report;
    let left_out = found.left_out.iter();
    let left_out = left_out.map(|one| format!("not compared: {} ({})", one.column, one.reason));
    let suite = TestSuite {
        name: "drift",
        properties: vec![
            ("engine", format!("{} {}", report.engine.name, report.engine.version)),
            ("pValueBound", report.options.p_value_bound.to_string()),
        ],
        cases: columns(report),
        remarks: left_out.collect::<Vec<_>>().join("\n"),
    };
    document("assent drift", &[suite])
}

struct TestSuite {
    name: &'static str,
    properties: Vec<(&'static str, String)>,
    cases: Vec<TestCase>,
    remarks: String,
}

struct TestCase {
    name: String,
    outcome: Outcome,
    /// What is shown beside a pass.
    figure: String,
}

enum Outcome {
    Passed,
    /// It was told, and is not as it should be.
    Failed(String),
    /// It could not be told.
    Error(String),
}

fn judged(verdict: &Verdict, suite: Suite) -> Vec<TestCase> {
    let own = verdict.thresholds.iter().filter(|threshold| threshold.suite == suite.name());
    own.map(|threshold| TestCase {
        name: threshold.rule(),
        outcome: if threshold.passed { Outcome::Passed } else { Outcome::Failed(failure(threshold)) },
        figure: threshold.value.map(|value| told(&threshold.metric, value, threshold.n)).unwrap_or_default(),
    })
    .collect()
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
    figures.map(|(path, metric)| figure(path, metric)).collect()
}

fn figure(path: &str, metric: &MetricValue) -> TestCase {
    let outcome = match metric.result() {
        Ok(_) => Outcome::Passed,
        Err(reason) => Outcome::Error(format!("{path} is undefined: {reason}")),
    };
    let figure = metric.value.map(|value| told(path, value, Some(metric.n))).unwrap_or_default();
    TestCase { name: path.to_owned(), outcome, figure }
}

fn columns(report: &DriftReport) -> Vec<TestCase> {
    let case = |column: &crate::drift::ColumnDrift| {
        let figure = |of: &crate::drift::Figure| of.value.map_or_else(|| "-".to_owned(), words::decimal);
        let told = format!(
            "adjusted p-value {}, population stability index {}, {} rows against {}",
            figure(&column.adjusted_p_value),
            figure(&column.population_stability_index),
            column.reference.n,
            column.current.n
        );
        let outcome = match (column.drifted, column.p_value.reason) {
            (Some(true), _) => {
                Outcome::Failed(format!("{told}; drifted at most at {}", report.options.p_value_bound))
            }
            (Some(false), _) => Outcome::Passed,
            (None, Some(reason)) => Outcome::Error(format!("not tested: {reason}")),
            (None, None) => Outcome::Error("not tested".to_owned()),
        };
        TestCase { name: column.column.clone(), outcome, figure: told }
    };
    report.columns.iter().map(case).collect()
}

fn document(name: &str, suites: &[TestSuite]) -> String {
    let mut xml = Markup::beginning_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = || suites.iter().flat_map(|suite| &suite.cases);
    let [tests, failures, errors] = counts(all());
    let totals = [("name", name), ("tests", &*tests), ("failures", &*failures), ("errors", &*errors)];
    xml.element("testsuites", &totals, |xml| {
        xml.line();
        for suite in suites {
            suite.write(xml);
        }
    });
    xml.line();
    xml.finish()
}

/// Cases, failures and errors.
fn counts<'a>(cases: impl Iterator<Item = &'a TestCase>) -> [String; 3] {
    let (mut tests, mut failures, mut errors) = (0_u64, 0_u64, 0_u64);
    for case in cases {
        tests += 1;
        failures += u64::from(matches!(case.outcome, Outcome::Failed(_)));
        errors += u64::from(matches!(case.outcome, Outcome::Error(_)));
    }
    [tests, failures, errors].map(|count| count.to_string())
}

impl TestSuite {
    fn write(&self, xml: &mut Markup) {
        let [tests, failures, errors] = counts(self.cases.iter());
        let totals = [
            ("name", self.name),
            ("tests", &*tests),
            ("failures", &*failures),
            ("errors", &*errors),
            ("skipped", "0"),
        ];
        xml.element("testsuite", &totals, |xml| {
            xml.line().element("properties", &[], |xml| {
                for (name, value) in &self.properties {
                    xml.empty("property", &[("name", *name), ("value", value.as_str())]);
                }
            });
            xml.line();
            for case in &self.cases {
                case.write(self.name, xml);
            }
            if !self.remarks.is_empty() {
                xml.element("system-out", &[], |xml| {
                    for line in self.remarks.lines() {
                        xml.text(line).line();
                    }
                });
                xml.line();
            }
        });
        xml.line();
    }
}

impl TestCase {
    fn write(&self, suite: &str, xml: &mut Markup) {
        let class = format!("assent.{suite}");
        let attributes = [("classname", &*class), ("name", &*self.name), ("time", "0")];
        xml.element("testcase", &attributes, |xml| match &self.outcome {
            Outcome::Passed => {
                xml.leaf("system-out", &[], &self.figure);
            }
            Outcome::Failed(why) => {
                xml.leaf("failure", &[("type", "bound"), ("message", why.as_str())], why);
            }
            Outcome::Error(why) => {
                xml.leaf("error", &[("type", "undefined"), ("message", why.as_str())], why);
            }
        });
        xml.line();
    }
}
