//! Fairness of two groups against AIF360, which gives its figures a direction.

use std::fmt::Write as _;

use assent_eval::metrics::{
    MetricValue, directed_average_odds_difference, directed_equal_opportunity_difference,
    disparate_impact_of, statistical_parity_difference,
};
use assent_eval::{EvaluationOptions, Input, evaluate_state, scan};
use serde_json::json;

use crate::generate::Rng;
use crate::harness::{Case, Differences, ask, number_of, numbers};
use crate::metrics::EXACT;

#[derive(Clone, Debug)]
struct Data {
    labels: Vec<u8>,
    predictions: Vec<u8>,
    /// 1 for the unprivileged.
    groups: Vec<usize>,
    weights: Option<Vec<f64>>,
}

impl Data {
    fn generated(rng: &mut Rng, rows: usize, is_weighed: bool) -> Self {
        let (share, chance) = ([0.1, 0.5, 1.0][rng.below(3)], [0.0, 0.2, 0.6][rng.below(3)]);
        let labels = rng.many(rows, |rng| u8::from(rng.unit() < share));
        let predictions = labels
            .iter()
            .map(|label| u8::from(rng.unit() < chance || (*label == 1 && rng.below(2) == 0)))
            .collect();
        // Both groups are there: AIF360 refuses one that is not.
        let groups = (0..rows).map(|row| if row < 2 { row } else { rng.below(2) }).collect();
        let weights = is_weighed.then(|| rng.many(rows, |rng| rng.unit() + 0.1));
        Self { labels, predictions, groups, weights }
    }

    /// Our figures: those with AIF360's direction, and those of the report.
    fn figures(&self) -> Vec<(&'static str, MetricValue)> {
        let mut text = "y,p,g,w\n".to_owned();
        for row in 0..self.labels.len() {
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[row]);
            let (label, prediction, group) = (self.labels[row], self.predictions[row], self.groups[row]);
            writeln!(text, "{label},{prediction},{group},{weight:e}").expect("it fits");
        }
        let options = EvaluationOptions {
            label: "y".to_owned(),
            prediction: "p".to_owned(),
            weight: self.weights.as_ref().map(|_| "w".to_owned()),
            protected: vec!["g".to_owned()],
            suites: vec!["bias".to_owned()],
            bootstrap: assent_eval::metrics::Bootstrap { replicates: 0, seed: 0 },
            ..EvaluationOptions::default()
        };
        let state = scan(&options, Input::new("x.csv", text.as_bytes())).expect("well formed");
        let report = evaluate_state(&options, &state).expect("the state is good");
        let groups = state.binary(&options).expect("two classes").groups(&options.protected);
        let (low, high) = (&groups["1"], &groups["0"]);
        vec![
            ("statistical_parity_difference", statistical_parity_difference(low, high)),
            ("disparate_impact", disparate_impact_of(low, high)),
            ("equal_opportunity_difference", directed_equal_opportunity_difference(low, high)),
            ("average_odds_difference", directed_average_odds_difference(low, high)),
            ("average_abs_odds_difference", report.metrics["averageOddsDifference"]),
            ("theil_index", report.metrics["theilIndex"]),
            ("without_direction", report.metrics["demographicParityDifference"]),
        ]
    }
}

#[test]
fn fairness_of_two_groups_is_that_of_aif360() {
    let mut rng = Rng::new(41);
    let (mut data, mut cases) = (Vec::new(), Vec::new());
    for index in 0..120 {
        let generated = Data::generated(&mut rng, [2, 5, 60, 500][index % 4], index % 3 == 0);
        let arguments = json!({
            "labels": generated.labels,
            "predictions": generated.predictions,
            "groups": generated.groups,
            "weights": generated.weights.as_deref().map(numbers),
        });
        cases.push(Case::new(format!("case {index}"), "fairness", arguments));
        data.push(generated);
    }
    let mut differences = Differences::default();
    for ((data, case), answer) in data.iter().zip(&cases).zip(ask("unprivileged", &cases)) {
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for (name, figure) in data.figures() {
            // AIF360 takes no weights for the Theil index.
            if name == "theil_index" && data.weights.is_some() {
                continue;
            }
            let theirs = number_of(&answer[name]);
            match figure.value {
                Some(ours) => differences.number(case, name, ours, theirs, EXACT),
                None => differences.same(case, name, &theirs.is_finite(), &false),
            }
        }
    }
    differences.assert_none(800);
}

/// Features and predictions as a report's consistency.
fn consistency_of(features: &[Vec<f64>], predictions: &[u8]) -> MetricValue {
    let width = features[0].len();
    let names: Vec<String> = (0..width).map(|place| format!("x{place}")).collect();
    let mut text = format!("y,p,g,{}\n", names.join(","));
    for (row, prediction) in features.iter().zip(predictions) {
        write!(text, "1,{prediction},a").expect("it fits");
        for feature in row {
            write!(text, ",{feature:e}").expect("it fits");
        }
        text.push('\n');
    }
    let options = EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        features: names,
        protected: vec!["g".to_owned()],
        suites: vec!["bias".to_owned()],
        bootstrap: assent_eval::metrics::Bootstrap { replicates: 0, seed: 0 },
        ..EvaluationOptions::default()
    };
    let report = assent_eval::evaluate(&options, Input::new("x.csv", text.as_bytes())).expect("well formed");
    report.metrics["consistency"]
}

#[test]
fn consistency_is_that_of_aif360_where_no_distances_tie() {
    let mut rng = Rng::new(42);
    let (mut figures, mut cases) = (Vec::new(), Vec::new());
    for index in 0..40 {
        let (rows, width) = ([5, 9, 60, 300][index % 4], 1 + rng.below(4));
        let ties = index % 2 == 1;
        let features = rng.many(rows, |rng| {
            rng.many(width, |rng| if ties { rng.below(4) as f64 } else { rng.normal() * 10.0 })
        });
        let predictions = rng.many(rows, |rng| u8::from(rng.below(3) == 0));
        figures.push(consistency_of(&features, &predictions));
        let function = if ties { "consistency_with_ties" } else { "consistency" };
        let rows: Vec<_> = features.iter().map(|row| numbers(row)).collect();
        let arguments = json!({ "features": rows, "predictions": predictions, "neighbours": 5 });
        cases.push(Case::new(format!("{function} {index}"), function, arguments));
    }
    let mut differences = Differences::default();
    for ((figure, case), answer) in figures.iter().zip(&cases).zip(ask("unprivileged", &cases)) {
        let theirs = number_of(&answer.unwrap_or_else(|error| panic!("{}: {error}", case.name)));
        differences.number(case, "consistency", figure.value.expect("defined"), theirs, EXACT);
    }
    differences.assert_none(40);
}
