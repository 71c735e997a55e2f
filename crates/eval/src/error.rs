//! What can be wrong with the data or the options of an evaluation: a stable code, a sentence that names file, column and
//! row, and what to do about it.

use std::fmt;

use crate::limits::{
    MAX_ATTRIBUTES, MAX_BINNED_CELLS, MAX_CATEGORIES, MAX_CELLS, MAX_CLASSES, MAX_COLUMNS, MAX_GROUPS,
    MAX_LIST, MAX_LISTED, MAX_NEIGHBOUR_ROWS, MAX_RECORD_BYTES, MAX_REPLICATES, MAX_VALUE_BYTES,
};

/// An evaluation that could not be done: the problem and where it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{problem}")]
pub struct EvalError {
    /// What is wrong.
    pub problem: Problem,
    /// Where it is wrong.
    pub place: Box<Place>,
}

impl EvalError {
    /// A problem of the options, or of no place in particular.
    pub fn new(problem: Problem) -> Self {
        Self { problem, place: Box::default() }
    }

    /// The same problem, said to be in this file unless a file is already named.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.place.file.get_or_insert_with(|| file.to_owned());
        self
    }

    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        self.problem.code()
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> String {
        self.problem.remedy()
    }
}

/// Where in the input a problem is; what is not known is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the file as the caller gave it.
    pub file: Option<String>,
    /// The data row, counted from 1 below the header.
    pub row: Option<u64>,
    /// The line of the file on which the record starts, counted from 1.
    pub line: Option<u64>,
    /// The name of the column.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.file.as_ref().map(|file| format!("`{file}`")));
        parts.extend(match (self.row, self.line) {
            (Some(row), Some(line)) => Some(format!("row {row} (line {line})")),
            (Some(row), None) => Some(format!("row {row}")),
            (None, _) => None,
        });
        parts.extend(self.column.as_ref().map(|column| format!("column `{column}`")));
        if parts.is_empty() { Ok(()) } else { write!(f, "{}: ", parts.join(", ")) }
    }
}

