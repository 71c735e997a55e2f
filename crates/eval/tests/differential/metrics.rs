//! Classification, ranking, calibration, fairness and regression against scikit-learn, fairlearn and SciPy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assent_eval::metrics::{Bootstrap, CalibrationBin, MetricValue};
use assent_eval::{EvaluationOptions, Input, Report, Task, evaluate};
use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number_of, numbers};

pub(crate) const EXACT: Tolerance = Tolerance::Absolute(1e-9);

/// Labels, predictions, scores and groups of rows.
#[derive(Clone, Debug)]
struct Data {
    labels: Vec<bool>,
    predictions: Vec<bool>,
    scores: Vec<f64>,
    groups: Vec<usize>,
}

/// How scores are drawn.
#[derive(Clone, Copy, Debug)]
enum Scores {
    Probabilities,
    Ties,
    Constant,
    Huge,
    Tiny,
    Certain,
}

const SCORES: [Scores; 6] =
    [Scores::Probabilities, Scores::Ties, Scores::Constant, Scores::Huge, Scores::Tiny, Scores::Certain];

impl Data {
    fn generated(rng: &mut Rng, rows: usize, kind: Scores) -> Self {
        let (share, groups) = ([0.0, 0.03, 0.4, 1.0][rng.below(4)], 1 + rng.below(4));
        let labels = rng.many(rows, |rng| rng.unit() < share);
        let chance = [0.0, 0.3, 0.5, 1.0][rng.below(4)];
        Self {
            predictions: labels
                .iter()
                .map(|label| rng.unit() < chance || (*label && rng.below(2) == 0))
                .collect(),
            scores: labels.iter().map(|label| score(rng, kind, *label)).collect(),
            groups: rng.many(rows, |rng| rng.below(groups)),
            labels,
        }
    }

    fn arguments(&self) -> Value {
        let bits = |values: &[bool]| values.iter().map(|value| u8::from(*value)).collect::<Vec<_>>();
        let (labels, predictions) = (bits(&self.labels), bits(&self.predictions));
        json!({ "labels": labels, "predictions": predictions, "scores": numbers(&self.scores) })
    }

    fn report(&self) -> Report {
        let mut text = "y,p,s,g\n".to_owned();
        for row in 0..self.labels.len() {
            let (label, prediction) = (u8::from(self.labels[row]), u8::from(self.predictions[row]));
            writeln!(text, "{label},{prediction},{:e},{}", self.scores[row], self.groups[row])
                .expect("it fits");
        }
        let options = EvaluationOptions {
            score: Some("s".to_owned()),
            protected: vec!["g".to_owned()],
            suites: vec!["performance".to_owned(), "bias".to_owned()],
            ..options(Task::Binary)
        };
        evaluate(&options, Input::new("x.csv", text.as_bytes())).expect("well formed")
    }
}

fn score(rng: &mut Rng, kind: Scores, label: bool) -> f64 {
    let lean = if label { 0.2 } else { 0.0 };
    match kind {
        Scores::Probabilities => 0.8 * rng.unit() + lean,
        Scores::Ties => (rng.below(8) as f64 / 10.0) + lean,
        Scores::Constant => 0.5,
        Scores::Huge => rng.normal() * 1e300,
        Scores::Tiny => rng.unit() * 1e-308,
        Scores::Certain => [0.0, 1.0, 0.3, 1.0 - f64::EPSILON / 2.0][rng.below(4)],
    }
}

fn options(task: Task) -> EvaluationOptions {
    EvaluationOptions {
        task,
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        suites: vec!["performance".to_owned()],
        // Intervals of drawn rows have tests of their own.
        bootstrap: Bootstrap { replicates: 0, seed: 0 },
        ..EvaluationOptions::default()
    }
}

/// Compares all figures of an answer: a number with a number, nothing with nothing.
pub(crate) fn compare(
    differences: &mut Differences,
    case: &Case,
    metrics: &BTreeMap<String, MetricValue>,
    answer: &Value,
    within: impl Fn(&str) -> Tolerance,
) {
    for (name, theirs) in answer.as_object().expect("figures by name") {
        let ours = metrics.get(name).unwrap_or_else(|| panic!("{}: no {name}", case.name));
        match (ours.value, theirs.is_null()) {
            (Some(ours), false) => differences.number(case, name, ours, number_of(theirs), within(name)),
            (ours, is_null) => differences.same(case, name, &ours.is_none(), &is_null),
        }
    }
}

fn cases(function: &'static str, seed: u64) -> Vec<(Data, Case)> {
    let mut rng = Rng::new(seed);
    let sizes = [1, 2, 5, 40, 700];
    let mut cases = Vec::new();
    for kind in SCORES {
        for index in 0..if function == "bias" { 12 } else { 30 } {
            let data = Data::generated(&mut rng, sizes[index % sizes.len()], kind);
            let mut arguments = data.arguments();
            if function == "bias" {
                arguments["groups"] = json!(data.groups);
            }
            cases.push((data, Case::new(format!("{kind:?} {index}"), function, arguments)));
        }
    }
    cases
}

