//! Predicates as SQL. Negations are pushed down to the columns, where absent values are spelled out: SQL has three truth
//! values, a predicate has two.

use assent_store::{Predicate, StoreError, Table, Value};

/// A condition and its parameters.
#[derive(Debug, Default)]
pub(crate) struct Condition<'a> {
    /// SQL with `?` for each parameter.
    pub(crate) sql: String,
    /// The parameters, in order.
    pub(crate) values: Vec<&'a Value>,
}

impl<'a> Condition<'a> {
    /// The condition for a predicate that fits the table.
    pub(crate) fn new(table: &Table, filter: &'a Predicate) -> Result<Self, StoreError> {
        filter.check(table)?;
        let mut condition = Self::default();
        condition.add(filter, false);
        Ok(condition)
    }

    /// Column names come from the checked table and need no quotes. The check has also bounded the depth.
    fn add(&mut self, filter: &'a Predicate, negated: bool) {
        match filter {
            Predicate::True => self.constant(!negated),
            Predicate::False => self.constant(negated),
            Predicate::Eq(column, value) if negated => self.compare(column, " IS NOT ?", value),
            Predicate::Eq(column, value) => self.compare(column, " = ?", value),
            Predicate::In(_, values) if values.is_empty() => self.constant(negated),
            Predicate::In(column, values) => self.list(column, values, negated),
            Predicate::IsNull(column) => {
                self.sql.push_str(column);
                self.sql.push_str(if negated { " IS NOT NULL" } else { " IS NULL" });
            }
            Predicate::And(parts) => self.group(parts, negated, !negated),
            Predicate::Or(parts) => self.group(parts, negated, negated),
            Predicate::Not(part) => self.add(part, !negated),
        }
    }

    fn constant(&mut self, truth: bool) {
        self.sql.push(if truth { '1' } else { '0' });
    }

    fn compare(&mut self, column: &str, comparison: &str, value: &'a Value) {
        self.sql.push_str(column);
        self.sql.push_str(comparison);
        self.values.push(value);
    }

    fn list(&mut self, column: &str, values: &'a [Value], negated: bool) {
        let marks = vec!["?"; values.len()].join(",");
        let sql = if negated {
            format!("({column} IS NULL OR {column} NOT IN ({marks}))")
        } else {
            format!("{column} IN ({marks})")
        };
        self.sql.push_str(&sql);
        self.values.extend(values);
    }

    /// Joins the parts by AND or OR; no part at all is the truth of the joint. The parts are paired up like a tournament: a
    /// long chain would exceed the depth that expressions may have.
    fn group(&mut self, parts: &'a [Predicate], negated: bool, all: bool) {
        match parts {
            [] => self.constant(all),
            [part] => self.add(part, negated),
            parts => {
                let (left, right) = parts.split_at(parts.len() / 2);
                self.sql.push('(');
                self.group(left, negated, all);
                self.sql.push_str(if all { " AND " } else { " OR " });
                self.group(right, negated, all);
                self.sql.push(')');
            }
        }
    }
}
