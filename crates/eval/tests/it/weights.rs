//! Rows with weights: what is refused, that whole weights are repeated rows, and that parts add up to the bit.

use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Input, NoInterval, Reason, Report, Task, evaluate, evaluate_joined,
    evaluate_state, scan,
};

fn options(weight: Option<&str>) -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        score: Some("s".to_owned()),
        weight: weight.map(str::to_owned),
        protected: vec!["g".to_owned()],
        segments: vec!["g".to_owned()],
        suites: vec!["performance".to_owned(), "bias".to_owned()],
        ..EvaluationOptions::default()
    }
}

/// Label, prediction, score, group, weight.
const ROWS: [(u8, u8, f64, &str, u8); 9] = [
    (1, 1, 0.9, "a", 3),
    (0, 1, 0.7, "a", 1),
    (1, 0, 0.4, "a", 2),
    (0, 0, 0.4, "a", 5),
    (1, 1, 0.6, "b", 1),
    (0, 0, 0.1, "b", 4),
    (0, 1, 0.8, "b", 2),
    (1, 0, 0.2, "b", 1),
    (1, 1, 0.7, "b", 2),
];

fn read(options: &EvaluationOptions, rows: &[String]) -> State {
    let text = format!("y,p,s,g,w\n{}", rows.concat());
    scan(options, Input::new("x.csv", text.as_bytes())).expect("well formed")
}

fn lines(factor: f64) -> Vec<String> {
    ROWS.iter().map(|(y, p, s, g, w)| format!("{y},{p},{s},{g},{:e}\n", f64::from(*w) * factor)).collect()
}

fn report(options: &EvaluationOptions, state: &State) -> Report {
    evaluate_state(options, state).expect("the state is good")
}

#[test]
fn a_whole_weight_is_so_many_rows() {
    let repeated: Vec<String> = ROWS
        .iter()
        .flat_map(|(y, p, s, g, w)| vec![format!("{y},{p},{s},{g},1\n"); usize::from(*w)])
        .collect();
    // The median is of rows, whatever they weigh: here both have the same.
    let rows = report(&options(None), &read(&options(None), &repeated));
    let weighed = report(&options(Some("w")), &read(&options(Some("w")), &lines(0.25)));
    assert_eq!((weighed.rows, weighed.weight, rows.rows, rows.weight), (9, Some(5.25), 21, None));
    for (name, figure) in &rows.metrics {
        let other = weighed.metrics[name];
        let same = match (figure.value, other.value) {
            (Some(left), Some(right)) => (left - right).abs() < 1e-12,
            (left, right) => left == right,
        };
        assert!(same || name.ends_with("scoreImpactRatio"), "{name}: {figure:?} {other:?}");
    }
    let group = &weighed.groups[0];
    assert_eq!((group.n, group.weight), (4, Some(2.75)));
    assert_eq!((weighed.segments[1].n, weighed.segments[1].weight), (5, Some(2.5)));
    let masses = weighed.confusion_matrix.weights.expect("rows have weights");
    assert_eq!((masses.tn, masses.fp, masses.fn_, masses.tp), (2.25, 0.75, 0.75, 1.5));
    assert_eq!(weighed.metrics["rocAuc"].no_interval, Some(NoInterval::Weighted));
    assert!(weighed.metrics["rocAuc"].interval.is_none() && rows.metrics["rocAuc"].interval.is_some());
}

#[test]
fn parts_add_up_in_any_order() {
    let options = options(Some("w"));
    // Of sums like these the last digits depend on the order, unless they are exact.
    let lines = lines(0.1);
    let whole = read(&options, &lines);
    let mut backwards = lines.clone();
    backwards.reverse();
    assert_eq!(read(&options, &backwards), whole);
    let parts = vec![read(&options, &lines[6..]), read(&options, &lines[..2]), read(&options, &lines[2..6])];
    assert_eq!(State::merged(parts).expect("of the same columns"), whole);
    let stored = serde_json::to_string(&whole).expect("it serialises");
    assert_eq!(serde_json::from_str::<State>(&stored).expect("it reads back"), whole);
    let damaged = stored.replacen(r#""weights":[{"size""#, r#""weights":[],"x":[{"size""#, 1);
    assert!(serde_json::from_str::<State>(&damaged).is_err());
    let fewer = stored.replacen(r#","rows":1,"sum""#, r#","rows":2,"sum""#, 1);
    assert_ne!(fewer, stored);
    assert!(serde_json::from_str::<State>(&fewer).is_err());
    let unweighed = read(&self::options(None), &lines);
    assert_eq!(State::merged(vec![whole, unweighed]).expect_err("they differ").code(), "STATES_DIFFER");
}

#[test]
fn weights_that_are_none_are_refused() {
    let remedy = "give every row a weight from 0 on";
    let cases = [
        ("-0.5", "NEGATIVE_WEIGHT", "the weight `-0.5` is below 0", remedy),
        ("NaN", "NOT_FINITE", "`NaN` is not a finite number", "give every row a finite decimal number"),
        ("inf", "NOT_FINITE", "`inf` is not a finite number", "give every row a finite decimal number"),
        ("much", "NOT_A_NUMBER", "`much` is not a number", "give every row a finite decimal number"),
        ("", "EMPTY_VALUE", "the value is empty", "fill the value in, or leave the row out"),
    ];
    for (weight, code, message, remedy) in cases {
        let text = format!("y,p,s,g,w\n1,1,0.5,a,1\n0,1,0.5,a,{weight}\n");
        let error =
            evaluate(&options(Some("w")), Input::new("x.csv", text.as_bytes())).expect_err("malformed");
        assert_eq!(error.to_string(), format!("`x.csv`, row 2 (line 3), column `w`: {message}"));
        assert_eq!((error.code(), error.remedy().as_str()), (code, remedy));
    }
    let joined = EvaluationOptions { id: Some("id".to_owned()), ..options(Some("w")) };
    let nothing = DataFile::new("x.csv", Vec::<u8>::new());
    let error = evaluate_joined(&joined, &nothing, &nothing).expect_err("it is refused");
    assert_eq!((error.code(), error.remedy().contains("evaluate one table")), ("NOT_JOINED", true));
}

#[test]
fn figures_of_rows_that_weigh_nothing_are_absent() {
    let nothing = report(&options(Some("w")), &read(&options(Some("w")), &lines(0.0)));
    for (name, figure) in &nothing.metrics {
        assert_eq!((figure.value, figure.reason), (None, Some(Reason::NoWeight)), "{name}");
    }
    let numbers = EvaluationOptions {
        task: Task::Regression,
        protected: Vec::new(),
        score: None,
        suites: vec!["performance".to_owned()],
        ..options(Some("w"))
    };
    let state = read(&numbers, &lines(0.0));
    let none = report(&numbers, &state);
    assert!(
        none.metrics.values().all(|figure| figure.reason == Some(Reason::NoWeight)),
        "{:?}",
        none.metrics
    );
}
