//! `JUnit` XML itself: suites of test cases, whatever they are about.
//!
//! The element and attribute names are those that the schemas of Ant and of Jenkins have in common; other readers take less.

use crate::markup::Markup;

/// Test cases that belong together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TestSuite {
    /// Its name.
    pub name: String,
    /// When it ran: UTC, to the second and without a zone, as the schemas want it.
    pub timestamp: Option<String>,
    /// How many seconds it took.
    pub seconds: Option<f64>,
    /// What it was run with.
    pub properties: Vec<(&'static str, String)>,
    /// Its test cases.
    pub cases: Vec<TestCase>,
    /// What is to be said of all of them, by lines.
    pub remarks: String,
}

/// One thing that is as it should be, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestCase {
    /// What it belongs to: names with dots between them.
    pub class: String,
    /// Its name; class and name are one of a kind in a document.
    pub name: String,
    /// What came out.
    pub outcome: Outcome,
    /// What is shown beside a pass.
    pub output: String,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it should be.
    Passed,
    /// It was told, and is not as it should be.
    Failed(Fault),
    /// It could not be told.
    Error(Fault),
    /// Nothing was asked of it, for this reason.
    Skipped(String),
}

/// Why something is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of a fault it is, in a word.
    pub kind: &'static str,
    /// What is wrong.
    pub message: String,
    /// What else there is to say, by lines.
    pub more: Vec<String>,
}

impl Fault {
    /// A fault that one sentence tells.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), more: Vec::new() }
    }
}

/// Writes suites as one document.
pub fn document(name: &str, suites: &[TestSuite]) -> String {
    let mut xml = Markup::beginning_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let [tests, failures, errors, _] = counts(suites.iter().flat_map(|suite| &suite.cases));
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

/// Cases, failures, errors, and what was skipped.
fn counts<'a>(cases: impl Iterator<Item = &'a TestCase>) -> [String; 4] {
    let [mut tests, mut failures, mut errors, mut skipped] = [0_u64; 4];
    for case in cases {
        tests += 1;
        failures += u64::from(matches!(case.outcome, Outcome::Failed(_)));
        errors += u64::from(matches!(case.outcome, Outcome::Error(_)));
        skipped += u64::from(matches!(case.outcome, Outcome::Skipped(_)));
    }
    [tests, failures, errors, skipped].map(|count| count.to_string())
}

impl TestSuite {
    fn write(&self, xml: &mut Markup) {
        let [tests, failures, errors, skipped] = counts(self.cases.iter());
        let seconds = self.seconds.map(|seconds| format!("{seconds:.3}"));
        let mut attributes = vec![
            ("name", &*self.name),
            ("tests", &*tests),
            ("failures", &*failures),
            ("errors", &*errors),
            ("skipped", &*skipped),
        ];
        attributes.extend(self.timestamp.as_deref().map(|at| ("timestamp", at)));
        attributes.extend(seconds.as_deref().map(|seconds| ("time", seconds)));
        xml.element("testsuite", &attributes, |xml| {
            xml.line().element("properties", &[], |xml| {
                for (name, value) in &self.properties {
                    xml.empty("property", &[("name", *name), ("value", value.as_str())]);
                }
            });
            xml.line();
            for case in &self.cases {
                case.write(xml);
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
    fn write(&self, xml: &mut Markup) {
        let attributes = [("classname", &*self.class), ("name", &*self.name), ("time", "0")];
        xml.element("testcase", &attributes, |xml| match &self.outcome {
            Outcome::Passed => {
                xml.leaf("system-out", &[], &self.output);
            }
            Outcome::Failed(fault) => fault.write("failure", xml),
            Outcome::Error(fault) => fault.write("error", xml),
            Outcome::Skipped(why) => {
                xml.empty("skipped", &[("message", why)]);
            }
        });
        xml.line();
    }
}

impl Fault {
    fn write(&self, tag: &'static str, xml: &mut Markup) {
        xml.element(tag, &[("type", self.kind), ("message", &self.message)], |xml| {
            xml.text(&self.message);
            for line in &self.more {
                xml.line().text(line);
            }
        });
    }
}
