//! Evaluation where one file holds the labels and another the predictions, so that who predicts need not see the labels.
//!
//! The labels are held in memory by row id, the predictions are streamed past them. Every labelled row must be predicted
//! exactly once. Either file is of any of the formats, and an id is compared by its text, so that 7 in one file is `7` in the
//! other. Messages name rows, never ids and never labels: an id can be personal data, and labels are not for who predicts.

mod rows;
mod withheld;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use self::rows::{Reader, Rows};
use crate::encode::{Rule, ValueCodes};
use crate::error::{EvalError, Place, Problem, excerpt};
use crate::limits::{MAX_JOINED_ROWS, MAX_LISTED};
use crate::options::EvaluationOptions;
use crate::report::{Report, report};
use crate::scan::{class_codes, group_columns};
use crate::source::DataFile;
use crate::state::{Builder, Columns, Dimension, State};
use crate::suite::{check_columns, checked_suites};
use crate::task::Task;

/// Joins labels (id, label, protected columns) and predictions (id, prediction, score where named) by the id column of the
/// options, and computes the suites that the options name.
pub fn evaluate_joined(
    options: &EvaluationOptions,
    labels: &DataFile,
    predictions: &DataFile,
) -> Result<Report, EvalError> {
    let suites = checked_suites(options)?;
    check_columns(options)?;
    let Some(id) = options.id.as_ref().filter(|id| !id.is_empty()) else {
        return Err(EvalError::new(Problem::UnnamedColumn { option: "the row id" }));
    };
    if !options.features.is_empty() {
        return Err(EvalError::new(Problem::NotJoined {
            option: "the consistency of predictions by features",
        }));
    }
    if options.weight.is_some() {
        return Err(EvalError::new(Problem::NotJoined { option: "a weight" }));
    }
    if !options.class_scores.is_empty() {
        return Err(EvalError::new(Problem::NotJoined { option: "a score for each class" }));
    }
    let labelled = Labelled::read(options, id, labels)?;
    let state = join(options, id, labelled, predictions)?;
    let report = report(options, &suites, &state).map_err(|error| {
        let is_label = error.place.column.as_deref() == Some(&excerpt(options.label.as_bytes()));
        error.in_file(if is_label { &labels.name } else { &predictions.name })
    })?;
    Ok(withheld::without_what_tells_labels(report))
}

/// The labelled rows, by id and in the order of the file.
struct Labelled {
    file: String,
    rows: HashMap<Box<str>, u32>,
    /// The label, where it is a class, and the groups.
    dimensions: Vec<Dimension>,
    /// The codes of all rows, one row after the other.
    codes: Vec<u16>,
    /// The labels, where they are numbers.
    numbers: Vec<f64>,
    predicted: Vec<bool>,
}

impl Labelled {
    fn read(options: &EvaluationOptions, id: &str, file: &DataFile) -> Result<Self, EvalError> {
        let mut reader = Reader::new(id);
        match options.task {
            Task::Regression => reader.numbers(&options.label),
            Task::Binary | Task::Multiclass => {
                reader.codes(&options.label, class_codes(options.task, &options.label_positive));
            }
        }
        for name in group_columns(options) {
            reader.codes(&name, ValueCodes::new(Rule::Groups));
        }
        let (mut rows, mut codes, mut numbers) = (HashMap::new(), Vec::new(), Vec::new());
        reader
            .read(file, |part| {
                for (row, id) in part.ids().enumerate() {
                    let index = joined_index(part, row)?;
                    match rows.entry(id.into()) {
                        Entry::Occupied(earlier) => {
                            let first_row = Some(u64::from(*earlier.get()) + 1);
                            return Err(part.id_error(row, Problem::DuplicateId { first_row }));
                        }
                        Entry::Vacant(place) => place.insert(index),
                    };
                    codes.extend(part.codes_of(row));
                    numbers.extend(part.number_of(row));
                }
                Ok(())
            })
            .map_err(|error| withheld::without_labels(error, &options.label))?;
        if rows.is_empty() {
            let place = Place { file: Some(file.name.clone()), ..Place::default() };
            return Err(EvalError { problem: Problem::NoRows, place: Box::new(place) });
        }
        let predicted = vec![false; rows.len()];
        Ok(Self { file: file.name.clone(), rows, dimensions: reader.dimensions(), codes, numbers, predicted })
    }

