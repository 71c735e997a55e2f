//! Intervals by drawing rows again: the same from the same seed, whatever the threads and the rows' order; absent where they
//! would say nothing.

use assent_eval::metrics::Bootstrap;
use assent_eval::{EvaluationOptions, Input, NoInterval, Report, Task, evaluate};

fn options(replicates: u32, seed: u64) -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        protected: vec!["g".to_owned()],
        segments: vec!["g".to_owned()],
        suites: vec!["performance".to_owned(), "bias".to_owned()],
        bootstrap: Bootstrap { replicates, seed },
        ..EvaluationOptions::default()
    }
}

/// Rows of two groups, some hundreds times as many as the cells say.
fn data(times: usize) -> String {
    let rows = ["1,1,a\n", "1,1,a\n", "0,0,a\n", "0,1,a\n", "1,0,b\n", "1,1,b\n", "0,0,b\n", "0,0,b\n"];
    format!("y,p,g\n{}", rows.concat().repeat(times))
}

fn report(options: &EvaluationOptions, data: &str) -> Report {
    evaluate(options, Input::new("x.csv", data.as_bytes())).expect("well formed")
}

#[test]
fn the_same_seed_gives_the_same_bits_on_every_machine_and_for_every_number_of_threads() {
    let first = report(&options(1_000, 0), &data(50));
    let interval = first.metrics["f1"].interval.expect("it has an interval");
    assert_eq!((interval.low, interval.high), (F1.0, F1.1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread");
    assert_eq!(pool.install(|| report(&options(1_000, 0), &data(50))), first);
    let other = report(&options(1_000, 1), &data(50));
    assert_ne!(other.metrics["f1"].interval, first.metrics["f1"].interval);
    assert_eq!(other.metrics["f1"].value, first.metrics["f1"].value);
}

/// What one machine gave: made of roundings that all machines do alike.
const F1: (f64, f64) = (0.698_048_442_672_792_4, 0.792_371_466_937_768);

#[test]
fn intervals_are_around_their_figures_and_narrow_with_the_rows() {
    let (small, large) = (report(&options(1_000, 0), &data(20)), report(&options(1_000, 0), &data(2_000)));
    for name in
        ["f1", "matthewsCorrelation", "balancedAccuracy", "demographicParityDifference", "g.disparateImpact"]
    {
        let of = |report: &Report| {
            let figure = report.metrics[name];
            let interval = figure.interval.expect("it has an interval");
            let value = figure.value.expect("defined");
            assert!(interval.low < value && value < interval.high, "{name}: {figure:?}");
            interval.high - interval.low
        };
        // A hundred times the rows make an interval ten times narrower.
        let ratio = of(&small) / of(&large);
        assert!((7.0..14.0).contains(&ratio), "{name}: {ratio}");
    }
    let segment = &large.segments[0].metrics["f1"];
    assert!(segment.interval.is_some_and(|interval| interval.low < 0.8 && 0.8 < interval.high));
}

#[test]
fn an_interval_that_would_say_nothing_is_absent() {
    // One positive label in group b: among rows drawn again it is often not there.
    let rare = format!("{}1,1,b\n", data(10).replace("1,0,b\n", "").replace("1,1,b\n", ""));
    let rare = report(&options(500, 0), &rare);
    let figure = rare.metrics["equalOpportunityDifference"];
    assert_eq!((figure.value.is_some(), figure.no_interval), (true, Some(NoInterval::OftenUndefined)));
    assert!(rare.metrics["demographicParityDifference"].interval.is_some());
    let none = report(&options(0, 0), &data(1));
    assert!(none.metrics["f1"].interval.is_none() && none.metrics["f1"].no_interval.is_none());
    assert!(none.metrics["accuracy"].interval.is_some());
    let groups: String =
        (0..60).map(|group| data(1).replace("y,p,g\n", "").replace("a\n", &format!("{group}\n"))).collect();
    let unsegmented = EvaluationOptions { segments: Vec::new(), ..options(100_000, 0) };
    let many = report(&unsegmented, &format!("y,p,g\n{groups}"));
    assert!(many.metrics["f1"].interval.is_some());
    assert_eq!(many.metrics["demographicParityDifference"].no_interval, Some(NoInterval::TooManyGroups));
    let error =
        evaluate(&options(100_001, 0), Input::new("x.csv", data(1).as_bytes())).expect_err("too many");
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("TOO_MANY_REPLICATES", "more than 100000 bootstrap replicates")
    );
}

#[test]
fn figures_of_several_classes_have_intervals() {
    let options = EvaluationOptions {
        task: Task::Multiclass,
        protected: Vec::new(),
        suites: vec!["performance".to_owned()],
        ..options(1_000, 0)
    };
    let rows = "a,a,x\nb,b,x\nc,c,x\na,b,x\nc,a,x\n".repeat(60);
    let report = report(&options, &format!("y,p,g\n{rows}"));
    for name in ["accuracy", "macroF1", "weightedPrecision", "matthewsCorrelation", "balancedAccuracy"] {
        for figure in [report.metrics[name], report.segments[0].metrics[name]] {
            let interval = figure.interval.expect("it has an interval");
            let value = figure.value.expect("defined");
            assert!(
                interval.low < value && value < interval.high && interval.high - interval.low < 0.2,
                "{name}"
            );
        }
    }
}
