//! Evaluation where one file holds the labels and another the predictions, so that who predicts need not see the labels.
//!
//! The labels are held in memory by row id, the predictions are streamed past them. Every labelled row must be predicted
//! exactly once. Messages name rows, never ids: an id can be personal data.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read;

use crate::column::Coder;
use crate::encode::{Rule, ValueCodes};
use crate::error::{EvalError, Place, Problem, excerpt};
use crate::limits::{MAX_JOINED_ROWS, MAX_LISTED};
use crate::options::EvaluationOptions;
use crate::report::{Report, report};
use crate::scan::{class_codes, group_columns};
use crate::state::{Builder, Columns, Dimension, State};
use crate::suite::{check_columns, checked_suites};
use crate::table::{Column, Input, Row, Table};
use crate::task::Task;

/// Joins labels (id, label, protected columns) and predictions (id, prediction, score where named) by the id column of the
/// options, and computes the suites that the options name.
pub fn evaluate_joined<L: Read, P: Read>(
    options: &EvaluationOptions,
    labels: Input<L>,
    predictions: Input<P>,
) -> Result<Report, EvalError> {
    let suites = checked_suites(options)?;
    check_columns(options)?;
    let Some(id) = options.id.as_ref().filter(|id| !id.is_empty()) else {
        return Err(EvalError::new(Problem::UnnamedColumn { option: "the row id" }));
    };
    if options.task == Task::Regression {
        let task = options.task.name();
        return Err(EvalError::new(Problem::NotForTask { option: "joining by a row id", task }));
    }
    let (label_file, prediction_file) = (labels.name.clone(), predictions.name.clone());
    let labelled = Labelled::read(options, id, labels)?;
    let state = join(options, id, labelled, predictions)?;
    let report = report(options, &suites, &state).map_err(|error| {
        let is_label = error.place.column.as_deref() == Some(&excerpt(options.label.as_bytes()));
        error.in_file(if is_label { &label_file } else { &prediction_file })
    })?;
    Ok(without_what_tells_labels(report))
}

/// Figures of scores whose digits would tell the labels of single rows to whoever chose the scores: a score that weighs as
/// much as a power of two puts its row into a digit of its own. What counts rows, and the area under the curve, which is made
/// of a sum of ranks, stay.
const TELLING: [&str; 4] = ["averagePrecision", "brierScore", "expectedCalibrationError", "logLoss"];

fn without_what_tells_labels(mut report: Report) -> Report {
    report.curve.clear();
    report.calibration.clear();
    let telling = |path: &String| TELLING.iter().any(|name| path.rsplit('.').next() == Some(*name));
    report.metrics.retain(|path, _| !telling(path));
    for segment in &mut report.segments {
        segment.metrics.retain(|path, _| !telling(path));
    }
    for group in &mut report.groups {
        group.expected_calibration_error = None;
    }
    report
}

/// A column whose values are codes.
struct CodedColumn {
    column: Column,
    codes: ValueCodes,
}

impl CodedColumn {
    fn new<R: Read>(table: &Table<R>, name: &str, codes: ValueCodes) -> Result<Self, EvalError> {
        Ok(Self { column: table.column(name)?, codes })
    }

    fn read(&mut self, row: &Row<'_>) -> Result<u16, EvalError> {
        let value = row.value(&self.column)?;
        let wrong = |problem| row.error(Some(&self.column), problem);
        let text = std::str::from_utf8(value).map_err(|_| wrong(Problem::NotUtf8))?;
        self.codes.code(0, Some(text).filter(|text| !text.is_empty())).map_err(wrong)
    }

    fn dimension(&self) -> Dimension {
        Dimension { column: self.column.name().to_owned(), values: self.codes.names().to_vec() }
    }
}

/// The labelled rows, by id and in the order of the file.
struct Labelled {
    file: String,
    rows: HashMap<Box<[u8]>, u32>,
    /// The columns of the label and of the groups.
    columns: Vec<CodedColumn>,
    /// The codes of all rows, one row after the other.
    codes: Vec<u16>,
    predicted: Vec<bool>,
}