    /// The row with this id, marked as predicted.
    fn take(&mut self, id: &str) -> Found<'_> {
        let Some(index) = self.rows.get(id).map(|index| *index as usize) else { return Found::Unknown };
        let width = self.dimensions.len();
        let codes = self.codes.get(index * width..(index + 1) * width);
        let (Some(codes), Some(predicted)) = (codes, self.predicted.get_mut(index)) else {
            return Found::Unknown;
        };
        if std::mem::replace(predicted, true) {
            return Found::Again;
        }
        Found::Row { codes, number: self.numbers.get(index).copied() }
    }

    fn check_all_predicted(&self) -> Result<(), EvalError> {
        let mut missing = Tally::default();
        for (row, _) in (1..).zip(&self.predicted).filter(|(_, predicted)| !**predicted) {
            missing.add(row);
        }
        if missing.count == 0 {
            return Ok(());
        }
        let problem = Problem::MissingPredictions { count: missing.count, rows: missing.rows };
        let place = Place { file: Some(self.file.clone()), ..Place::default() };
        Err(EvalError { problem, place: Box::new(place) })
    }
}

enum Found<'a> {
    Row { codes: &'a [u16], number: Option<f64> },
    Again,
    Unknown,
}

fn join(
    options: &EvaluationOptions,
    id: &str,
    mut labelled: Labelled,
    file: &DataFile,
) -> Result<State, EvalError> {
    let mut reader = Reader::new(id);
    match options.task {
        Task::Regression => reader.numbers(&options.prediction),
        Task::Binary | Task::Multiclass => {
            reader.codes(&options.prediction, class_codes(options.task, &options.positive));
        }
    }
    if let Some(score) = &options.score {
        reader.numbers(score);
    }
    let classes = options.task.class_dimensions();
    let mut dimensions = labelled.dimensions.clone();
    let mut builder =
        Builder::new(dimensions.len() + classes / 2, options.score.as_ref().map(|_| options.score_state), 0);
    let mut unknown = Tally::default();
    let mut key = Vec::new();
    reader.read(file, |part| {
        for (row, id) in part.ids().enumerate() {
            match labelled.take(id) {
                Found::Row { codes, number } => {
                    key.clear();
                    key.extend(codes);
                    if let Some(prediction) = part.codes_of(row).next() {
                        key.insert(1.min(key.len()), prediction);
                    }
                    count(&mut builder, &key, number, part.number_of(row))
                        .map_err(|problem| part.error(row, problem))?;
                }
                Found::Again => return Err(part.id_error(row, Problem::DuplicateId { first_row: None })),
                Found::Unknown => unknown.add(part.number(row)),
            }
        }
        Ok(())
    })?;
    if unknown.count > 0 {
        let problem = Problem::UnknownIds { count: unknown.count, rows: unknown.rows };
        let column = Some(excerpt(id.as_bytes()));
        let place = Place { file: Some(file.name.clone()), column, ..Place::default() };
        return Err(EvalError { problem, place: Box::new(place) });
    }
    labelled.check_all_predicted()?;
    for prediction in reader.dimensions() {
        dimensions.insert(1.min(dimensions.len()), prediction);
    }
    State::merged(vec![builder.finish(Columns::of(options), dimensions)])
}

/// Counts a row. A number beside a label that is a number is the prediction, and a score otherwise.
fn count(builder: &mut Builder, key: &[u16], label: Option<f64>, number: Option<f64>) -> Result<(), Problem> {
    let cell = builder.count_row(key)?;
    match (label, number) {
        (Some(label), Some(prediction)) => builder.add_numbers(&[label], &[prediction], &[cell]),
        (None, Some(score)) => builder.add_scores(&[score], &[cell])?,
        (_, None) => {}
    }
    Ok(())
}

/// Rows counted, and the numbers of the first of them.
#[derive(Default)]
struct Tally {
    count: u64,
    rows: Vec<u64>,
}

impl Tally {
    fn add(&mut self, row: u64) {
        self.count += 1;
        if self.rows.len() < MAX_LISTED {
            self.rows.push(row);
        }
    }
}

/// The row's place in the labels, counted from 0.
fn joined_index(part: &Rows<'_>, row: usize) -> Result<u32, EvalError> {
    let too_many = || part.error(row, Problem::TooManyRows { limit: MAX_JOINED_ROWS });
    let number = part.number(row);
    if number > MAX_JOINED_ROWS {
        return Err(too_many());
    }
    u32::try_from(number.saturating_sub(1)).map_err(|_| too_many())
}