/// What is wrong with the data or the options.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the words of the message that `Display` gives for each variant"
)]
pub enum Problem {
    /// Reading failed.
    Unreadable { detail: String },
    /// The input has no header.
    EmptyFile,
    /// The input has a header and nothing else.
    NoRows,
    /// Two columns have one name.
    DuplicateColumn { name: String },
    /// More columns than [`MAX_COLUMNS`].
    TooManyColumns,
    /// A column that the options name is not there.
    MissingColumn { name: String, available: Vec<String>, suggestion: Option<String> },
    /// A row with more or fewer fields than the header.
    RaggedRow { expected: usize, found: usize },
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A record larger than [`MAX_RECORD_BYTES`].
    RecordTooLarge,
    /// A value larger than [`MAX_VALUE_BYTES`].
    ValueTooLarge { bytes: usize },
    /// No value where one is needed.
    EmptyValue,
    /// A column without named positive values that does not hold one well-known pair.
    AmbiguousPositive { values: Vec<String> },
    /// A third value where the positive one is not named.
    NotBinary { values: Vec<String> },
    /// A named positive value that no row has.
    UnknownPositive { value: String, available: Vec<String>, suggestion: Option<String> },
    /// More distinct values than [`MAX_CLASSES`].
    TooManyValues,
    /// More groups than [`MAX_GROUPS`].
    TooManyGroups,
    /// More distinct values than [`MAX_CATEGORIES`].
    TooManyCategories,
    /// A score that is no number.
    NotANumber { value: String },
    /// A number of rows, or of a bin, that is none.
    NotACount { value: String },
    /// A score that is NaN or infinite.
    NotFinite { value: String },
    /// A weight below 0.
    NegativeWeight { value: String },
    /// A score of a class below 0 or above 1.
    NotAProbability { value: String },
    /// Scores of all classes that do not add up to 1.
    NotOneTogether { sum: String },
    /// A class that rows have and that no column has the scores of.
    ClassWithoutScores { class: String },
    /// An option that cannot be had where labels and predictions are joined.
    NotJoined { option: &'static str },
    /// An option that cannot be had where a database computes the state.
    NotBySql { option: &'static str },
    /// More rows than the evaluation can hold.
    TooManyRows { limit: u64 },
    /// The options name a column for no use, or an empty name.
    UnnamedColumn { option: &'static str },
    /// A protected attribute named twice.
    RepeatedAttribute { name: String },
    /// More protected attributes than [`MAX_ATTRIBUTES`].
    TooManyAttributes,
    /// A list of the options longer than [`MAX_LIST`].
    ListTooLong { option: &'static str },
    /// More rows than [`MAX_NEIGHBOUR_ROWS`] where each is compared with all others.
    TooManyNeighbours,
    /// More draws than [`MAX_REPLICATES`].
    TooManyReplicates,
    /// No suite was asked for.
    NoSuite,
    /// A suite that the engine does not have.
    UnknownSuite { name: String, suggestion: Option<String> },
    /// The bias suite without a protected attribute.
    NoProtectedAttribute,
    /// An id that an earlier row has.
    DuplicateId { first_row: Option<u64> },
    /// A file of a format that is not read.
    UnknownFormat { found: String },
    /// A file that does not hold what its format promises.
    Damaged { format: &'static str, detail: String },
    /// A column of a type that is not read.
    UnsupportedType { found: String },
    /// A line that is no JSON object.
    NotAnObject { detail: String },
    /// A JSON object without a field that is read.
    MissingField,
    /// A list or an object where one value is needed.
    NestedValue,
    /// More combinations of values than [`MAX_CELLS`].
    TooManyCombinations,
    /// More combinations of values than scores are counted in bins for.
    TooManyBinnedCells,
    /// A histogram of scores of rows that have weights.
    BinnedWeights,
    /// States that were read from different columns.
    StatesDiffer,
    /// A stored state that cannot be read back.
    BadState { detail: String },
    /// A task that the engine does not have.
    UnknownTask { name: String, suggestion: Option<String> },
    /// An option that means nothing for the task.
    NotForTask { option: &'static str, task: &'static str },
    /// Labelled rows without a prediction; the first of their row numbers in the labels.
    MissingPredictions { count: u64, rows: Vec<u64> },
    /// Predictions for ids without a label; the first of their row numbers in the predictions.
    UnknownIds { count: u64, rows: Vec<u64> },
}

impl Problem {
    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "UNREADABLE",
            Self::EmptyFile => "EMPTY_FILE",
            Self::NoRows => "NO_ROWS",
            Self::DuplicateColumn { .. } => "DUPLICATE_COLUMN",
            Self::TooManyColumns => "TOO_MANY_COLUMNS",
            Self::MissingColumn { .. } => "MISSING_COLUMN",
            Self::RaggedRow { .. } => "RAGGED_ROW",
            Self::NotUtf8 => "NOT_UTF8",
            Self::RecordTooLarge => "RECORD_TOO_LARGE",
            Self::ValueTooLarge { .. } => "VALUE_TOO_LARGE",
            Self::EmptyValue => "EMPTY_VALUE",
            Self::AmbiguousPositive { .. } => "AMBIGUOUS_POSITIVE",
            Self::NotBinary { .. } => "NOT_BINARY",
            Self::UnknownPositive { .. } => "UNKNOWN_POSITIVE",
            Self::TooManyValues => "TOO_MANY_VALUES",
            Self::TooManyGroups => "TOO_MANY_GROUPS",
            Self::TooManyCategories => "TOO_MANY_CATEGORIES",
            Self::NotANumber { .. } => "NOT_A_NUMBER",
            Self::NotACount { .. } => "NOT_A_COUNT",
            Self::NotFinite { .. } => "NOT_FINITE",
            Self::NegativeWeight { .. } => "NEGATIVE_WEIGHT",
            Self::NotAProbability { .. } => "NOT_A_PROBABILITY",
            Self::NotOneTogether { .. } => "NOT_ONE_TOGETHER",
            Self::ClassWithoutScores { .. } => "CLASS_WITHOUT_SCORES",
            Self::NotJoined { .. } => "NOT_JOINED",
            Self::NotBySql { .. } => "NOT_BY_SQL",
            Self::TooManyRows { .. } => "TOO_MANY_ROWS",
            Self::UnnamedColumn { .. } => "UNNAMED_COLUMN",
            Self::RepeatedAttribute { .. } => "REPEATED_ATTRIBUTE",
            Self::TooManyAttributes => "TOO_MANY_ATTRIBUTES",
            Self::ListTooLong { .. } => "LIST_TOO_LONG",
            Self::TooManyNeighbours => "TOO_MANY_NEIGHBOURS",
            Self::TooManyReplicates => "TOO_MANY_REPLICATES",
            Self::NoSuite => "NO_SUITE",
            Self::UnknownSuite { .. } => "UNKNOWN_SUITE",
            Self::NoProtectedAttribute => "NO_PROTECTED_ATTRIBUTE",
            Self::DuplicateId { .. } => "DUPLICATE_ID",
            Self::UnknownFormat { .. } => "UNKNOWN_FORMAT",
            Self::Damaged { .. } => "DAMAGED_FILE",
            Self::UnsupportedType { .. } => "UNSUPPORTED_TYPE",
            Self::NotAnObject { .. } => "NOT_AN_OBJECT",
            Self::MissingField => "MISSING_FIELD",
            Self::NestedValue => "NESTED_VALUE",
            Self::TooManyCombinations => "TOO_MANY_COMBINATIONS",
            Self::TooManyBinnedCells => "TOO_MANY_BINNED_CELLS",
            Self::BinnedWeights => "BINNED_WEIGHTS",
            Self::StatesDiffer => "STATES_DIFFER",
            Self::BadState { .. } => "BAD_STATE",
            Self::UnknownTask { .. } => "UNKNOWN_TASK",
            Self::NotForTask { .. } => "NOT_FOR_TASK",
            Self::MissingPredictions { .. } => "MISSING_PREDICTIONS",
            Self::UnknownIds { .. } => "UNKNOWN_IDS",
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> String {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "the rest need nothing of the problem; see `fixed_remedy`"
        )]
        match self {
            Self::MissingColumn { suggestion: Some(name), .. }
            | Self::UnknownPositive { suggestion: Some(name), .. }
            | Self::UnknownSuite { suggestion: Some(name), .. }
            | Self::UnknownTask { suggestion: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::RaggedRow { expected, .. } => {
                format!("give the row {expected} fields; put fields that contain a comma in double quotes")
            }
            Self::TooManyRows { limit } => format!("split the data into files of at most {limit} rows"),
            Self::NotForTask { option, .. } => format!("leave {option} out, or name another task"),
            Self::UnnamedColumn { option } => format!("name a column for {option}"),
            Self::ListTooLong { .. } => format!("give at most {MAX_LIST} names"),
            other => other.fixed_remedy().to_owned(),
        }
    }

    fn fixed_remedy(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "check that the file can be read, and try again",
            Self::EmptyFile | Self::NoRows => "give a file with a header line and at least one row",
            Self::DuplicateColumn { .. } => "give every column a name of its own",
            Self::TooManyColumns => "leave only the columns that the evaluation reads",
            Self::MissingColumn { .. } => "name one of the columns that are there",
            Self::NotUtf8 => "save the file as UTF-8",
            Self::RecordTooLarge => {
                "look for a double quote that is never closed, or leave out columns of free text"
            }
            Self::ValueTooLarge { .. } => "check that the right column is named",
            Self::EmptyValue => "fill the value in, or leave the row out",
            Self::AmbiguousPositive { .. } | Self::NotBinary { .. } => {
                "name the values that count as positive"
            }
            Self::UnknownPositive { .. } => "name values that the column has",
            Self::TooManyValues | Self::TooManyGroups => {
                "check that the right column is named, or put values in bands"
            }
            Self::TooManyCategories => "put values in bands, or leave out columns of ids and free text",
            Self::NotACount { .. } => "give the rows of the query that `--emit-sql` prints, unchanged",
            Self::NotANumber { .. } | Self::NotFinite { .. } => "give every row a finite decimal number",
            Self::NegativeWeight { .. } => "give every row a weight from 0 on",
            Self::NotAProbability { .. } | Self::NotOneTogether { .. } => {
                "give every row a probability for each class, all of them adding up to 1"
            }
            Self::ClassWithoutScores { .. } => {
                "name the column with the scores of the class, or leave out those of the other classes as well"
            }
            Self::NotBySql { .. } => "leave it out, or evaluate files that have the column",
            Self::NotJoined { .. } => "leave it out, or evaluate one table that has all columns",
            Self::RepeatedAttribute { .. } => "name each protected attribute once",
            Self::TooManyNeighbours => "evaluate a sample of the rows, or leave the features out",
            Self::TooManyReplicates => "a thousand replicates are enough for most uses",
            Self::TooManyAttributes => "evaluate the attributes in several runs",
            Self::NoSuite | Self::UnknownSuite { .. } => "name `performance`, `bias` or both",
            Self::NoProtectedAttribute => "name at least one protected column",
            Self::DuplicateId { .. } => "give every row an id of its own",
            Self::UnknownFormat { .. } => "give CSV, Parquet, Arrow IPC or JSON lines, uncompressed",
            Self::Damaged { .. } => "write the file again, and compare its size with that of the original",
            Self::UnsupportedType { .. } => "write the column as text, whole or decimal numbers, or booleans",
            Self::NotAnObject { .. } => "write one JSON object on each line",
            Self::MissingField => "give every object the field, `null` where there is no value",
            Self::NestedValue => "give the field one text, number or boolean",
            Self::TooManyCombinations => "evaluate the attributes in several runs, or put values in bands",
            Self::BinnedWeights => "keep the scores exact, or name no weight",
            Self::TooManyBinnedCells => "keep the scores exact, or evaluate the attributes in several runs",
            Self::StatesDiffer => {
                "merge only states made with the same task and columns, and scores kept alike"
            }
            Self::BadState { .. } => "give a file that this release wrote with `--emit-state`",
            Self::UnknownTask { .. } => "name `binary`, `multiclass` or `regression`",
            Self::MissingPredictions { .. } => "predict every labelled row",
            Self::UnknownIds { .. } => "leave out the rows that are not in the labels",
            Self::RaggedRow { .. }
            | Self::TooManyRows { .. }
            | Self::UnnamedColumn { .. }
            | Self::NotForTask { .. }
            | Self::ListTooLong { .. } => "",
        }
    }
}

impl fmt::Display for Problem {
    #[expect(clippy::too_many_lines, reason = "a table: one message for each problem")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { detail } => write!(f, "cannot read: {detail}"),
            Self::EmptyFile => f.write_str("the file is empty"),
            Self::NoRows => f.write_str("the file has a header and no rows"),
            Self::DuplicateColumn { name } => write!(f, "two columns have the name `{name}`"),
            Self::TooManyColumns => write!(f, "more than {MAX_COLUMNS} columns"),
            Self::MissingColumn { name, available, .. } => {
                write!(f, "no column `{name}`; the columns are {}", names(available))
            }
            Self::RaggedRow { expected, found } => {
                write!(f, "{found} fields where the header has {expected}")
            }
            Self::NotUtf8 => f.write_str("bytes that are not UTF-8"),
            Self::RecordTooLarge => write!(f, "a record of more than {MAX_RECORD_BYTES} bytes"),
            Self::ValueTooLarge { bytes } => {
                write!(f, "a value of {bytes} bytes; the limit is {MAX_VALUE_BYTES}")
            }
            Self::EmptyValue => f.write_str("the value is empty"),
            Self::AmbiguousPositive { values } => {
                write!(f, "cannot tell which of {} counts as positive", names(values))
            }
            Self::NotBinary { values } => {
                write!(f, "more than two values where two are needed: {}", names(values))
            }
            Self::UnknownPositive { value, available, .. } => {
                write!(f, "no row has the positive value `{value}`; the values are {}", names(available))
            }
            Self::TooManyValues => write!(f, "more than {MAX_CLASSES} distinct values"),
            Self::TooManyGroups => write!(f, "more than {MAX_GROUPS} groups"),
            Self::TooManyCategories => write!(f, "more than {MAX_CATEGORIES} categories"),
            Self::NotANumber { value } => write!(f, "`{value}` is not a number"),
            Self::NotACount { value } => write!(f, "`{value}` is not a count"),
            Self::NotFinite { value } => write!(f, "`{value}` is not a finite number"),
            Self::NegativeWeight { value } => write!(f, "the weight `{value}` is below 0"),
            Self::NotAProbability { value } => write!(f, "`{value}` is not a probability"),
            Self::NotOneTogether { sum } => write!(f, "the scores of all classes add up to {sum}, not to 1"),
            Self::ClassWithoutScores { class } => {
                write!(f, "no column is named for the scores of the class `{class}`")
            }
            Self::NotJoined { option } => {
                write!(f, "{option} cannot be had where labels and predictions are joined by a row id")
            }
            Self::NotBySql { option } => {
                write!(f, "{option} cannot be had where a database computes the state")
            }
            Self::TooManyRows { limit } => write!(f, "more than {limit} rows"),
            Self::UnnamedColumn { option } => write!(f, "no column is named for {option}"),
            Self::RepeatedAttribute { name } => write!(f, "the protected attribute `{name}` is named twice"),
            Self::TooManyAttributes => write!(f, "more than {MAX_ATTRIBUTES} protected attributes"),
            Self::ListTooLong { option } => write!(f, "more than {MAX_LIST} names for {option}"),
            Self::TooManyNeighbours => {
                write!(
                    f,
                    "more than {MAX_NEIGHBOUR_ROWS} rows, of which each would be compared with all others"
                )
            }
            Self::TooManyReplicates => write!(f, "more than {MAX_REPLICATES} bootstrap replicates"),
            Self::NoSuite => f.write_str("no suite is named"),
            Self::UnknownSuite { name, .. } => write!(f, "no suite `{name}`"),
            Self::NoProtectedAttribute => f.write_str("the suite `bias` needs a protected attribute"),
            Self::DuplicateId { first_row: Some(row) } => write!(f, "the id of row {row} comes again"),
            Self::DuplicateId { first_row: None } => f.write_str("the id has come before"),
            Self::UnknownFormat { found } => write!(f, "this is {found}"),
            Self::Damaged { format, detail } => write!(f, "not a sound {format} file: {detail}"),
            Self::UnsupportedType { found } => write!(f, "values of the type {found} are not read"),
            Self::NotAnObject { detail } => write!(f, "not one JSON object: {detail}"),
            Self::MissingField => f.write_str("the object does not have the field"),
            Self::NestedValue => f.write_str("a list or an object instead of one value"),
            Self::TooManyCombinations => write!(f, "more than {MAX_CELLS} combinations of values"),
            Self::TooManyBinnedCells => {
                write!(f, "a histogram of scores for more than {MAX_BINNED_CELLS} combinations of values")
            }
            Self::BinnedWeights => f.write_str("a histogram counts scores, and has no room for the weights"),
            Self::StatesDiffer => f.write_str("the states were not read from the same columns"),
            Self::BadState { detail } => write!(f, "not a stored state: {detail}"),
            Self::UnknownTask { name, .. } => write!(f, "no task `{name}`"),
            Self::NotForTask { option, task } => write!(f, "{option} means nothing for the task `{task}`"),
            Self::MissingPredictions { count, rows } => {
                write!(f, "{count} labelled rows have no prediction: {}", numbers(rows, *count))
            }
            Self::UnknownIds { count, rows } => {
                write!(
                    f,
                    "{count} predictions have an id that the labels do not have: {}",
                    numbers(rows, *count)
                )
            }
        }
    }
}

/// How many names a message lists: enough to find a column by eye.
const MAX_NAMES: usize = 4 * MAX_LISTED;

fn names(all: &[String]) -> String {
    let shown: Vec<String> = all.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    let rest = all.len().saturating_sub(MAX_NAMES);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

fn numbers(rows: &[u64], count: u64) -> String {
    let shown: Vec<String> = rows.iter().map(u64::to_string).collect();
    let word = if count == 1 { "row" } else { "rows" };
    let more = if count > rows.len() as u64 { " and more" } else { "" };
    format!("{word} {}{more}", shown.join(", "))
}

/// What a decoder said was wrong, as a message shows it.
pub(crate) fn detail(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(160).collect()
}

/// A value from the data as a message shows it: readable, and cut to a length that fits a line.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    let head = bytes.get(..bytes.len().min(160)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if shown.len() < bytes.len() {
        shown.push('…');
    }
    shown
}
