//! The scores of several classes against scikit-learn.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use assent_eval::metrics::Bootstrap;
use assent_eval::{EvaluationOptions, Input, Report, Task, evaluate};
use serde_json::{Value, json};

use crate::generate::Rng;
use crate::harness::{Case, Differences, ask, numbers};
use crate::metrics::{EXACT, compare};

/// How the probabilities of a row are drawn.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Spread,
    Ties,
    Constant,
    Certain,
    Tiny,
}

const KINDS: [Kind; 5] = [Kind::Spread, Kind::Ties, Kind::Constant, Kind::Certain, Kind::Tiny];

#[derive(Clone, Debug)]
struct Data {
    classes: usize,
    labels: Vec<usize>,
    predictions: Vec<usize>,
    scores: Vec<Vec<f64>>,
}

impl Data {
    fn generated(rng: &mut Rng, rows: usize, kind: Kind) -> Self {
        let classes = 3 + rng.below(4);
        // Some classes have no label, and some are never predicted.
        let (labelled, predicted) = (1 + rng.below(classes), 1 + rng.below(classes));
        let labels = rng.many(rows, |rng| rng.below(labelled));
        let scores = labels.iter().map(|label| distribution(rng, kind, classes, *label)).collect();
        let predictions = rng.many(rows, |rng| rng.below(predicted));
        Self { classes, labels, predictions, scores }
    }

    fn arguments(&self) -> Value {
        let scores: Vec<Value> = self.scores.iter().map(|row| numbers(row)).collect();
        let classes: Vec<usize> = (0..self.classes).collect();
        json!({ "labels": self.labels, "predictions": self.predictions, "scores": scores, "classes": classes })
    }

    fn report(&self) -> Report {
        let names: Vec<String> = (0..self.classes).map(|class| format!("s{class}")).collect();
        let mut text = format!("y,p,{}\n", names.join(","));
        for (row, scores) in self.scores.iter().enumerate() {
            write!(text, "{},{}", self.labels[row], self.predictions[row]).expect("it fits");
            for score in scores {
                write!(text, ",{score:e}").expect("it fits");
            }
            text.push('\n');
        }
        let options = EvaluationOptions {
            task: Task::Multiclass,
            label: "y".to_owned(),
            prediction: "p".to_owned(),
            class_scores: (0..self.classes).map(|class| (class.to_string(), names[class].clone())).collect(),
            suites: vec!["performance".to_owned()],
            // Intervals of drawn rows have tests of their own.
            bootstrap: Bootstrap { replicates: 0, seed: 0 },
            ..EvaluationOptions::default()
        };
        evaluate(&options, Input::new("x.csv", text.as_bytes())).expect("well formed")
    }
}

fn distribution(rng: &mut Rng, kind: Kind, classes: usize, label: usize) -> Vec<f64> {
    let lean = |class: usize| if class == label { 1.0 } else { 0.3 };
    let draw: Vec<f64> = (0..classes)
        .map(|class| match kind {
            Kind::Spread => rng.unit() * lean(class),
            Kind::Ties => (1 + rng.below(2)) as f64,
            Kind::Constant => 1.0,
            Kind::Certain => 0.0,
            Kind::Tiny => rng.unit() * lean(class) * [1.0, 1e-300][rng.below(2)],
        })
        .collect();
    let sum: f64 = draw.iter().sum();
    if sum > 0.0 {
        return draw.iter().map(|part| part / sum).collect();
    }
    let certain = rng.below(classes);
    (0..classes).map(|class| f64::from(u8::from(class == certain))).collect()
}

#[test]
fn scores_of_several_classes() {
    let mut rng = Rng::new(11);
    let (mut data, mut cases) = (Vec::new(), Vec::new());
    for kind in KINDS {
        for index in 0..30 {
            let generated = Data::generated(&mut rng, [1, 2, 6, 50, 400][index % 5], kind);
            cases.push(Case::new(format!("{kind:?} {index}"), "class_scores", generated.arguments()));
            data.push(generated);
        }
    }
    let mut differences = Differences::default();
    for ((data, case), answer) in data.iter().zip(&cases).zip(ask("class_scores", &cases)) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let report = data.report();
        let (figures, areas) = (&answer["figures"], &answer["areas"]);
        compare(&mut differences, case, &report.metrics, figures, |_| EXACT);
        let of_classes: BTreeMap<String, _> = report
            .classes
            .iter()
            .map(|row| (row.class.clone(), row.roc_auc.map_or_else(undefined, defined)))
            .collect();
        compare(&mut differences, case, &of_classes, areas, |_| EXACT);
    }
    differences.assert_none(1_200);
}

fn defined(value: f64) -> assent_eval::Figure {
    assent_eval::Figure::defined(value, 1)
}

fn undefined() -> assent_eval::Figure {
    assent_eval::Figure::undefined(assent_eval::Reason::NoRows, 0)
}
