//! Evaluation where one file holds the labels and another the predictions, so that who predicts need not see the labels.
//!
//! The labels are held in memory by row id, the predictions are streamed past them. Every labelled row must be predicted
//! exactly once. Messages name rows, never ids: an id can be personal data.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read;

use crate::encode::Dictionary;
use crate::error::{EvalError, Problem};
use crate::limits::{MAX_JOINED_ROWS, MAX_LISTED};
use crate::options::EvaluationOptions;
use crate::report::{Report, report};
use crate::state::{Accumulator, State};
use crate::suite::{GroupScan, LabelScan, check_columns, checked_suites};
use crate::table::{Column, Input, Row, Table};

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
    let mut used = options.clone();
    let (labelled, positive) = Labelled::read(options, id, labels)?;
    used.label_positive = positive;
    let (state, positive) = join(options, id, labelled, predictions)?;
    used.positive = positive;
    Ok(report(&used, &suites, &state))
}

/// The labelled rows, by id and in the order of the file.
struct Labelled {
    file: String,
    rows: HashMap<Box<[u8]>, u32>,
    labels: Vec<bool>,
    /// The group numbers of all rows, one row after the other.
    codes: Vec<u32>,
    dictionaries: Vec<Dictionary>,
    predicted: Vec<bool>,
}

impl Labelled {
    fn read<R: Read>(
        options: &EvaluationOptions,
        id: &str,
        input: Input<R>,
    ) -> Result<(Self, Vec<String>), EvalError> {
        let file = input.name.clone();
        let mut table = Table::open(input)?;
        let id = table.column(id)?;
        let mut labels = LabelScan::new(table.column(&options.label)?, &options.label_positive);
        let mut groups = GroupScan::new(&table, &options.protected)?;
        let (mut rows, mut values, mut codes) = (HashMap::new(), Vec::new(), Vec::new());
        while let Some(row) = table.next_row()? {
            let index = joined_index(&row)?;
            match rows.entry(row.required(&id)?.into()) {
                Entry::Occupied(earlier) => return Err(duplicate(&row, &id, Some(*earlier.get()))),
                Entry::Vacant(place) => place.insert(index),
            };
            values.push(labels.read(&row)?);
            groups.read(&row, &mut codes)?;
        }
        if values.is_empty() {
            return Err(table.error(Problem::NoRows));
        }
        let positive = labels.finish(&table)?;
        let predicted = vec![false; values.len()];
        let dictionaries = groups.dictionaries;
        Ok((Self { file, rows, labels: values, codes, dictionaries, predicted }, positive))
    }

    /// The row with this id, marked as predicted.
    fn take(&mut self, id: &[u8]) -> Found {
        let Some(index) = self.rows.get(id).map(|index| *index as usize) else { return Found::Unknown };
        let (Some(label), Some(predicted)) = (self.labels.get(index), self.predicted.get_mut(index)) else {
            return Found::Unknown;
        };
        if std::mem::replace(predicted, true) { Found::Again } else { Found::Row { index, label: *label } }
    }

    fn codes(&self, index: usize) -> &[u32] {
        let width = self.dictionaries.len();
        self.codes.get(index * width..(index + 1) * width).unwrap_or_default()
    }

    fn check_all_predicted(&self) -> Result<(), EvalError> {
        let mut missing = Tally::default();
        for (row, _) in (1..).zip(&self.predicted).filter(|(_, predicted)| !**predicted) {
            missing.add(row);
        }
        if missing.count == 0 {
            return Ok(());
        }
        let mut error =
            EvalError::new(Problem::MissingPredictions { count: missing.count, rows: missing.rows });
        error.place.file = Some(self.file.clone());
        Err(error)
    }
}

enum Found {
    Row { index: usize, label: bool },
    Again,
    Unknown,
}

fn join<R: Read>(
    options: &EvaluationOptions,
    id: &str,
    mut labelled: Labelled,
    input: Input<R>,
) -> Result<(State, Vec<String>), EvalError> {
    let mut table = Table::open(input)?;
    let id = table.column(id)?;
    let score = options.score.as_ref().map(|name| table.column(name)).transpose()?;
    let mut predictions = LabelScan::new(table.column(&options.prediction)?, &options.positive);
    let mut counts = Accumulator::new(&options.protected, score.is_some());
    let mut unknown = Tally::default();
    while let Some(row) = table.next_row()? {
        let prediction = predictions.read(&row)?;
        let value = score.as_ref().map(|column| row.number_in(column)).transpose()?;
        match labelled.take(row.required(&id)?) {
            Found::Row { index, label } => counts
                .add(label, prediction, labelled.codes(index), value)
                .map_err(|problem| row.error(None, problem))?,
            Found::Again => return Err(duplicate(&row, &id, None)),
            Found::Unknown => unknown.add(row.number()),
        }
    }
    if unknown.count > 0 {
        return Err(table.column_error(&id, Problem::UnknownIds { count: unknown.count, rows: unknown.rows }));
    }
    labelled.check_all_predicted()?;
    let positive = predictions.finish(&table)?;
    Ok((counts.finish(&labelled.dictionaries), positive))
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
