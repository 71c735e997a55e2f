//! What must hold of any data: splits add up, order does not matter, metrics keep their bounds and equal a naive count.
#![expect(
    clippy::cast_precision_loss,
    clippy::format_push_string,
    reason = "tests may fail, and are not hot"
)]

use assent_eval::metrics::{Bootstrap, IntervalMethod, MetricValue, Reason, roc_auc};
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Input, Report, Suite, evaluate, evaluate_joined, render_table, report, scan,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// One row of test data.
#[derive(Clone, Debug)]
struct Line {
    label: bool,
    prediction: bool,
    group: u8,
    other: bool,
    /// Few distinct values, so that ties are common.
    score: i8,
}

fn line() -> impl Strategy<Value = Line> {
    (any::<bool>(), any::<bool>(), 0_u8..5, any::<bool>(), -4_i8..5)
        .prop_map(|(label, prediction, group, other, score)| Line { label, prediction, group, other, score })
}

fn options(min_group_size: u64) -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        score: Some("s".to_owned()),
        protected: vec!["g".to_owned(), "h".to_owned()],
        suites: vec!["bias".to_owned(), "performance".to_owned()],
        min_group_size,
        id: Some("id".to_owned()),
        bootstrap: Bootstrap { replicates: 20, seed: 1 },
        ..EvaluationOptions::default()
    }
}

fn csv(lines: &[Line]) -> String {
    let rows = lines.iter().map(|line| {
        let (label, prediction, other) =
            (u8::from(line.label), u8::from(line.prediction), u8::from(line.other));
        format!("{label},{prediction},g{},{other},{}.5\n", line.group, line.score)
    });
    std::iter::once("y,p,g,h,s\n".to_owned()).chain(rows).collect()
}

/// The state of some rows; no rows give the neutral state, which no file can.
fn state(lines: &[Line]) -> State {
    if lines.is_empty() {
        return State::default();
    }
    scan(&options(0), Input::new("x.csv", csv(lines).as_bytes())).expect("well formed")
}

fn merged(parts: &[&[Line]]) -> State {
    parts.iter().fold(State::default(), |mut sum, part| {
        sum.merge(state(part)).expect("of the same columns");
        sum
    })
}

