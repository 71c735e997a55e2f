//! What can be wrong with a report: a stable code, a sentence that names line and field, and what to do about it.

use std::fmt;

use super::limits::{MAX_BYTES, MAX_FINDINGS, MAX_METRIC_DEPTH, MAX_METRICS};

/// A report that could not be read: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct EvidenceError {
    /// What is wrong.
    pub problem: Problem,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// The field, for example `runs[0].results[2].message`.
    pub field: Option<String>,
}

/// What is wrong with a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are the words of the message that `Display` gives for each variant"
)]
pub enum Problem {
    /// There is nothing in it.
    Empty,
    /// It is larger than [`MAX_BYTES`].
    TooLarge { bytes: usize },
    /// It is not JSON.
    NotJson { detail: String },
    /// A field is missing or of another kind than the format has.
    WrongField { detail: String },
    /// A version of the format that is not read here.
    UnknownVersion { format: &'static str, version: String },
    /// A value that cannot be.
    Impossible { detail: String },
    /// Results of several tools in one file.
    SeveralTools { first: String, second: String },
    /// It says nothing that can be taken for a figure or a finding.
    NothingToRead,
    /// More than [`MAX_FINDINGS`].
    TooManyFindings,
    /// More than [`MAX_METRICS`].
    TooManyMetrics,
    /// Figures nested deeper than [`MAX_METRIC_DEPTH`].
    TooDeep,
}

impl EvidenceError {
    /// The stable code, `UPPER_SNAKE`.
    pub fn code(&self) -> &'static str {
        match self.problem {
            Problem::Empty => "EMPTY_REPORT",
            Problem::TooLarge { .. } => "REPORT_TOO_LARGE",
            Problem::NotJson { .. } => "NOT_JSON",
            Problem::WrongField { .. } => "WRONG_FIELD",
            Problem::UnknownVersion { .. } => "UNKNOWN_VERSION",
            Problem::Impossible { .. } => "IMPOSSIBLE_VALUE",
            Problem::SeveralTools { .. } => "SEVERAL_TOOLS",
            Problem::NothingToRead => "NOTHING_TO_READ",
            Problem::TooManyFindings => "TOO_MANY_FINDINGS",
            Problem::TooManyMetrics => "TOO_MANY_METRICS",
            Problem::TooDeep => "TOO_DEEP",
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(&self) -> &'static str {
        match self.problem {
            Problem::Empty | Problem::NotJson { .. } => "give the file as the tool wrote it",
            Problem::TooLarge { .. } => "have the tool leave out what it did not find, or split the report",
            Problem::WrongField { .. } => {
                "have the report written anew by the tool; a report that was edited by hand must keep its form"
            }
            Problem::UnknownVersion { .. } => "have the tool write the version that is read here",
            Problem::Impossible { .. } => "look at how the report was made: it contradicts itself",
            Problem::SeveralTools { .. } => "give one file for each tool",
            Problem::NothingToRead => {
                "give SARIF 2.1.0, JSON of modelscan or Trivy, a report of garak, or an object of figures by name"
            }
            Problem::TooManyFindings => "have the tool filter its findings, or split the report",
            Problem::TooManyMetrics | Problem::TooDeep => {
                "leave only the figures that a rule or a reader needs"
            }
        }
    }

    pub(super) fn at_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl From<Problem> for EvidenceError {
    fn from(problem: Problem) -> Self {
        Self { problem, line: None, field: None }
    }
}

impl fmt::Display for EvidenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.line, &self.field) {
            (Some(line), Some(field)) => write!(f, "line {line}, `{field}`: {}", self.problem),
            (Some(line), None) => write!(f, "line {line}: {}", self.problem),
            (None, Some(field)) => write!(f, "`{field}`: {}", self.problem),
            (None, None) => self.problem.fmt(f),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the report is empty"),
            Self::TooLarge { bytes } => write!(f, "a report of {bytes} bytes; the limit is {MAX_BYTES}"),
            Self::NotJson { detail } | Self::WrongField { detail } | Self::Impossible { detail } => {
                f.write_str(detail)
            }
            Self::UnknownVersion { format, version } => {
                write!(f, "version `{version}` of {format} is not read here")
            }
            Self::SeveralTools { first, second } => {
                write!(f, "results of `{first}` and of `{second}` in one report")
            }
            Self::NothingToRead => f.write_str("the report has neither findings nor figures"),
            Self::TooManyFindings => write!(f, "more than {MAX_FINDINGS} findings"),
            Self::TooManyMetrics => write!(f, "more than {MAX_METRICS} figures"),
            Self::TooDeep => write!(f, "figures nested more than {MAX_METRIC_DEPTH} deep"),
        }
    }
}
