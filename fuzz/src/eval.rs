//! The readers of data, the evaluation of one or two tables, and stored states.

use assent_eval::metrics::Bootstrap;
use assent_eval::state::State;
use assent_eval::{
    DataFile, EvaluationOptions, Input, Task, evaluate, evaluate_files, evaluate_joined, evaluate_state,
    render_table,
};

/// Evaluates any bytes as one table and, cut in the middle, as labels and predictions; a report must render. The first byte
/// chooses the options, so that the columns of short inputs can be hit.
pub fn csv(data: &[u8]) {
    let (choice, data) = data.split_first().map_or((0, data), |(first, rest)| (*first, rest));
    let options = options(choice);
    if let Ok(report) = evaluate(&options, Input::new("data", data)) {
        let _ = render_table(&report);
    }
    let (labels, predictions) = data.split_at(data.len() / 2);
    let [labels, predictions] = [("labels", labels), ("predictions", predictions)]
        .map(|(name, part)| DataFile::new(name, part.to_vec()));
    for task in Task::ALL {
        let score = options.score.clone().filter(|_| task == Task::Binary);
        let _ = evaluate_joined(&EvaluationOptions { task, score, ..options.clone() }, &labels, &predictions);
    }
}

/// Evaluates any bytes as a file of whatever format they begin like; a report must render.
pub fn files(data: &[u8]) {
    for task in Task::ALL {
        let binary = task == Task::Binary;
        let options = EvaluationOptions { task, score: binary.then(|| "s".to_owned()), ..options(0b1_0000) };
        let suites = vec![if binary { "bias" } else { "performance" }.to_owned()];
        let options = EvaluationOptions { suites, ..options };
        if let Ok(report) = evaluate_files(&options, &[DataFile::new("data", data.to_vec())]) {
            let _ = render_table(&report);
        }
    }
}

/// Reads any bytes as a stored state: what is accepted is written back as it was read, merges with itself and evaluates.
pub fn state(data: &[u8]) {
    let Ok(state) = serde_json::from_slice::<State>(data) else { return };
    let stored = serde_json::to_vec(&state).unwrap_or_default();
    assert_eq!(serde_json::from_slice::<State>(&stored).ok().as_ref(), Some(&state));
    let mut twice = state.clone();
    if twice.merge(state).is_ok()
        && let Ok(report) = evaluate_state(&options(0), &twice)
    {
        let _ = render_table(&report);
    }
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
        bootstrap: Bootstrap { replicates: 5, seed: 0 },
        id: Some(if has(5) { "y" } else { "i" }.to_owned()),
        ..EvaluationOptions::default()
    }
}
