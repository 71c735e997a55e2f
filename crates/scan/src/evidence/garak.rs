//! The report of garak: one JSON object on each line, of which `eval` lines hold the figures.
//!
//! An `eval` line states its own totals. A confidence interval on it is of the failure rate (garak: the attack's success
//! rate), and is turned into one of the pass rate here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{EvidenceError, Problem};
use super::read::{Number, cut, json};
use super::{Evidence, Finding, Format, Interval, Metric};
use crate::Severity;

#[derive(Deserialize)]
#[serde(tag = "entry_type")]
enum Entry {
    #[serde(rename = "start_run setup")]
    Setup {
        #[serde(rename = "plugins.target_type")]
        target_type: Option<String>,
        #[serde(rename = "plugins.target_name")]
        target_name: Option<String>,
        /// The names of both before 0.14.
        #[serde(rename = "plugins.model_type")]
        model_type: Option<String>,
        #[serde(rename = "plugins.model_name")]
        model_name: Option<String>,
    },
    #[serde(rename = "init")]
    Init { garak_version: Option<String> },
    #[serde(rename = "attempt")]
    Attempt { status: u64 },
    #[serde(rename = "eval")]
    Eval(Box<Eval>),
    #[serde(rename = "completion")]
    Completion {},
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Eval {
    probe: String,
    detector: String,
    passed: u64,
    fails: Option<u64>,
    nones: Option<u64>,
    /// Since 0.13.
    total_evaluated: Option<u64>,
    /// Before 0.13.
    total: Option<u64>,
    confidence: Option<Number>,
    confidence_lower: Option<Number>,
    confidence_upper: Option<Number>,
}

/// The counts of a probe and a detector.
#[derive(Default)]
struct Counts {
    passed: u64,
    total: u64,
    interval: Option<Interval>,
    lines: u64,
}

/// What the lines come to.
#[derive(Default)]
struct Run {
    counts: BTreeMap<(String, String), Counts>,
    /// Attempts with an answer that was judged.
    judged: u64,
    attempts: u64,
    nones: u64,
    is_complete: bool,
}

/// Reads a report.
pub(super) fn parse(bytes: &[u8]) -> Result<Evidence, EvidenceError> {
    let mut evidence = Evidence::new(Format::Garak);
    evidence.tool = Some("garak".to_owned());
    let mut run = Run::default();
    for (before, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        run.take(&mut evidence, line, before)?;
    }
    run.tell(&mut evidence)?;
    if evidence.tool_version.is_none() {
        evidence.warn("the report does not say which version of the tool made it");
    }
    Ok(evidence)
}

impl Run {
    fn take(&mut self, evidence: &mut Evidence, line: &[u8], before: usize) -> Result<(), EvidenceError> {
        match json(line, before)? {
            Entry::Setup { target_type, target_name, model_type, model_name } => {
                let target = [target_type.or(model_type), target_name.or(model_name)];
                let words: Vec<String> = target.into_iter().flatten().map(|name| cut(&name)).collect();
                evidence.subject = (!words.is_empty()).then(|| words.join(" "));
            }
            Entry::Init { garak_version } => {
                evidence.tool_version = garak_version.map(|version| cut(&version));
            }
            Entry::Attempt { status } => {
                self.attempts += u64::from(status == 1);
                self.judged += u64::from(status == 2);
            }
            Entry::Eval(eval) => self.eval(&eval).map_err(|error| error.at_line(before + 1))?,
            Entry::Completion {} => self.is_complete = true,
            Entry::Other => {}
        }
        Ok(())
    }

    fn eval(&mut self, eval: &Eval) -> Result<(), EvidenceError> {
        let total = eval.total()?;
        let interval = eval.interval()?;
        self.nones = self.nones.saturating_add(eval.nones.unwrap_or(0));
        let counts = self.counts.entry((cut(&eval.probe), cut(&eval.detector))).or_default();
        counts.passed = counts.passed.saturating_add(eval.passed);
        counts.total = counts.total.saturating_add(total);
        counts.interval = interval;
        counts.lines += 1;
        Ok(())
    }

    fn tell(self, evidence: &mut Evidence) -> Result<(), EvidenceError> {
        let (mut passed, mut total) = (0_u64, 0_u64);
        for ((probe, detector), counts) in &self.counts {
            passed = passed.saturating_add(counts.passed);
            total = total.saturating_add(counts.total);
            counts.tell(evidence, probe, detector)?;
        }
        if let Some(metric) = share(passed, total) {
            evidence.measure("garak.passRate".to_owned(), metric)?;
        }
        if self.counts.is_empty() {
            evidence.warn("the report has no evaluations");
        }
        if !self.is_complete {
            evidence.warn("the report has no completion: the run did not come to its end");
        }
        if self.nones > 0 {
            evidence.warn(format!("{} answers could not be judged and are in no figure", self.nones));
        }
        if self.judged < self.attempts {
            evidence.warn(format!("{} attempts were answered and not judged", self.attempts - self.judged));
        }
        Ok(())
    }
}

impl Counts {
    fn tell(&self, evidence: &mut Evidence, probe: &str, detector: &str) -> Result<(), EvidenceError> {
        let Some(mut metric) = share(self.passed, self.total) else {
            evidence.warn(format!("`{probe}` with `{detector}` evaluated nothing"));
            return Ok(());
        };
        if self.lines == 1 {
            metric.interval = self.interval;
        } else {
            evidence.warn(format!("`{probe}` with `{detector}` comes {} times and is added up", self.lines));
        }
        evidence.measure(format!("garak.{probe}.{detector}.passRate"), metric)?;
        let fails = self.total - self.passed;
        if fails > 0 {
            evidence.find(Finding {
                severity: Severity::Unrated,
                id: format!("{probe}/{detector}"),
                title: format!("{fails} of {} answers failed", self.total),
                location: Some(probe.to_owned()),
                package: None,
            })?;
        }
        Ok(())
    }
}

impl Eval {
    /// The answers that were judged, in which those that passed and failed must come out.
    fn total(&self) -> Result<u64, EvidenceError> {
        let (total, field) = match (self.total_evaluated, self.total) {
            (Some(total), _) => (total, "total_evaluated"),
            (None, Some(total)) => (total, "total"),
            (None, None) => {
                let detail = "missing field `total_evaluated`".to_owned();
                return Err(EvidenceError::from(Problem::WrongField { detail }).in_field("total_evaluated"));
            }
        };
        let fails = self.fails.unwrap_or(total.saturating_sub(self.passed));
        if self.passed.checked_add(fails) != Some(total) {
            let detail = format!("{} passed and {fails} failed of {total}", self.passed);
            return Err(EvidenceError::from(Problem::Impossible { detail }).in_field(field));
        }
        Ok(total)
    }

    /// The interval of the pass rate.
    fn interval(&self) -> Result<Option<Interval>, EvidenceError> {
        let (Some(Number(lower)), Some(Number(upper))) = (self.confidence_lower, self.confidence_upper)
        else {
            return Ok(None);
        };
        if !(0.0 <= lower && lower <= upper && upper <= 1.0) {
            let detail = format!("no interval of a share: {lower} to {upper}");
            return Err(EvidenceError::from(Problem::Impossible { detail }).in_field("confidence_lower"));
        }
        let of_failures = Interval { lower, upper, level: self.confidence.map(|Number(level)| level) };
        Ok(Some(of_failures.of_opposite_share()))
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers are far below 2^52")]
fn share(passed: u64, total: u64) -> Option<Metric> {
    (total > 0).then(|| Metric { value: passed as f64 / total as f64, n: Some(total), interval: None })
}
