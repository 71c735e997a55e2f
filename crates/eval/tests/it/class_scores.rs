//! Scores of several classes: what is refused, and that parts add up to the bit.

use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Input, Reason, Task, evaluate, evaluate_joined, evaluate_state, scan,
};

fn options() -> EvaluationOptions {
    EvaluationOptions {
        task: Task::Multiclass,
        label: "y".to_owned(),
        prediction: "p".to_owned(),
        class_scores: ["a", "b", "c"].map(|class| (class.to_owned(), format!("of_{class}"))).into(),
        segments: vec!["g".to_owned()],
        suites: vec!["performance".to_owned()],
        ..EvaluationOptions::default()
    }
}

const HEADER: &str = "y,p,g,of_a,of_b,of_c\n";

fn refused(options: &EvaluationOptions, rows: &str, code: &str, message: &str) {
    let text = format!("{HEADER}{rows}");
    let error = evaluate(options, Input::new("x.csv", text.as_bytes())).expect_err("it is malformed");
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    assert!(!error.remedy().is_empty());
}

#[test]
fn scores_that_are_no_probabilities_are_refused() {
    let good = "a,a,x,0.5,0.25,0.25\n";
    let cases = [
        (
            "b,b,x,0.5,0.6,0.1\n",
            "NOT_ONE_TOGETHER",
            "the scores of all classes add up to 1.2000000000000002, not to 1",
        ),
        ("b,b,x,1.5,-0.25,-0.25\n", "NOT_A_PROBABILITY", "column `of_a`: `1.5` is not a probability"),
        ("b,b,x,0.5,0.75,-0.25\n", "NOT_A_PROBABILITY", "column `of_c`: `-0.25` is not a probability"),
        ("b,b,x,0.5,NaN,0.5\n", "NOT_FINITE", "column `of_b`: `NaN` is not a finite number"),
        ("b,b,x,0.5,,0.5\n", "EMPTY_VALUE", "column `of_b`: the value is empty"),
    ];
    for (row, code, message) in cases {
        let joint = if message.starts_with("column") { ", " } else { ": " };
        let message = format!("`x.csv`, row 2 (line 3){joint}{message}");
        refused(&options(), &format!("{good}{row}"), code, &message);
    }
}

#[test]
fn every_class_of_the_rows_needs_scores() {
    let rows = "a,a,x,0.5,0.25,0.25\nd,a,x,0.5,0.25,0.25\n";
    let message = "`x.csv`: no column is named for the scores of the class `d`";
    refused(&options(), rows, "CLASS_WITHOUT_SCORES", message);
    let unnamed = EvaluationOptions { class_scores: [("a".to_owned(), String::new())].into(), ..options() };
    refused(&unnamed, rows, "UNNAMED_COLUMN", "no column is named for the scores of a class");
    let binary = EvaluationOptions { task: Task::Binary, ..options() };
    refused(&binary, rows, "NOT_FOR_TASK", "a score for each class means nothing for the task `binary`");
    let joined = EvaluationOptions { id: Some("id".to_owned()), ..options() };
    let nothing = DataFile::new("x.csv", Vec::<u8>::new());
    let error = evaluate_joined(&joined, &nothing, &nothing).expect_err("it is refused");
    assert_eq!(error.code(), "NOT_JOINED");
}

const ROWS: [&str; 6] = [
    "a,a,x,0.5,0.25,0.25\n",
    "b,a,x,0.5,0.25,0.25\n",
    "b,b,y,-0,1,0\n",
    "b,c,y,0,0.5,0.5\n",
    "a,a,y,1,0,0\n",
    "c,c,x,0.25,0.25,0.5\n",
];

fn state(rows: &[&str]) -> State {
    scan(&options(), Input::new("x.csv", format!("{HEADER}{}", rows.concat()).as_bytes()))
        .expect("well formed")
}

#[test]
fn parts_add_up_in_any_order() {
    let whole = state(&ROWS);
    let mut shuffled = ROWS;
    shuffled.reverse();
    assert_eq!(state(&shuffled), whole);
    let parts = || vec![state(&ROWS[..2]), state(&ROWS[2..3]), state(&ROWS[3..])];
    let mut backwards = parts();
    backwards.reverse();
    assert_eq!(State::merged(parts()).expect("of the same columns"), whole);
    assert_eq!(State::merged(backwards).expect("of the same columns"), whole);
    let stored = serde_json::to_string(&whole).expect("it serialises");
    assert_eq!(serde_json::from_str::<State>(&stored).expect("it reads back"), whole);
    let others = [
        (r#""width":3"#, r#""width":2"#),
        (r#""cells":[4,"#, r#""cells":[99,"#),
        (r#""values":[0.0,0.5"#, r#""values":[1.0,0.5"#),
    ];
    for (good, bad) in others {
        let damaged = stored.replacen(good, bad, 1);
        assert_ne!(damaged, stored, "{good} is not there: {stored}");
        assert!(serde_json::from_str::<State>(&damaged).is_err(), "{bad}");
    }
}

#[test]
fn areas_of_one_label_are_absent_and_a_segment_has_its_own_classes() {
    let report = evaluate_state(&options(), &state(&ROWS)).expect("the state is good");
    assert!(report.metrics["macroRocAucOneVsOne"].value.is_some());
    // In segment y no row is labelled c, and one is predicted to be.
    let of_y = &report.segments[1].metrics;
    assert_eq!(of_y["macroRocAucOneVsRest"].reason, Some(Reason::ClassWithoutLabels));
    assert_eq!(of_y["weightedRocAucOneVsRest"].value, Some(1.0));
    let one = evaluate_state(&options(), &state(&ROWS[..1])).expect("the state is good");
    for name in ["macroRocAucOneVsOne", "weightedRocAucOneVsOne", "macroRocAucOneVsRest"] {
        assert_eq!(one.metrics[name].reason, Some(Reason::NoVariation), "{name}");
    }
}
