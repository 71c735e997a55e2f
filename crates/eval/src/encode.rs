//! Values to small codes, as the scan sees them: groups to numbers, labels and predictions to positive or negative.

use std::collections::HashMap;

use crate::column::Coder;
use crate::error::{Problem, excerpt};
use crate::limits::{MAX_CLASSES, MAX_GROUPS};
use crate::suggest::nearest;

/// How a row without a value in a protected column is shown: a group of its own, never left out.
pub const EMPTY_GROUP: &str = "(empty)";

/// What the values of a column are to the evaluation.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// Groups: a row without a value is of the group [`EMPTY_GROUP`].
    Groups,
    /// Classes of any names.
    Classes,
    /// Classes of which some are positive.
    Binary(BinaryColumn),
}

/// The values of one column, numbered in the order in which they are first seen.
#[derive(Clone, Debug)]
pub(crate) struct ValueCodes {
    rule: Rule,
    codes: HashMap<Box<str>, u16>,
    names: Vec<String>,
    /// For each value the row that had it first.
    first_rows: Vec<usize>,
}

impl ValueCodes {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, codes: HashMap::new(), names: Vec::new(), first_rows: Vec::new() }
    }

    /// The values by code.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// For each value by code, the row of its chunk that had it first.
    pub(crate) fn first_rows(&self) -> &[usize] {
        &self.first_rows
    }

    fn new_code(&mut self, row: usize, name: &str) -> Result<u16, Problem> {
        let (limit, problem) = match &mut self.rule {
            Rule::Groups => (MAX_GROUPS, Problem::TooManyGroups),
            Rule::Classes => (MAX_CLASSES, Problem::TooManyValues),
            Rule::Binary(column) => {
                column.is_positive(name.as_bytes())?;
                (MAX_CLASSES, Problem::TooManyValues)
            }
        };
        let code =
            u16::try_from(self.names.len()).ok().filter(|code| usize::from(*code) < limit).ok_or(problem)?;
        self.names.push(name.to_owned());
        self.first_rows.push(row);
        self.codes.insert(name.into(), code);
        Ok(code)
    }
}

impl Coder for ValueCodes {
    fn code(&mut self, row: usize, value: Option<&str>) -> Result<u16, Problem> {
        let name = match (&self.rule, value) {
            (_, Some(value)) => value,
            (Rule::Groups, None) => EMPTY_GROUP,
            (Rule::Classes | Rule::Binary(_), None) => return Err(Problem::EmptyValue),
        };
        match self.codes.get(name) {
            Some(code) => Ok(*code),
            None => self.new_code(row, name),
        }
    }
}

/// Pairs of words whose negative and positive are beyond doubt, in lower case.
const PAIRS: [(&[&str], &[&str]); 6] = [
    (&["0", "0.0", "-1"], &["1", "1.0"]),
    (&["false"], &["true"]),
    (&["f"], &["t"]),
    (&["no"], &["yes"]),
    (&["n"], &["y"]),
    (&["negative"], &["positive"]),
];

/// One well-known value: which pair it is of, and which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    pair: usize,
    positive: bool,
}

fn known(value: &str) -> Option<Known> {
    let value = value.to_ascii_lowercase();
    let has = |words: &[&str]| words.contains(&value.as_str());
    PAIRS.iter().enumerate().find_map(|(pair, (negative, positive))| {
        (has(negative) || has(positive)).then(|| Known { pair, positive: has(positive) })
    })
}

/// A label or prediction column: which of its values are positive.
///
/// With named positive values every other value is negative. Without, the first value must be of a well-known pair and all
/// others of the same pair; anything else is refused rather than guessed.
#[derive(Clone, Debug)]
pub struct BinaryColumn {
    positive: Vec<String>,
    pair: Option<usize>,
    seen: Vec<(Box<[u8]>, bool)>,
}

impl BinaryColumn {
    /// A column whose positive values are named, or with an empty list one that decides for itself.
    pub fn new(positive: &[String]) -> Self {
        Self { positive: positive.to_vec(), pair: None, seen: Vec::new() }
    }

    /// Whether a value is positive.
    pub fn is_positive(&mut self, value: &[u8]) -> Result<bool, Problem> {
        if let Some((_, positive)) = self.seen.iter().find(|(seen, _)| **seen == *value) {
            return Ok(*positive);
        }
        if self.seen.len() >= MAX_CLASSES {
            return Err(Problem::TooManyValues);
        }
        let text = std::str::from_utf8(value).map_err(|_| Problem::NotUtf8)?;
        let positive = if self.positive.is_empty() {
            self.by_pair(text)?
        } else {
            self.positive.iter().any(|named| named == text)
        };
        self.seen.push((value.into(), positive));
        Ok(positive)
    }

    /// The values that counted as positive: the named ones, or those seen, sorted.
    pub fn positive_values(&self) -> Vec<String> {
        if !self.positive.is_empty() {
            return self.positive.clone();
        }
        let mut values: Vec<String> =
            self.seen.iter().filter(|(_, positive)| *positive).map(text_of).collect();
        values.sort_unstable();
        values
    }

    /// Refuses a named positive value that no row had: it is more often a slip than a fact. A word is let pass when the
    /// values seen are its well-known opposites, as for a model that never says `1`.
    pub fn check_named(&self) -> Result<(), Problem> {
        let unknown = self.positive.iter().find(|named| !self.has(named) && !self.has_opposite(named));
        let Some(value) = unknown else { return Ok(()) };
        let mut available: Vec<String> = self.seen.iter().map(|(seen, _)| excerpt(seen)).collect();
        available.sort_unstable();
        let suggestion = nearest(value, available.iter().map(String::as_str)).map(str::to_owned);
        Err(Problem::UnknownPositive { value: excerpt(value.as_bytes()), available, suggestion })
    }

    fn by_pair(&mut self, value: &str) -> Result<bool, Problem> {
        let found = known(value);
        match (self.pair, found) {
            (None, Some(known)) => {
                self.pair = Some(known.pair);
                Ok(known.positive)
            }
            (Some(pair), Some(known)) if known.pair == pair => Ok(known.positive),
            _ => {
                let mut values: Vec<String> = self.seen.iter().map(|(seen, _)| excerpt(seen)).collect();
                values.push(excerpt(value.as_bytes()));
                values.sort_unstable();
                Err(if values.len() > 2 {
                    Problem::NotBinary { values }
                } else {
                    Problem::AmbiguousPositive { values }
                })
            }
        }
    }

    fn has(&self, value: &str) -> bool {
        self.seen.iter().any(|(seen, _)| **seen == *value.as_bytes())
    }

    fn has_opposite(&self, value: &str) -> bool {
        let opposite = |seen: &[u8]| std::str::from_utf8(seen).ok().and_then(known);
        known(value).is_some_and(|named| {
            self.seen.iter().all(|(seen, _)| opposite(seen).is_some_and(|other| other.pair == named.pair))
        })
    }
}

fn text_of((value, _): &(Box<[u8]>, bool)) -> String {
    String::from_utf8_lossy(value).into_owned()
}
