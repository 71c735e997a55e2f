//! One column in the making.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use super::{ClassCount, ColumnProfile, MAX_DISTINCT, ValueType};

/// A value, so that equal numbers are the same.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Integer(i128),
    /// The bits of a number that is not whole, or larger than any whole number that is kept.
    Number(u64),
    Text(Box<str>),
}

/// What was counted of a column.
pub(super) struct Counted {
    missing: u64,
    integers: u64,
    numbers: u64,
    booleans: u64,
    texts: u64,
    /// The smallest and the largest whole number.
    whole: Option<(i128, i128)>,
    /// The smallest and the largest number that is not whole.
    range: Option<(f64, f64)>,
    /// The fewest and the most characters.
    lengths: Option<(u64, u64)>,
    seen: HashSet<Key>,
    /// Bytes that may still be kept of different values.
    room: usize,
    is_full: bool,
    classes: Option<BTreeMap<Box<str>, u64>>,
}

impl Counted {
    pub(super) fn new(room: usize, is_label: bool) -> Self {
        Self {
            missing: 0,
            integers: 0,
            numbers: 0,
            booleans: 0,
            texts: 0,
            whole: None,
            range: None,
            lengths: None,
            seen: HashSet::new(),
            room,
            is_full: false,
            classes: is_label.then(BTreeMap::new),
        }
    }

    /// How many classes the label has so far.
    pub(super) fn classes(&self) -> usize {
        self.classes.as_ref().map_or(0, BTreeMap::len)
    }

    pub(super) fn add(&mut self, value: Option<&str>) {
        let Some(text) = value else {
            self.missing += 1;
            return;
        };
        if let Some(classes) = &mut self.classes {
            match classes.get_mut(text) {
                Some(rows) => *rows += 1,
                None => drop(classes.insert(text.into(), 1)),
            }
        }
        let length = text.chars().count() as u64;
        self.lengths =
            Some(self.lengths.map_or((length, length), |(min, max)| (min.min(length), max.max(length))));
        let key = self.classified(text);
        self.see(key, text.len());
    }

    /// What the value is; the ranges of numbers grow with it.
    fn classified(&mut self, text: &str) -> Key {
        if let Ok(whole) = text.parse::<i128>() {
            self.integers += 1;
            self.whole =
                Some(self.whole.map_or((whole, whole), |(min, max)| (min.min(whole), max.max(whole))));
            return Key::Integer(whole);
        }
        if let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) {
            self.numbers += 1;
            self.range =
                Some(self.range.map_or((number, number), |(min, max)| (min.min(number), max.max(number))));
            return whole(number).map_or(Key::Number(number.to_bits()), Key::Integer);
        }
        if ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
            self.booleans += 1;
            return Key::Text(text.to_ascii_lowercase().into());
        }
        self.texts += 1;
        Key::Text(text.into())
    }

    fn see(&mut self, key: Key, bytes: usize) {
        if self.is_full || self.seen.contains(&key) {
            return;
        }
        // What the table itself needs for a value, roughly.
        let cost = bytes.saturating_add(64);
        if self.seen.len() >= MAX_DISTINCT || cost > self.room {
            self.is_full = true;
            return;
        }
        self.room -= cost;
        self.seen.insert(key);
    }

    fn value_type(&self) -> ValueType {
        match (self.integers, self.numbers, self.booleans, self.texts) {
            (0, 0, 0, 0) => ValueType::Empty,
            (_, 0, 0, 0) => ValueType::Integer,
            (_, _, 0, 0) => ValueType::Number,
            (0, 0, _, 0) => ValueType::Boolean,
            _ => ValueType::Text,
        }
    }

    fn bounds(&self) -> Option<(String, String)> {
        match self.value_type() {
            ValueType::Integer => self.whole.map(|(min, max)| (min.to_string(), max.to_string())),
            ValueType::Number => {
                let (min, max) = self.range?;
                let (low, high) = self.whole.map_or((None, None), |(low, high)| (Some(low), Some(high)));
                let smallest = low
                    .filter(|low| nearest(*low) < min)
                    .map_or_else(|| min.to_string(), |low| low.to_string());
                let largest = high
                    .filter(|high| nearest(*high) > max)
                    .map_or_else(|| max.to_string(), |high| high.to_string());
                Some((smallest, largest))
            }
            ValueType::Text => self.lengths.map(|(min, max)| (characters(min), characters(max))),
            ValueType::Boolean | ValueType::Empty | ValueType::Other => None,
        }
    }

    pub(super) fn finish(self, name: String) -> (ColumnProfile, Vec<ClassCount>) {
        let (min, max) = self.bounds().unzip();
        let column = ColumnProfile {
            name,
            r#type: self.value_type(),
            missing: self.missing,
            distinct: self.seen.len() as u64,
            distinct_is_at_least: self.is_full,
            min,
            max,
        };
        let classes = self.classes.unwrap_or_default().into_iter();
        let mut classes: Vec<ClassCount> =
            classes.map(|(value, rows)| ClassCount { value: value.into(), rows }).collect();
        classes
            .sort_by(|one, other| (Reverse(one.rows), &one.value).cmp(&(Reverse(other.rows), &other.value)));
        (column, classes)
    }
}

fn characters(count: u64) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

#[expect(clippy::cast_precision_loss, reason = "only to compare with a number that has no more digits")]
fn nearest(whole: i128) -> f64 {
    whole as f64
}

/// The whole number that this is, where it is exact.
#[expect(clippy::cast_possible_truncation, reason = "the bound is checked, and the fraction is 0")]
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i128)
}
