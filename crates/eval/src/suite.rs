//! Suites, and the evaluation of one table or of many files.

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::error::{EvalError, Problem, excerpt};
use crate::limits::{MAX_ATTRIBUTES, MAX_CLASSES, MAX_LIST, MAX_REPLICATES};
use crate::options::{EvaluationOptions, ScoreState};
use crate::report::{Report, report};
use crate::scan::{group_columns, scan, scan_files};
use crate::source::DataFile;
use crate::state::{INTERSECTION, State};
use crate::suggest::nearest;
use crate::table::Input;
use crate::task::Task;

/// A named set of metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Suite {
    /// How often the model is right: metrics of all rows.
    Performance,
    /// How differently the model treats groups: metrics by protected attribute.
    Bias,
}

impl Suite {
    /// All suites.
    pub const ALL: [Self; 2] = [Self::Performance, Self::Bias];

    /// The name on the wire and the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Performance => "performance",
            Self::Bias => "bias",
        }
    }

    /// The suites of a list of names, each once and in the order of [`Suite::ALL`].
    pub fn parse_all(names: &[String]) -> Result<Vec<Self>, EvalError> {
        if names.is_empty() {
            return Err(EvalError::new(Problem::NoSuite));
        }
        if let Some(name) = names.iter().find(|name| Self::ALL.iter().all(|suite| suite.name() != *name)) {
            let suggestion = nearest(name, Self::ALL.map(Self::name)).map(str::to_owned);
            return Err(EvalError::new(Problem::UnknownSuite { name: excerpt(name.as_bytes()), suggestion }));
        }
        Ok(Self::ALL.into_iter().filter(|suite| names.iter().any(|name| name == suite.name())).collect())
    }
}

/// Reads a CSV table once and computes the suites that the options name.
pub fn evaluate<R: Read>(options: &EvaluationOptions, input: Input<R>) -> Result<Report, EvalError> {
    let suites = checked_suites(options)?;
    let file = input.name.clone();
    let state = scan(options, input)?;
    report(options, &suites, &state).map_err(|error| error.in_file(&file))
}

/// Reads files of any of the formats once and computes the suites that the options name.
pub fn evaluate_files(options: &EvaluationOptions, files: &[DataFile]) -> Result<Report, EvalError> {
    let suites = checked_suites(options)?;
    let state = scan_files(options, files)?;
    report(options, &suites, &state).map_err(|error| match files {
        [file] => error.in_file(&file.name),
        _ => error,
    })
}

/// Computes the suites that the options name from a state. The columns are those that the state was made of; the options
/// choose among its groups.
pub fn evaluate_state(options: &EvaluationOptions, state: &State) -> Result<Report, EvalError> {
    let columns = state.columns();
    let options = EvaluationOptions {
        task: columns.task,
        label: columns.label.clone(),
        prediction: columns.prediction.clone(),
        score: columns.score.clone(),
        score_state: columns.score_state,
        class_scores: columns.class_scores.clone(),
        weight: columns.weight.clone(),
        features: columns.features.clone(),
        ..options.clone()
    };
    let suites = checked_suites(&options)?;
    check_columns(&options)?;
    for name in group_columns(&options) {
        if !columns.groups.contains(&name) {
            let suggestion = nearest(&name, columns.groups.iter().map(String::as_str)).map(str::to_owned);
            let name = excerpt(name.as_bytes());
            let available = columns.groups.clone();
            return Err(EvalError::new(Problem::MissingColumn { name, available, suggestion }));
        }
    }
    report(&options, &suites, state)
}

/// The suites of the options, which must have the attributes that they need.
pub fn checked_suites(options: &EvaluationOptions) -> Result<Vec<Suite>, EvalError> {
    let suites = Suite::parse_all(&options.suites)?;
    let not_for_task = |option| {
        let task = options.task.name();
        Err(EvalError::new(Problem::NotForTask { option, task }))
    };
    if suites.contains(&Suite::Bias) && !options.task.is_binary() {
        return not_for_task("the suite `bias`");
    }
    if suites.contains(&Suite::Bias) && options.protected.is_empty() && options.intersections.is_empty() {
        return Err(EvalError::new(Problem::NoProtectedAttribute));
    }
    if options.score.is_some() && !options.task.is_binary() {
        return not_for_task("the score");
    }
    if !options.features.is_empty() && !options.task.is_binary() {
        return not_for_task("features");
    }
    if !options.class_scores.is_empty() && options.task != Task::Multiclass {
        return not_for_task("a score for each class");
    }
    let names_positive = !options.positive.is_empty() || !options.label_positive.is_empty();
    if names_positive && !options.task.is_binary() {
        return not_for_task("a positive value");
    }
    Ok(suites)
}

/// The column names of the options, as far as they can be checked without a table.
pub(crate) fn check_columns(options: &EvaluationOptions) -> Result<(), EvalError> {
    let unnamed = |option| Err(EvalError::new(Problem::UnnamedColumn { option }));
    if options.label.is_empty() {
        return unnamed("the label");
    }
    if options.prediction.is_empty() {
        return unnamed("the prediction");
    }
    if options.features.iter().any(String::is_empty) {
        return unnamed("a feature");
    }
    if options.class_scores.values().any(String::is_empty) {
        return unnamed("the scores of a class");
    }
    let is_binned = options.score.is_some() && options.score_state == ScoreState::Histogram;
    if is_binned && options.weight.is_some() {
        return Err(EvalError::new(Problem::BinnedWeights));
    }
    if options.bootstrap.replicates > MAX_REPLICATES {
        return Err(EvalError::new(Problem::TooManyReplicates));
    }
    if options.class_scores.len() > MAX_CLASSES {
        return Err(EvalError::new(Problem::TooManyValues));
    }
    if group_columns(options).len() > MAX_ATTRIBUTES || options.intersections.len() > MAX_ATTRIBUTES {
        return Err(EvalError::new(Problem::TooManyAttributes));
    }
    for (option, list) in [
        ("label_positive", &options.label_positive),
        ("positive", &options.positive),
        ("features", &options.features),
    ] {
        if list.len() > MAX_LIST {
            return Err(EvalError::new(Problem::ListTooLong { option }));
        }
    }
    check_repeated(&attribute_names(options))?;
    check_repeated(&options.segments)?;
    options.intersections.iter().try_for_each(|columns| check_repeated(columns))
}

/// The names of protected attributes and of their intersections.
pub(crate) fn attribute_names(options: &EvaluationOptions) -> Vec<String> {
    let intersections = options.intersections.iter().map(|columns| columns.join(INTERSECTION));
    options.protected.iter().cloned().chain(intersections).collect()
}

fn check_repeated(names: &[String]) -> Result<(), EvalError> {
    for (index, name) in names.iter().enumerate() {
        if names.iter().skip(index + 1).any(|other| other == name) {
            return Err(EvalError::new(Problem::RepeatedAttribute { name: excerpt(name.as_bytes()) }));
        }
    }
    Ok(())
}