/// What whoever chooses the scores may know of the labels that somebody else holds.
fn without_what_tells_labels(mut report: Report) -> Report {
    report.curve.clear();
    report.calibration.clear();
    let telling = |name: &str| {
        let telling = ["averagePrecision", "brierScore", "expectedCalibrationError", "logLoss"];
        telling.contains(&name) || name.ends_with("expectedCalibrationErrorDifference")
    };
    report.metrics.retain(|name, _| !telling(name));
    for group in &mut report.groups {
        group.expected_calibration_error = None;
        group.calibration.clear();
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn splits_add_up_in_any_order(lines in vec(line(), 1..120), first in 0_usize..120, second in 0_usize..120) {
        let first = first.min(lines.len());
        let second = second.clamp(first, lines.len().max(first));
        let (a, b, c) = (&lines[..first], &lines[first..second], &lines[second..]);
        let whole = state(&lines);
        prop_assert_eq!(&merged(&[a, b, c]), &whole);
        prop_assert_eq!(&merged(&[c, a, b]), &whole);
        let mut right = state(b);
        right.merge(state(c)).expect("of the same columns");
        let mut nested = state(a);
        nested.merge(right).expect("of the same columns");
        prop_assert_eq!(&nested, &whole);
        let stored = serde_json::to_string(&whole).expect("it serialises");
        prop_assert_eq!(serde_json::from_str::<State>(&stored).expect("it reads back"), whole);
    }

    #[test]
    fn order_does_not_change_a_byte(
        (lines, shuffled) in vec(line(), 1..80).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        let bytes = |lines: &[Line]| {
            let report = evaluate(&options(3), Input::new("x.csv", csv(lines).as_bytes())).expect("well formed");
            (serde_json::to_string(&report).expect("it serialises"), render_table(&report))
        };
        prop_assert_eq!(bytes(&lines), bytes(&shuffled));
    }

    #[test]
    fn a_join_equals_one_table(
        (lines, order) in vec(line(), 1..60).prop_flat_map(|lines| {
            let order: Vec<usize> = (0..lines.len()).collect();
            (Just(lines), Just(order).prop_shuffle())
        })
    ) {
        let mut labels = "id,y,g,h\n".to_owned();
        let mut predictions = "p,id,s\n".to_owned();
        for (id, line) in lines.iter().enumerate() {
            labels.push_str(&format!("r{id},{},g{},{}\n", u8::from(line.label), line.group, u8::from(line.other)));
        }
        for id in order {
            let line = &lines[id];
            predictions.push_str(&format!("{},r{id},{}.5\n", u8::from(line.prediction), line.score));
        }
        let (labels, predictions) = (DataFile::new("l", labels.into_bytes()), DataFile::new("p", predictions.into_bytes()));
        let joined = evaluate_joined(&options(2), &labels, &predictions).expect("well formed");
        let whole = evaluate(&options(2), Input::new("x.csv", csv(&lines).as_bytes())).expect("well formed");
        prop_assert_eq!(joined, without_what_tells_labels(whole));
    }

    #[test]
    fn metrics_keep_their_bounds_and_say_why_they_are_absent(lines in vec(line(), 1..40), min in 0_u64..6) {
        let report = report(&options(min), &Suite::ALL, &state(&lines)).expect("decided");
        prop_assert_eq!(report.metrics.len(), 17 + 3 * 9);
        for (path, metric) in &report.metrics {
            prop_assert_eq!(metric.value.is_none(), metric.reason.is_some(), "{}", path);
            let bounds = match path.as_str() {
                "matthewsCorrelation" => -1.0 - 1e-12..=1.0 + 1e-12,
                "logLoss" => 0.0..=-f64::EPSILON.ln(),
                "theilIndex" => 0.0..=f64::MAX,
                _ => 0.0..=1.0,
            };
            prop_assert!(metric.value.is_none_or(|value| bounds.contains(&value)), "{} {:?}", path, metric);
            // Differences of drawn rows are larger than those of the rows: such an interval may lie above its figure.
            let inside = |value: f64| {
                metric.interval.is_none_or(|of| match of.method {
                    IntervalMethod::Bootstrap => of.low <= of.high && bounds.contains(&of.low) && bounds.contains(&of.high),
                    IntervalMethod::Wilson | IntervalMethod::DeLong => of.low <= value && value <= of.high,
                })
            };
            prop_assert!(metric.value.is_none_or(inside), "{} {:?}", path, metric);
            prop_assert!(metric.n <= 2 * report.rows, "{}", path);
        }
        let by_group: u64 = report.groups.iter().filter(|group| group.attribute == "g").map(|group| group.n).sum();
        prop_assert_eq!(by_group, report.rows);
    }

    #[test]
    fn counts_equal_a_naive_count(lines in vec(line(), 1..60)) {
        let report = report(&options(0), &Suite::ALL, &state(&lines)).expect("decided");
        for row in report.groups.iter().filter(|row| row.attribute == "g") {
            let of = |label: bool, prediction: bool| {
                let same = |line: &&Line| format!("g{}", line.group) == row.group;
                lines.iter().filter(same).filter(|l| l.label == label && l.prediction == prediction).count() as u64
            };
            prop_assert_eq!((row.tn, row.fp), (of(false, false), of(false, true)));
            prop_assert_eq!((row.fn_, row.tp), (of(true, false), of(true, true)));
        }
        let right = lines.iter().filter(|line| line.label == line.prediction).count();
        let accuracy = report.metrics["accuracy"].value.expect("there are rows");
        prop_assert!((accuracy - right as f64 / lines.len() as f64).abs() < 1e-15);
    }

    #[test]
    fn the_area_equals_all_pairs_compared(lines in vec(line(), 1..60)) {
        let state = state(&lines);
        let found = roc_auc(&state.binary(&options(0)).expect("decided").scores().expect("scored"));
        let side = |label: bool| lines.iter().filter(move |line| line.label == label).map(|line| line.score);
        let pairs: Vec<f64> = side(true)
            .flat_map(|up| side(false).map(move |down| match up.cmp(&down) {
                std::cmp::Ordering::Less => 0.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 1.0,
            }))
            .collect();
        match found.value {
            Some(area) => prop_assert!((area - pairs.iter().sum::<f64>() / pairs.len() as f64).abs() < 1e-12),
            None => prop_assert!(pairs.is_empty()),
        }
    }

    #[test]
    fn any_bytes_are_answered(data in vec(any::<u8>(), 0..400)) {
        let mut text = b"y,p,g,h,s\n".to_vec();
        text.extend(&data);
        for bytes in [&data, &text] {
            let answer = evaluate(&options(0), Input::new("x", bytes.as_slice()));
            match answer {
                Ok(report) => prop_assert!(report.rows > 0 && report.confusion_matrix.total() == report.rows),
                Err(error) => prop_assert!(!error.remedy().is_empty() && error.to_string().len() < 10_000),
            }
        }
    }
}

#[test]
fn a_state_without_all_scores_has_no_area() {
    let lines = [true, false].map(|label| Line { label, prediction: label, group: 0, other: true, score: 1 });
    let mut whole = state(&lines);
    let unscored = EvaluationOptions { score: None, ..options(0) };
    let unscored = scan(&unscored, Input::new("x.csv", csv(&lines).as_bytes())).expect("well formed");
    whole.merge(unscored).expect("scores may be missing");
    let area = roc_auc(&whole.binary(&options(0)).expect("decided").scores().expect("half has scores"));
    assert_eq!(area, MetricValue::undefined(Reason::ScoresMissing, 2));
}
