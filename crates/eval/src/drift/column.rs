//! What is compared: a column of the reference and the same column of the current data.

use super::categories::Categories;

/// A column as it stands in both tables.
#[derive(Clone, Debug)]
pub struct ColumnPair {
    /// Its name.
    pub name: String,
    /// In the reference.
    pub reference: Column,
    /// In the current data.
    pub current: Column,
}

/// A column of one table.
#[derive(Clone, Debug)]
pub enum Column {
    /// A column of numbers.
    Numeric(Numbers),
    /// A column of categories.
    Categorical(Categories),
}

/// The numbers of a column, ascending; those that are missing or NaN are counted and left out. 8 bytes a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    sorted: Vec<f64>,
    missing: u64,
    not_a_number: u64,
}

impl Numbers {
    /// The values of a column in any order, and how many rows have none. They are sorted where they are.
    pub fn new(mut values: Vec<f64>, missing: u64) -> Self {
        let rows = values.len();
        values.retain(|value| !value.is_nan());
        let not_a_number = (rows - values.len()) as u64;
        values.sort_unstable_by(f64::total_cmp);
        Self { sorted: values, missing, not_a_number }
    }

    /// The values, ascending, without NaN.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// Rows without a value.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Rows whose value is NaN.
    pub fn not_a_number(&self) -> u64 {
        self.not_a_number
    }

    /// Rows whose value is infinite; they stand at the ends.
    pub fn infinite(&self) -> u64 {
        let below = self.sorted.iter().take_while(|value| value.is_infinite()).count();
        let above = self.sorted.iter().skip(below).rev().take_while(|value| value.is_infinite()).count();
        (below + above) as u64
    }
}
