//! The CSV reader and the evaluation of one or two tables.

use assent_eval::{EvaluationOptions, Input, evaluate, evaluate_joined, render_table};

/// Evaluates any bytes as one table and, cut in the middle, as labels and predictions; a report must render. The first byte
/// chooses the options, so that the columns of short inputs can be hit.
pub fn csv(data: &[u8]) {
    let (choice, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let options = options(choice);
    if let Ok(report) = evaluate(&options, Input::new("data", data)) {
        let _ = render_table(&report);
    }
    let (labels, predictions) = data.split_at(data.len() / 2);
    let _ = evaluate_joined(&options, Input::new("labels", labels), Input::new("predictions", predictions));
}

fn options(choice: u8) -> EvaluationOptions {
    let has = |bit: u8| choice & (1 << bit) != 0;
    let list = |wanted: bool, value: &str| if wanted { vec![value.to_owned()] } else { Vec::new() };
    EvaluationOptions {
        label: "y".to_owned(),
        label_positive: list(has(0), "1"),
        prediction: if has(1) { "y" } else { "p" }.to_owned(),
        positive: list(has(2), "1"),
        score: has(3).then(|| "s".to_owned()),
        protected: list(has(4), "g"),
        suites: list(true, if has(4) { "bias" } else { "performance" }),
        min_group_size: u64::from(choice >> 6),
        id: Some(if has(5) { "y" } else { "i" }.to_owned()),
        ..EvaluationOptions::default()
    }
}
