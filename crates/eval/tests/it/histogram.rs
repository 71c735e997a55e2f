//! Scores kept as a histogram: what is still known, how well, and that parts add up as they do with exact scores.

use crate::files;

use ::parquet::file::properties::WriterProperties;
use assent_eval::metrics::{MetricValue, Reason};
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Problem, Report, ScoreState, Task, evaluate_files, evaluate_state,
    scan_files, sql, state_of_sql,
};
use files::{Rows, batch, csv, parquet};
use proptest::prelude::*;

fn options(score_state: ScoreState) -> EvaluationOptions {
    let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        positive: texts(&["yes", "surely"]),
        score: Some("s".to_owned()),
        score_state,
        protected: texts(&["g", "h"]),
        segments: texts(&["h"]),
        suites: texts(&["performance", "bias"]),
        ..EvaluationOptions::default()
    }
}

fn evaluated(rows: &Rows, score_state: ScoreState) -> Report {
    evaluate_files(&options(score_state), &[DataFile::new("x", csv(rows))]).expect("well formed")
}

fn state(bytes: Vec<u8>, options: &EvaluationOptions) -> State {
    scan_files(options, &[DataFile::new("x", bytes)]).expect("well formed")
}

/// The exact area of all rows, and of each segment and group, lies within the bound that the histogram gives.
fn assert_within_bounds(exact: &Report, binned: &Report) {
    let pair = |exact: &MetricValue, binned: &MetricValue| {
        let (Some(exact), Some(about)) = (exact.value, binned.value) else {
            assert_eq!((exact.value, exact.reason), (binned.value, binned.reason));
            return;
        };
        let bound = binned.error_bound.expect("it has a bound");
        assert!((exact - about).abs() <= bound + 1e-12, "{exact} {about} {bound}");
        assert_eq!(binned.interval, None);
    };
    pair(&exact.metrics["rocAuc"], &binned.metrics["rocAuc"]);
    for (exact, binned) in exact.segments.iter().zip(&binned.segments) {
        pair(&exact.metrics["rocAuc"], &binned.metrics["rocAuc"]);
    }
}

#[test]
fn counts_stay_exact_and_what_single_scores_tell_is_absent() {
    let rows = Rows::generated(3, 2_000);
    let (exact, binned) = (evaluated(&rows, ScoreState::Exact), evaluated(&rows, ScoreState::Histogram));
    assert_eq!(binned.options.score_state, ScoreState::Histogram);
    assert!(serde_json::to_string(&binned).expect("it serialises").contains("\"scoreState\":\"histogram\""));
    assert_eq!(exact.confusion_matrix, binned.confusion_matrix);
    assert_within_bounds(&exact, &binned);
    assert!(exact.metrics.keys().eq(binned.metrics.keys()), "{:?}", binned.metrics.keys());
    let absent = ["averagePrecision", "brierScore", "expectedCalibrationError", "logLoss"];
    let absent = absent.into_iter().chain(["scoreImpactRatio", "g.scoreImpactRatio", "h.scoreImpactRatio"]);
    for name in absent {
        let (value, reason) = (binned.metrics[name].value, binned.metrics[name].reason);
        assert_eq!((value, reason), (None, Some(Reason::ScoresBinned)), "{name}");
    }
    assert!(binned.calibration.is_empty() && !exact.calibration.is_empty());
    // Thresholds are bounds of bins, where the curve is that of all scores.
    assert!(binned.curve.len() > 50, "{}", binned.curve.len());
    for point in &binned.curve {
        let above = |label: bool| {
            let rows = rows.0.iter().filter(move |row| row.label == label && row.score >= point.score);
            f64::from(u32::try_from(rows.count()).expect("it is small"))
        };
        let of = |label: bool| {
            let rows = rows.0.iter().filter(move |row| row.label == label).count();
            f64::from(u32::try_from(rows).expect("it is small"))
        };
        assert!((point.true_positive_rate - above(true) / of(true)).abs() < 1e-12);
        assert!((point.false_positive_rate - above(false) / of(false)).abs() < 1e-12);
    }
}

