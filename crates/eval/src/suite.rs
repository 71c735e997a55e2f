//! Suites, and the evaluation of one table.

use std::io::Read;

use serde::{Deserialize, Serialize};

use crate::encode::{BinaryColumn, Dictionary};
use crate::error::{EvalError, Problem, excerpt};
use crate::limits::{MAX_ATTRIBUTES, MAX_LIST};
use crate::options::EvaluationOptions;
use crate::report::{Report, report};
use crate::state::{Accumulator, State};
use crate::suggest::nearest;
use crate::table::{Column, Input, Row, Table};

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

/// Reads a table once and computes the suites that the options name.
pub fn evaluate<R: Read>(options: &EvaluationOptions, input: Input<R>) -> Result<Report, EvalError> {
    let suites = checked_suites(options)?;
    let (state, used) = scan(options, input)?;
    Ok(report(&used, &suites, &state))
}

/// Reads a table into a state; the second part is the options with the positive values that were used. States of parts of
/// one data set can be merged before [`report`].
pub fn scan<R: Read>(
    options: &EvaluationOptions,
    input: Input<R>,
) -> Result<(State, EvaluationOptions), EvalError> {
    check_columns(options)?;
    let mut table = Table::open(input)?;
    let label = table.column(&options.label)?;
    let prediction = table.column(&options.prediction)?;
    let score = options.score.as_ref().map(|name| table.column(name)).transpose()?;
    let mut labels = LabelScan::new(label, &options.label_positive);
    let mut predictions = LabelScan::new(prediction, &options.positive);
    let mut groups = GroupScan::new(&table, &options.protected)?;
    let mut counts = Accumulator::new(&options.protected, score.is_some());
    let mut codes = Vec::new();
    while let Some(row) = table.next_row()? {
        let label = labels.read(&row)?;
        let prediction = predictions.read(&row)?;
        let value = score.as_ref().map(|column| row.number_in(column)).transpose()?;
        codes.clear();
        groups.read(&row, &mut codes)?;
        counts.add(label, prediction, &codes, value).map_err(|problem| row.error(None, problem))?;
    }
    if table.rows() == 0 {
        return Err(table.error(Problem::NoRows));
    }
    let mut used = options.clone();
    used.label_positive = labels.finish(&table)?;
    used.positive = predictions.finish(&table)?;
    Ok((counts.finish(&groups.dictionaries), used))
}

/// The suites of the options, which must have the attributes that they need.
pub(crate) fn checked_suites(options: &EvaluationOptions) -> Result<Vec<Suite>, EvalError> {
    let suites = Suite::parse_all(&options.suites)?;
    if suites.contains(&Suite::Bias) && options.protected.is_empty() {
        return Err(EvalError::new(Problem::NoProtectedAttribute));
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
    if options.protected.len() > MAX_ATTRIBUTES {
        return Err(EvalError::new(Problem::TooManyAttributes));
    }
    for (option, list) in [("label_positive", &options.label_positive), ("positive", &options.positive)] {
        if list.len() > MAX_LIST {
            return Err(EvalError::new(Problem::ListTooLong { option }));
        }
    }
    for (index, name) in options.protected.iter().enumerate() {
        if options.protected.iter().skip(index + 1).any(|other| other == name) {
            return Err(EvalError::new(Problem::RepeatedAttribute { name: excerpt(name.as_bytes()) }));
        }
    }
    Ok(())
}

/// A label or prediction column being read.
pub(crate) struct LabelScan {
    column: Column,
    values: BinaryColumn,
}

impl LabelScan {
    pub(crate) fn new(column: Column, positive: &[String]) -> Self {
        Self { column, values: BinaryColumn::new(positive) }
    }

    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<bool, EvalError> {
        let value = row.required(&self.column)?;
        self.values.is_positive(value).map_err(|problem| row.error(Some(&self.column), problem))
    }

    /// The values that counted as positive.
    pub(crate) fn finish<R: Read>(self, table: &Table<R>) -> Result<Vec<String>, EvalError> {
        self.values.check_named().map_err(|problem| table.column_error(&self.column, problem))?;
        Ok(self.values.positive_values())
    }
}

/// The protected columns being read.
pub(crate) struct GroupScan {
    columns: Vec<Column>,
    pub(crate) dictionaries: Vec<Dictionary>,
}

impl GroupScan {
    pub(crate) fn new<R: Read>(table: &Table<R>, protected: &[String]) -> Result<Self, EvalError> {
        let columns = protected.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
        let dictionaries = columns.iter().map(|_| Dictionary::default()).collect();
        Ok(Self { columns, dictionaries })
    }

    /// Appends the row's group numbers, one for each attribute in order.
    pub(crate) fn read(&mut self, row: &Row<'_>, codes: &mut Vec<u32>) -> Result<(), EvalError> {
        for (column, dictionary) in self.columns.iter().zip(&mut self.dictionaries) {
            let code =
                dictionary.code(row.value(column)?).map_err(|problem| row.error(Some(column), problem))?;
            codes.push(code);
        }
        Ok(())
    }
}
