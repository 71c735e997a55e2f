//! Rows with weights against scikit-learn and fairlearn with `sample_weight`.

use std::fmt::Write as _;

use assent_eval::metrics::Bootstrap;
use assent_eval::{EvaluationOptions, Input, Report, Task, evaluate};
use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, Tolerance, ask, number_of, numbers};
use crate::metrics::{EXACT, compare};

/// How weights are drawn.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Even,
    Whole,
    Spread,
    SomeNothing,
    Huge,
    Tiny,
    Skewed,
}

const KINDS: [Kind; 7] =
    [Kind::Even, Kind::Whole, Kind::Spread, Kind::SomeNothing, Kind::Huge, Kind::Tiny, Kind::Skewed];

fn weight(rng: &mut Rng, kind: Kind) -> f64 {
    match kind {
        Kind::Even => 2.5,
        Kind::Whole => rng.below(4) as f64 + 1.0,
        Kind::Spread => rng.unit() + 0.01,
        Kind::SomeNothing => [0.0, rng.unit()][rng.below(2)],
        Kind::Huge => rng.unit() * 1e100,
        Kind::Tiny => rng.unit() * 1e-100,
        Kind::Skewed => (rng.normal() * 4.0).exp(),
    }
}

fn options(task: Task) -> EvaluationOptions {
    EvaluationOptions {
        task,
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        weight: Some("w".to_owned()),
        suites: vec!["performance".to_owned()],
        // Intervals of drawn rows have tests of their own.
        bootstrap: Bootstrap { replicates: 0, seed: 0 },
        ..EvaluationOptions::default()
    }
}

/// A table of columns of numbers.
fn report(options: &EvaluationOptions, columns: &[(&str, &[f64])]) -> Report {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("{}\n", names.join(","));
    for row in 0..columns[0].1.len() {
        for (index, (_, values)) in columns.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // Classes are whole and written as such.
            let value = values[row];
            if value.fract() == 0.0 && value.abs() < 1e6 {
                write!(text, "{comma}{value}").expect("it fits");
            } else {
                write!(text, "{comma}{value:e}").expect("it fits");
            }
        }
        text.push('\n');
    }
    evaluate(options, Input::new("x.csv", text.as_bytes())).expect("well formed")
}

/// Reports of generated data for all kinds of weights, and the answers of a reference function.
fn check(
    function: &'static str,
    (seed, least): (u64, usize),
    within: fn(&str) -> Tolerance,
    generate: impl Fn(&mut Rng, usize, &[f64]) -> (Report, Value),
) {
    let mut rng = Rng::new(seed);
    let (mut reports, mut cases) = (Vec::new(), Vec::new());
    for kind in KINDS {
        for index in 0..24 {
            let rows = [1, 3, 40, 600][index % 4];
            let weights = rng.many(rows, |rng| weight(rng, kind));
            let (report, mut arguments) = generate(&mut rng, rows, &weights);
            arguments["weights"] = numbers(&weights);
            reports.push(report);
            cases.push(Case::new(format!("{kind:?} {index}"), function, arguments));
        }
    }
    let mut differences = Differences::default();
    for ((report, case), answer) in reports.iter().zip(&cases).zip(ask("weights", &cases)) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        compare(&mut differences, case, &report.metrics, &answer["figures"], within);
        let total = report.weight.expect("rows have weights");
        differences.number(case, "weight", total, number_of(&answer["weight"]), Tolerance::Relative(1e-9));
    }
    differences.assert_none(least);
}

#[test]
fn weights_of_two_classes() {
    check(
        "binary",
        (21, 3_000),
        |_| EXACT,
        |rng, rows, weights| {
            let (share, groups) = ([0.05, 0.4][rng.below(2)], 1 + rng.below(3));
            let labels = rng.many(rows, |rng| f64::from(u8::from(rng.unit() < share)));
            let predictions = rng.many(rows, |rng| f64::from(u8::from(rng.unit() < 0.4)));
            // Few scores, so that there are ties.
            let scores = rng.many(rows, |rng| rng.below(12) as f64 / 16.0);
            let of_rows = rng.many(rows, |rng| rng.below(groups) as f64);
            let options = EvaluationOptions {
                score: Some("s".to_owned()),
                protected: vec!["g".to_owned()],
                suites: vec!["performance".to_owned(), "bias".to_owned()],
                ..options(Task::Binary)
            };
            let columns: [(&str, &[f64]); 5] =
                [("y", &labels), ("p", &predictions), ("s", &scores), ("g", &of_rows), ("w", weights)];
            let arguments =
                json!({ "labels": labels, "predictions": predictions, "scores": scores, "groups": of_rows });
            (report(&options, &columns), arguments)
        },
    );
}

#[test]
fn weights_of_several_classes() {
    check(
        "multiclass",
        (22, 2_000),
        |_| EXACT,
        |rng, rows, weights| {
            let labels = rng.many(rows, |rng| rng.below(3) as f64);
            let predictions: Vec<f64> = labels
                .iter()
                .map(|label| if rng.below(2) == 0 { rng.below(4) as f64 } else { *label })
                .collect();
            let scores: Vec<Vec<f64>> = labels
                .iter()
                .map(|_| {
                    let parts = rng.many(4, |rng| (1 + rng.below(5)) as f64);
                    let sum: f64 = parts.iter().sum();
                    parts.iter().map(|part| part / sum).collect()
                })
                .collect();
            let column = |class: usize| scores.iter().map(|row| row[class]).collect::<Vec<f64>>();
            let of_class = [column(0), column(1), column(2), column(3)];
            let options = EvaluationOptions {
                class_scores: (0..4).map(|class| (class.to_string(), format!("s{class}"))).collect(),
                ..options(Task::Multiclass)
            };
            let columns: [(&str, &[f64]); 7] = [
                ("y", &labels),
                ("p", &predictions),
                ("s0", &of_class[0]),
                ("s1", &of_class[1]),
                ("s2", &of_class[2]),
                ("s3", &of_class[3]),
                ("w", weights),
            ];
            let arguments = json!({ "labels": labels, "predictions": predictions, "scores": scores });
            (report(&options, &columns), arguments)
        },
    );
}

#[test]
fn weights_of_numbers() {
    let within = |name: &str| {
        if matches!(name, "rSquared" | "explainedVariance") { EXACT } else { Tolerance::Relative(1e-9) }
    };
    check("regression", (23, 1_000), within, |rng, rows, weights| {
        let (scale, shift) = [(1.0, 0.0), (1e-50, 0.0), (1e20, 0.0), (1.0, 1e4)][rng.below(4)];
        let labels = rng.many(rows, |rng| rng.normal() * scale + shift);
        let predictions: Vec<f64> = labels.iter().map(|label| label + 0.3 * scale * rng.normal()).collect();
        let columns: [(&str, &[f64]); 3] = [("y", &labels), ("p", &predictions), ("w", weights)];
        let arguments = json!({ "labels": numbers(&labels), "predictions": numbers(&predictions) });
        (report(&options(Task::Regression), &columns), arguments)
    });
}