impl Labelled {
    fn read<R: Read>(options: &EvaluationOptions, id: &str, input: Input<R>) -> Result<Self, EvalError> {
        let file = input.name.clone();
        let mut table = Table::open(input)?;
        let id = table.column(id)?;
        let label = class_codes(options.task, &options.label_positive);
        let mut columns = vec![CodedColumn::new(&table, &options.label, label)?];
        for name in group_columns(options) {
            columns.push(CodedColumn::new(&table, &name, ValueCodes::new(Rule::Groups))?);
        }
        let (mut rows, mut codes) = (HashMap::new(), Vec::new());
        while let Some(row) = table.next_row()? {
            let index = joined_index(&row)?;
            match rows.entry(row.required(&id)?.into()) {
                Entry::Occupied(earlier) => return Err(duplicate(&row, &id, Some(*earlier.get()))),
                Entry::Vacant(place) => place.insert(index),
            };
            for column in &mut columns {
                codes.push(column.read(&row)?);
            }
        }
        if rows.is_empty() {
            return Err(table.error(Problem::NoRows));
        }
        let predicted = vec![false; rows.len()];
        Ok(Self { file, rows, columns, codes, predicted })
    }

    /// The row with this id, marked as predicted.
    fn take(&mut self, id: &[u8]) -> Found<'_> {
        let Some(index) = self.rows.get(id).map(|index| *index as usize) else { return Found::Unknown };
        let width = self.columns.len();
        let codes = self.codes.get(index * width..(index + 1) * width).and_then(<[u16]>::split_first);
        let (Some((label, groups)), Some(predicted)) = (codes, self.predicted.get_mut(index)) else {
            return Found::Unknown;
        };
        if std::mem::replace(predicted, true) { Found::Again } else { Found::Row { label: *label, groups } }
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
    Row { label: u16, groups: &'a [u16] },
    Again,
    Unknown,
}

fn join<R: Read>(
    options: &EvaluationOptions,
    id: &str,
    mut labelled: Labelled,
    input: Input<R>,
) -> Result<State, EvalError> {
    let mut table = Table::open(input)?;
    let id = table.column(id)?;
    let score = options.score.as_ref().map(|name| table.column(name)).transpose()?;
    let codes = class_codes(options.task, &options.positive);
    let mut predictions = CodedColumn::new(&table, &options.prediction, codes)?;
    let mut builder = Builder::new(labelled.columns.len() + 1, score.is_some());
    let mut unknown = Tally::default();
    let mut key = Vec::new();
    while let Some(row) = table.next_row()? {
        let prediction = predictions.read(&row)?;
        let value = score.as_ref().map(|column| row.number_in(column)).transpose()?;
        match labelled.take(row.required(&id)?) {
            Found::Row { label, groups } => {
                key.clear();
                key.extend([label, prediction]);
                key.extend(groups);
                count(&mut builder, &key, value).map_err(|problem| row.error(None, problem))?;
            }
            Found::Again => return Err(duplicate(&row, &id, None)),
            Found::Unknown => unknown.add(row.number()),
        }
    }
    if unknown.count > 0 {
        return Err(table.column_error(&id, Problem::UnknownIds { count: unknown.count, rows: unknown.rows }));
    }
    labelled.check_all_predicted()?;
    let mut dimensions: Vec<Dimension> = labelled.columns.iter().map(CodedColumn::dimension).collect();
    dimensions.insert(1, predictions.dimension());
    State::merged(vec![builder.finish(Columns::of(options), dimensions)])
}

fn count(builder: &mut Builder, key: &[u16], score: Option<f64>) -> Result<(), Problem> {
    let cell = builder.count_row(key)?;
    score.map_or(Ok(()), |score| builder.add_scores(&[score], &[cell]))
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
fn joined_index(row: &Row<'_>) -> Result<u32, EvalError> {
    let too_many = || row.error(None, Problem::TooManyRows { limit: MAX_JOINED_ROWS });
    if row.number() > MAX_JOINED_ROWS {
        return Err(too_many());
    }
    u32::try_from(row.number() - 1).map_err(|_| too_many())
}

fn duplicate(row: &Row<'_>, id: &Column, first: Option<u32>) -> EvalError {
    let first_row = first.map(|index| u64::from(index) + 1);
    row.error(Some(id), Problem::DuplicateId { first_row })
}
