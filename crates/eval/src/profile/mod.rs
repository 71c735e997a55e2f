//! What a table holds, counted: rows, the type of each column, what is missing, ranges, different values, and how many rows
//! each class of a label has.
//!
//! The files are read once, row by row, and memory does not grow with the rows: different values are counted up to
//! [`MAX_DISTINCT`] of a column and [`MAX_DISTINCT_BYTES`] of all together, and beyond that the profile says "more than".

mod column;

use serde::{Deserialize, Serialize};

use crate::column::each::each;
use crate::error::{EvalError, Problem, excerpt};
use crate::limits::MAX_CLASSES;
use crate::progress::Progress;
use crate::source::{ColumnKind, DataFile, FileColumn, Projection, columns};
use crate::suggest::nearest;
use crate::units;
use column::Counted;

/// Different values of one column that are counted.
pub const MAX_DISTINCT: usize = 10_000;
/// Bytes of different values that are kept to count them, all columns together.
pub const MAX_DISTINCT_BYTES: usize = 64 << 20;

/// What a table holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// How many rows.
    pub rows: u64,
    /// The columns, in order.
    pub columns: Vec<ColumnProfile>,
    /// The classes of the label, if one was named, the most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassCount>,
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub r#type: ValueType,
    /// Rows without a value.
    pub missing: u64,
    /// Different values; at least as many where `distinctIsAtLeast`. Numbers that are equal are one.
    pub distinct: u64,
    /// Whether counting them stopped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distinct_is_at_least: bool,
    /// The smallest number, or the fewest characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// The largest number, or the most characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ValueType {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// True and false.
    Boolean,
    /// Anything else.
    Text,
    /// There is none.
    Empty,
    /// Lists, dates and other types that are not read.
    Other,
}

impl ValueType {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Empty => "empty",
            Self::Other => "other",
        }
    }
}

/// How many rows a class has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The label.
    pub value: String,
    /// Its rows.
    pub rows: u64,
}

/// Counts what the files hold; all of them have the columns of the first.
pub fn profile_files(
    files: &[DataFile],
    label: Option<&str>,
    progress: &dyn Progress,
) -> Result<Profile, EvalError> {
    let known = files.first().map(columns).transpose()?.unwrap_or_default();
    let is_read = |column: &&FileColumn| !matches!(column.kind, ColumnKind::Other(_));
    let mut projection = Projection::default();
    let mut counted: Vec<Counted> = Vec::new();
    let room = MAX_DISTINCT_BYTES / known.len().max(1);
    for column in known.iter().filter(is_read) {
        projection.text(&column.name);
        counted.push(Counted::new(room, label == Some(column.name.as_str())));
    }
    if let Some(label) = label.filter(|label| !projection.names().iter().any(|name| name == label)) {
        return Err(no_column(label, &known));
    }
    let rows = read(files, &projection, &mut counted, progress)?;
    let mut counted = counted.into_iter();
    let mut profile = Profile { rows, columns: Vec::new(), classes: Vec::new() };
    for column in known {
        if matches!(column.kind, ColumnKind::Other(_)) {
            profile.columns.push(unread(column.name));
        } else if let Some(counted) = counted.next() {
            let (column, classes) = counted.finish(column.name);
            profile.columns.push(column);
            profile.classes.extend(classes);
        }
    }
    Ok(profile)
}

fn read(
    files: &[DataFile],
    projection: &Projection,
    counted: &mut [Counted],
    progress: &dyn Progress,
) -> Result<u64, EvalError> {
    let units = units::of_files(files, projection)?;
    progress.begin(units::rows(&units), units::bytes(files));
    let mut rows = 0_u64;
    for unit in &units {
        let mut chunks = unit.open(projection)?;
        while let Some(chunk) = chunks.next_chunk()? {
            rows = rows.saturating_add(chunk.rows as u64);
            progress.rows(chunk.rows as u64);
            for ((array, counted), name) in
                chunk.columns.iter().zip(counted.iter_mut()).zip(projection.names())
            {
                let place = |row| Box::new(chunk.place(unit.file(), row, Some(name)));
                each(array.as_ref(), &mut |value| counted.add(value))
                    .map_err(|(row, problem)| EvalError { problem, place: place(row) })?;
                if counted.classes() > MAX_CLASSES {
                    let problem = Problem::TooManyValues;
                    return Err(EvalError { problem, place: place(0) });
                }
            }
        }
    }
    progress.end();
    Ok(rows)
}

fn unread(name: String) -> ColumnProfile {
    ColumnProfile {
        name,
        r#type: ValueType::Other,
        missing: 0,
        distinct: 0,
        distinct_is_at_least: true,
        min: None,
        max: None,
    }
}

fn no_column(label: &str, known: &[FileColumn]) -> EvalError {
    let names = || known.iter().map(|column| column.name.as_str());
    EvalError::new(Problem::MissingColumn {
        name: excerpt(label.as_bytes()),
        available: names().map(|name| excerpt(name.as_bytes())).collect(),
        suggestion: nearest(label, names()).map(str::to_owned),
    })
}