#[test]
fn row_groups_threads_and_parts_do_not_show() {
    let rows = Rows::generated(4, 2_000);
    let histogram = Some(ScoreState::Histogram);
    for (kept, features) in [(histogram, None), (histogram, Some("s")), (None, None), (None, Some("s"))] {
        let options = EvaluationOptions {
            features: features.map(str::to_owned).into_iter().collect(),
            score: kept.map(|_| "s".to_owned()),
            score_state: kept.unwrap_or_default(),
            ..options(ScoreState::Exact)
        };
        let whole = state(csv(&rows), &options);
        let text = serde_json::to_string(&whole).expect("it serialises");
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads start");
            let properties = WriterProperties::builder().set_max_row_group_row_count(Some(61)).build();
            let found = pool.install(|| state(parquet(&batch(&rows, true), properties), &options));
            assert_eq!(serde_json::to_string(&found).expect("it serialises"), text, "{threads} threads");
        }
        let parts = rows.split(700, 1_300).map(|part| {
            let text = serde_json::to_string(&state(csv(&part), &options)).expect("it serialises");
            serde_json::from_str(&text).expect("it reads back")
        });
        let merged = State::merged(parts.into_iter().rev().collect()).expect("of the same columns");
        assert_eq!(serde_json::to_string(&merged).expect("it serialises"), text);
        let report = evaluate_state(&options, &merged).expect("decided");
        assert_eq!(report, evaluate_state(&options, &whole).expect("decided"));
    }
}

#[test]
fn states_that_are_not_alike_or_contradict_themselves_are_refused() {
    let rows = Rows::generated(5, 50);
    let both = [ScoreState::Exact, ScoreState::Histogram].map(|kept| state(csv(&rows), &options(kept)));
    let mixed = State::merged(both.to_vec()).expect_err("they are not alike");
    assert_eq!(mixed.problem, Problem::StatesDiffer);
    let text = serde_json::to_string(&both[1]).expect("it serialises");
    assert!(serde_json::from_str::<State>(&text).is_ok());
    for (found, other) in [
        ("\"bin\":", "\"bin\":9"),
        ("\"rows\":1}]", "\"rows\":0}]"),
        ("\"scoreState\":\"histogram\"", "\"scoreState\":\"exact\""),
        ("\"histogram\":[", "\"scores\":{\"values\":[],\"cells\":[]},\"histogram\":["),
    ] {
        let changed = text.replacen(found, other, 1);
        assert_ne!(changed, text, "{found}");
        assert!(serde_json::from_str::<State>(&changed).is_err(), "{other}");
    }
}

#[test]
fn a_histogram_and_a_query_have_no_room_for_weights() {
    let weighed = EvaluationOptions { weight: Some("s".to_owned()), ..options(ScoreState::Histogram) };
    let rows = csv(&Rows::generated(5, 50));
    let error = scan_files(&weighed, &[DataFile::new("x", rows)]).expect_err("weights are not counted");
    assert_eq!((error.problem, error.place), (Problem::BinnedWeights, Box::default()));

    let named = options(ScoreState::Exact);
    let cases = [
        ("a weight", EvaluationOptions { weight: Some("w".to_owned()), ..named.clone() }),
        ("features", EvaluationOptions { features: vec!["f".to_owned()], ..named.clone() }),
        (
            "a score for each class",
            EvaluationOptions {
                task: Task::Multiclass,
                score: None,
                class_scores: [("a".to_owned(), "b".to_owned())].into(),
                ..named.clone()
            },
        ),
    ];
    assert!(sql(&named, &["t".to_owned()]).is_ok());
    for (option, options) in cases {
        let query = sql(&options, &["t".to_owned()]).expect_err("it is kept row by row");
        let read = state_of_sql(&options, &[]).expect_err("it is kept row by row");
        assert_eq!(
            (query.problem, read.problem),
            (Problem::NotBySql { option }, Problem::NotBySql { option })
        );
    }
}

#[test]
fn more_cells_than_bins_are_counted_for_are_refused() {
    let error = scan_files(
        &options(ScoreState::Histogram),
        &[DataFile::new("x", csv(&Rows::of_many_groups(20_000)))],
    );
    assert_eq!(error.expect_err("too many cells").problem, Problem::TooManyBinnedCells);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_exact_area_lies_within_the_bound(
        lines in proptest::collection::vec((any::<bool>(), prop_oneof![
            0.0..1.0_f64, -2.0..3.0_f64, Just(0.0), Just(-0.0), Just(1.0), Just(f64::MAX), Just(f64::MIN)
        ]), 1..200)
    ) {
        let mut rows = Rows::generated(6, lines.len());
        for (row, (label, score)) in rows.0.iter_mut().zip(lines) {
            (row.label, row.score) = (label, score);
        }
        let options = |kept| EvaluationOptions { positive: Vec::new(), prediction: "y".to_owned(), ..options(kept) };
        let of = |kept| {
            let bytes = parquet(&batch(&rows, true), WriterProperties::default());
            evaluate_files(&options(kept), &[DataFile::new("x", bytes)]).expect("well formed")
        };
        assert_within_bounds(&of(ScoreState::Exact), &of(ScoreState::Histogram));
    }
}
