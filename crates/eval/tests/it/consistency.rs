//! Whether rows that are alike are predicted alike: in any order of the rows, within bounds, and absent where it says nothing.

use assent_eval::limits::MAX_NEIGHBOUR_ROWS;
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Figure, Input, Reason, Task, evaluate, evaluate_joined, evaluate_state, scan,
};

fn options() -> EvaluationOptions {
    EvaluationOptions {
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        score: Some("s".to_owned()),
        features: vec!["age".to_owned(), "income".to_owned()],
        protected: vec!["g".to_owned()],
        suites: vec!["bias".to_owned()],
        ..EvaluationOptions::default()
    }
}

const ROWS: [&str; 7] = [
    "1,1,0.9,a,30,1\n",
    "0,1,0.8,a,31,1\n",
    "0,1,0.7,b,30,1\n",
    "1,0,0.3,b,30,1\n",
    "1,0,0.2,b,60,9\n",
    "0,0,0.1,a,61,9\n",
    "0,0,0.1,a,61,9\n",
];

fn state(options: &EvaluationOptions, rows: &[&str]) -> State {
    let text = format!("y,p,s,g,age,income\n{}", rows.concat());
    scan(options, Input::new("x.csv", text.as_bytes())).expect("well formed")
}

fn consistency(options: &EvaluationOptions, state: &State) -> Figure {
    evaluate_state(options, state).expect("the state is good").metrics["consistency"]
}

#[test]
fn ties_share_the_places_that_are_left() {
    // Of the first row the five nearest are itself, two more at 0, one at 1, and one of three far away, all predicted 0: four
    // that hold (1, 1, 0, 1), and a 0. The mean is 3/5; so it is for the next three, whose far rows are alike as well.
    let near = [0.4, 0.4, 0.4, 0.6];
    // The far rows have each other, all predicted 0, and two of the four others: at 60, by the distances 30, 30, 30 and 29,
    // the one at 31, and one of three that share a place, of which two are predicted 1.
    let far = [(1.0 + 2.0 / 3.0) / 5.0; 3];
    let expected = 1.0 - near.iter().chain(&far).sum::<f64>() / 7.0;
    let whole = state(&options(), &ROWS);
    let found = consistency(&options(), &whole);
    assert!(found.value.is_some_and(|value| (value - expected).abs() < 1e-12), "{found:?} {expected}");
    assert_eq!(found.n, 7);
    let mut backwards = ROWS;
    backwards.reverse();
    assert_eq!(state(&options(), &backwards), whole);
    let parts = vec![state(&options(), &ROWS[4..]), state(&options(), &ROWS[..4])];
    let merged = State::merged(parts).expect("of the same columns");
    assert_eq!(merged, whole);
    assert_eq!(consistency(&options(), &merged), found);
}

#[test]
fn scores_and_weights_beside_features_are_read_as_what_they_are() {
    let weighed = EvaluationOptions { weight: Some("income".to_owned()), ..options() };
    let whole = state(&weighed, &ROWS);
    let (with, without) =
        (state(&options(), &ROWS), EvaluationOptions { features: Vec::new(), ..weighed.clone() });
    assert_eq!(consistency(&weighed, &whole), consistency(&options(), &with));
    let plain = evaluate_state(&without, &state(&without, &ROWS)).expect("the state is good");
    let mut report = evaluate_state(&weighed, &whole).expect("the state is good");
    report.metrics.remove("consistency");
    assert_eq!((report.metrics, report.groups), (plain.metrics, plain.groups));
}

#[test]
fn what_cannot_be_compared_is_refused_or_absent() {
    let few = consistency(&options(), &state(&options(), &ROWS[..4]));
    assert_eq!(few, Figure::undefined(Reason::FewerRowsThanNeighbours, 4));
    let mut huge = ROWS;
    huge[0] = "1,1,0.9,a,1e200,1\n";
    assert_eq!(consistency(&options(), &state(&options(), &huge)).reason, Some(Reason::Overflow));
    let refused = |options: &EvaluationOptions, text: &str| {
        let error = evaluate(options, Input::new("x.csv", text.as_bytes())).expect_err("it is refused");
        (error.code(), error.to_string())
    };
    let missing = format!("y,p,s,g,age,income\n{}0,0,0.1,a,NaN,9\n", ROWS.concat());
    let message = "`x.csv`, row 8 (line 9), column `age`: `NaN` is not a finite number";
    assert_eq!(refused(&options(), &missing), ("NOT_FINITE", message.to_owned()));
    let times = usize::try_from(MAX_NEIGHBOUR_ROWS).expect("small") + 1;
    let many = format!("y,p,s,g,age,income\n{}", ROWS[0].repeat(times));
    assert_eq!(refused(&options(), &many).0, "TOO_MANY_NEIGHBOURS");
    let unnamed = EvaluationOptions { features: vec![String::new()], ..options() };
    assert_eq!(refused(&unnamed, &missing).0, "UNNAMED_COLUMN");
    let several = EvaluationOptions {
        task: Task::Multiclass,
        suites: vec!["performance".to_owned()],
        score: None,
        ..options()
    };
    assert_eq!(refused(&several, &missing).0, "NOT_FOR_TASK");
    let joined = EvaluationOptions { id: Some("id".to_owned()), ..options() };
    let nothing = DataFile::new("x.csv", Vec::<u8>::new());
    assert_eq!(evaluate_joined(&joined, &nothing, &nothing).expect_err("it is refused").code(), "NOT_JOINED");
}
