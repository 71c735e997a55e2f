//! Predicates as SQL. Negations are pushed down to the columns, where absent values are spelled out: SQL has three truth
//! values, a predicate has two.

use std::borrow::Cow;

use assent_store::{Predicate, StoreError, Table, Value};

use crate::lines;

/// A condition and its parameters.
#[derive(Debug, Default)]
pub(crate) struct Condition<'a> {
    /// SQL with `?` for each parameter.
    pub(crate) sql: String,
    /// The parameters, in order.
    pub(crate) values: Vec<Cow<'a, Value>>,
}

impl<'a> Condition<'a> {
    /// The condition for a predicate that fits the table.
    pub(crate) fn new(table: &Table, filter: &'a Predicate) -> Result<Self, StoreError> {
        filter.check(table)?;
        let mut condition = Self::default();
        condition.add(table.name, filter, false);
        Ok(condition)
    }

    /// Column names come from the checked table and need no quotes. The check has also bounded the depth.
    fn add(&mut self, table: &str, filter: &'a Predicate, negated: bool) {
        match filter {
            Predicate::True => self.constant(!negated),
            Predicate::False => self.constant(negated),
            Predicate::Eq(column, value) if negated => self.compare(column, " IS NOT ?", value),
            Predicate::Eq(column, value) => self.compare(column, " = ?", value),
            Predicate::In(_, values) if values.is_empty() => self.constant(negated),
            Predicate::In(column, values) => self.list(column, values, negated),
            Predicate::Lines(_, values) if values.is_empty() => self.constant(negated),
            Predicate::Lines(column, values) => self.lines(column, values, negated),
            Predicate::AtMost(column, bound) if negated => {
                let sql = format!("({column} IS NULL OR {column} > ?)");
                self.sql.push_str(&sql);
                self.values.push(Cow::Borrowed(bound));
            }
            Predicate::AtMost(column, bound) => self.compare(column, " <= ?", bound),
            Predicate::IsNull(column) => {
                self.sql.push_str(column);
                self.sql.push_str(if negated { " IS NOT NULL" } else { " IS NULL" });
            }
            Predicate::And(parts) => self.group(table, parts, negated, !negated),
            Predicate::Or(parts) => self.group(table, parts, negated, negated),
            Predicate::Not(part) => self.add(table, part, !negated),
            Predicate::OfModel(part) => self.of_model(table, part, negated),
        }
    }

    fn constant(&mut self, truth: bool) {
        self.sql.push(if truth { '1' } else { '0' });
    }

    fn compare(&mut self, column: &str, comparison: &str, value: &'a Value) {
        self.sql.push_str(column);
        self.sql.push_str(comparison);
        self.values.push(Cow::Borrowed(value));
    }

    fn list(&mut self, column: &str, values: &'a [Value], negated: bool) {
        let marks = vec!["?"; values.len()].join(",");
        let sql = if negated {
            format!("({column} IS NULL OR {column} NOT IN ({marks}))")
        } else {
            format!("{column} IN ({marks})")
        };
        self.sql.push_str(&sql);
        self.values.extend(values.iter().map(Cow::Borrowed));
    }

    /// No line has a line break, as the check has made sure: joined by them, all are one parameter.
    fn lines(&mut self, column: &str, values: &[Value], negated: bool) {
        let lines: Vec<&str> = values.iter().filter_map(text).collect();
        let sql = format!("{}{}({column}, ?)", if negated { "NOT " } else { "" }, lines::NAME);
        self.sql.push_str(&sql);
        self.values.push(Cow::Owned(Value::Text(lines.join("\n"))));
    }

    /// Asked for each row by the unique index of the models: a page then ends as soon as it is full. Names of columns in the
    /// inner condition are those of the models.
    fn of_model(&mut self, table: &str, part: &'a Predicate, negated: bool) {
        self.sql.push_str(if negated { "NOT " } else { "" });
        let sql = format!("EXISTS (SELECT 1 FROM models WHERE models.model_id = {table}.model_id AND ");
        self.sql.push_str(&sql);
        self.add("models", part, false);
        self.sql.push(')');
    }

    /// Joins the parts by AND or OR; no part at all is the truth of the joint. The parts are paired up like a tournament: a
    /// long chain would exceed the depth that expressions may have.
    fn group(&mut self, table: &str, parts: &'a [Predicate], negated: bool, all: bool) {
        match parts {
            [] => self.constant(all),
            [part] => self.add(table, part, negated),
            parts => {
                let (left, right) = parts.split_at(parts.len() / 2);
                self.sql.push('(');
                self.group(table, left, negated, all);
                self.sql.push_str(if all { " AND " } else { " OR " });
                self.group(table, right, negated, all);
                self.sql.push(')');
            }
        }
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Integer(_) => None,
    }
}
