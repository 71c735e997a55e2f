//! Predicates as SQL. Negations are pushed down to the columns, where absent values are spelled out: SQL has three truth
//! values, a predicate has two.

use assent_store::{Predicate, StoreError, Table, Value};
use postgres::types::ToSql;

/// A parameter.
type Param<'a> = Box<dyn ToSql + Sync + 'a>;

/// A condition and its parameters, numbered from `$1`.
#[derive(Default)]
pub(crate) struct Condition<'a> {
    /// The SQL.
    pub(crate) sql: String,
    /// The parameters, in order.
    pub(crate) params: Vec<Param<'a>>,
}

impl<'a> Condition<'a> {
    /// The condition for a predicate that fits the table.
    pub(crate) fn new(table: &Table, filter: &'a Predicate) -> Result<Self, StoreError> {
        filter.check(table)?;
        let mut condition = Self::default();
        condition.add(table.name, filter, false);
        Ok(condition)
    }

    /// Adds a parameter; its mark.
    pub(crate) fn param(&mut self, param: impl ToSql + Sync + 'a) -> String {
        self.params.push(Box::new(param));
        format!("${}", self.params.len())
    }

    fn value(&mut self, value: &'a Value) -> String {
        match value {
            Value::Text(text) => self.param(text.as_str()),
            Value::Integer(number) => self.param(*number),
        }
    }

    /// The parameters, as a statement takes them.
    pub(crate) fn borrowed(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.params.iter().map(|param| &**param as _).collect()
    }

    /// Column names come from the checked table and need no quotes. The check has also bounded the depth.
    fn add(&mut self, table: &str, filter: &'a Predicate, negated: bool) {
        match filter {
            Predicate::True => self.constant(!negated),
            Predicate::False => self.constant(negated),
            Predicate::Eq(column, value) => {
                let mark = self.value(value);
                let comparison = if negated { "IS DISTINCT FROM" } else { "=" };
                self.add_sql(&[column, " ", comparison, " ", &mark]);
            }
            Predicate::In(column, values) => self.list(column, values, negated),
            Predicate::Lines(column, values) => self.lines(table, column, values, negated),
            Predicate::AtMost(column, bound) => {
                let mark = self.value(bound);
                if negated {
                    self.add_sql(&["(", column, " IS NULL OR ", column, " > ", &mark, ")"]);
                } else {
                    self.add_sql(&[column, " <= ", &mark]);
                }
            }
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

    /// Adds these words.
    pub(crate) fn add_sql(&mut self, words: &[&str]) {
        for word in words {
            self.sql.push_str(word);
        }
    }

    fn constant(&mut self, truth: bool) {
        self.sql.push_str(if truth { "TRUE" } else { "FALSE" });
    }

    fn list(&mut self, column: &str, values: &'a [Value], negated: bool) {
        let texts: Vec<&str> = values.iter().filter_map(text).collect();
        let numbers: Vec<i64> = values
            .iter()
            .filter_map(|value| match value {
                Value::Integer(number) => Some(*number),
                Value::Text(_) => None,
            })
            .collect();
        // The check has seen to it that all are of the column's type.
        let mark = match (texts.is_empty(), numbers.is_empty()) {
            (true, true) => return self.constant(negated),
            (false, _) => self.param(texts),
            (true, false) => self.param(numbers),
        };
        let sql = if negated {
            format!("({column} IS NULL OR {column} <> ALL({mark}))")
        } else {
            format!("{column} = ANY({mark})")
        };
        self.sql.push_str(&sql);
    }

    /// An empty text is one empty line; the function would make no line of it. Where an index has just this
    /// expression, it is asked for all ids first: a condition in its place would be tried on every row in the order of ids, since
    /// nothing tells how rare a line is.
    fn lines(&mut self, table: &str, column: &str, values: &'a [Value], negated: bool) {
        let lines: Vec<&str> = values.iter().filter_map(text).collect();
        if lines.is_empty() {
            return self.constant(negated);
        }
        let mark = self.param(lines);
        let held = format!("CASE {column} WHEN '' THEN ARRAY[''] ELSE string_to_array({column}, E'\\n') END");
        let not = if negated { "NOT " } else { "" };
        let found = Table::named(table).and_then(|table| table.column(column));
        if found.is_ok_and(|(_, column)| column.by_line) {
            let select = ".id = ANY(ARRAY(SELECT id FROM ";
            self.add_sql(&[not, table, select, table, " WHERE (", &held, ") && ", &mark, "::text[]))"]);
        } else {
            self.add_sql(&[not, "coalesce((", &held, ") && ", &mark, "::text[], FALSE)"]);
        }
    }

    /// Asked for each row by the unique index of the models. Names of columns in the inner condition are those of the models.
    fn of_model(&mut self, table: &str, part: &'a Predicate, negated: bool) {
        let not = if negated { "NOT " } else { "" };
        self.add_sql(&[
            not,
            "EXISTS (SELECT 1 FROM models WHERE models.model_id = ",
            table,
            ".model_id AND ",
        ]);
        self.add("models", part, false);
        self.sql.push(')');
    }

    /// Joins the parts by AND or OR; no part at all is the truth of the joint.
    fn group(&mut self, table: &str, parts: &'a [Predicate], negated: bool, all: bool) {
        if parts.is_empty() {
            return self.constant(all);
        }
        self.sql.push('(');
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                self.sql.push_str(if all { " AND " } else { " OR " });
            }
            self.add(table, part, negated);
        }
        self.sql.push(')');
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Integer(_) => None,
    }
}