fn check(
    function: &'static str,
    seed: u64,
    least: usize,
    differ: impl Fn(&mut Differences, &Case, &Report, &Value),
) {
    let (data, cases): (Vec<Data>, Vec<Case>) = cases(function, seed).into_iter().unzip();
    let mut differences = Differences::default();
    for ((data, case), answer) in data.iter().zip(&cases).zip(ask("metrics", &cases)) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        differ(&mut differences, case, &data.report(), &answer);
    }
    differences.assert_none(least);
}

#[test]
fn performance_of_two_classes() {
    check("binary", 1, 2_000, |differences, case, report, answer| {
        compare(differences, case, &report.metrics, answer, |_| EXACT);
    });
}

#[test]
fn comparisons_of_groups() {
    check("bias", 2, 500, |differences, case, report, answer| {
        compare(differences, case, &report.metrics, answer, |_| EXACT);
        let named = answer.as_object().expect("figures by name").keys();
        for name in named {
            let of_group = report.metrics[&format!("g.{name}")];
            differences.same(case, name, &of_group, &report.metrics[name]);
        }
        // The error of a group is that of the bins which are shown for it.
        for group in report.groups.iter().filter(|group| !group.calibration.is_empty()) {
            let rows: u64 = group.calibration.iter().map(|bin| bin.n).sum();
            differences.same(case, "rows in bins", &rows, &group.n);
            let gap = |bin: &CalibrationBin| {
                let gap = bin.mean_score.zip(bin.positive_rate).map(|(score, rate)| (score - rate).abs());
                gap.unwrap_or_default() * bin.n as f64
            };
            let error = group.calibration.iter().map(gap).sum::<f64>() / rows as f64;
            let shown = group.expected_calibration_error.expect("scores are probabilities");
            differences.number(case, "calibration of a group", shown, error, EXACT);
        }
    });
}

#[test]
fn intervals_of_proportions_and_of_the_area() {
    check("intervals", 3, 300, |differences, case, report, answer| {
        for name in ["accuracy", "rocAuc"] {
            let Some(interval) = report.metrics[name].interval else { continue };
            differences.number(case, name, interval.low, number_of(&answer[name][0]), EXACT);
            differences.number(case, name, interval.high, number_of(&answer[name][1]), EXACT);
        }
    });
}

#[test]
fn performance_of_several_classes() {
    let mut rng = Rng::new(4);
    let (mut reports, mut cases) = (Vec::new(), Vec::new());
    for index in 0..120 {
        let (classes, rows) = (1 + rng.below(7), [1, 3, 30, 500][index % 4]);
        let labels = rng.many(rows, |rng| rng.below(classes));
        let predictions: Vec<usize> = labels
            .iter()
            .map(|label| if rng.below(3) == 0 { rng.below(classes + 1) } else { *label })
            .collect();
        let rows =
            labels.iter().zip(&predictions).map(|(label, prediction)| format!("{label},{prediction}\n"));
        let text = format!("y,p\n{}", rows.collect::<String>());
        let input = Input::new("x.csv", text.as_bytes());
        reports.push(evaluate(&options(Task::Multiclass), input).expect("well formed"));
        let arguments = json!({ "labels": labels, "predictions": predictions });
        cases.push(Case::new(format!("{classes} classes {index}"), "multiclass", arguments));
    }
    let mut differences = Differences::default();
    for ((report, case), answer) in reports.iter().zip(&cases).zip(ask("metrics", &cases)) {
        compare(&mut differences, case, &report.metrics, &answer.expect("it is answered"), |_| EXACT);
    }
    differences.assert_none(1_300);
}

#[test]
fn performance_of_numbers() {
    let mut rng = Rng::new(5);
    let (mut reports, mut cases) = (Vec::new(), Vec::new());
    for index in 0..120 {
        let rows = [1, 2, 30, 900][index % 4];
        let (scale, shift) =
            ([1.0, 1e-100, 1e100, 1.0, 0.0][index % 5], [0.0, 0.0, 0.0, 1e5, 2.0][index % 5]);
        let labels = rng.many(rows, |rng| rng.normal() * scale + shift);
        let predictions: Vec<f64> = labels.iter().map(|label| label + 0.3 * scale * rng.normal()).collect();
        let rows =
            labels.iter().zip(&predictions).map(|(label, prediction)| format!("{label:e},{prediction:e}\n"));
        let text = format!("y,p\n{}", rows.collect::<String>());
        let input = Input::new("x.csv", text.as_bytes());
        reports.push(evaluate(&options(Task::Regression), input).expect("well formed"));
        let arguments = json!({ "labels": numbers(&labels), "predictions": numbers(&predictions) });
        cases.push(Case::new(format!("{scale:e} {shift:e} {index}"), "regression", arguments));
    }
    let within = |name: &str| {
        if matches!(name, "rSquared" | "explainedVariance") { EXACT } else { Tolerance::Relative(1e-9) }
    };
    let mut differences = Differences::default();
    for ((report, case), answer) in reports.iter().zip(&cases).zip(ask("metrics", &cases)) {
        compare(&mut differences, case, &report.metrics, &answer.expect("it is answered"), within);
    }
    differences.assert_none(800);
}
