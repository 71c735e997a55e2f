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
            Predicate::Lines(column, values) => self.lines(table, column, values, negated),
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

    /// A table beside the column finds the rows of a line, where there is one. Otherwise each row is looked at; no line has a
    /// line break, as the check has made sure: joined by them, all are one parameter.
    fn lines(&mut self, table: &str, column: &str, values: &'a [Value], negated: bool) {
        if Table::named(table).and_then(|table| table.column(column)).is_ok_and(|(_, column)| column.by_line)
        {
            let not = if negated { " NOT" } else { "" };
            let sql = format!("{table}.id{not} IN (SELECT id FROM {table}_{column} WHERE ");
            self.sql.push_str(&sql);
            self.list("line", values, false);
            self.sql.push(')');
            return;
        }
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

#[cfg(test)]
mod tests {
    use assent_store::Order;
    use rusqlite::Connection;

    use super::*;
    use crate::schema::STORE;
    use crate::statements::statements;

    /// How a page is read that is not the first.
    fn plan(connection: &Connection, table: &str, filter: &Predicate) -> Vec<String> {
        let statements = statements(table).unwrap();
        let condition = Condition::new(statements.table, filter).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", statements.page(&condition, true, Order::Ascending));
        let mut plan = connection.prepare(&sql).unwrap();
        // The id that it comes after, and how many rows, are parameters as well.
        let marks = vec!["a"; condition.values.len() + 2];
        let lines = plan.query_map(rusqlite::params_from_iter(marks), |row| row.get(3)).unwrap();
        lines.map(Result::unwrap).collect()
    }

    #[test]
    fn rows_are_found_by_their_lines_in_the_order_of_their_ids_without_a_look_at_others() {
        let connection = Connection::open_in_memory().unwrap();
        STORE.migrate(&connection).unwrap();
        let line = Predicate::Lines("files", vec![Value::Text("a".to_owned())]);
        let of_model = Predicate::Eq("model_id", Value::Text("m".to_owned()));
        let tier = Predicate::OfModel(Box::new(Predicate::Eq("tier", Value::Text("LOW".to_owned()))));
        for readable in [Predicate::True, of_model.clone(), Predicate::Or(vec![of_model, tier])] {
            let filter = Predicate::And(vec![line.clone(), readable]);
            let lines = plan(&connection, "versions", &filter);
            let all = lines.join("; ");
            assert!(all.contains("versions_files USING PRIMARY KEY (line=?)"), "{all}");
            assert!(lines.iter().all(|line| !line.starts_with("SCAN")), "{all}");
        }
    }

    #[test]
    fn the_edges_of_a_node_are_read_in_the_order_of_their_ids_without_sorting_them() {
        let connection = Connection::open_in_memory().unwrap();
        STORE.migrate(&connection).unwrap();
        for column in ["upstream", "downstream"] {
            let filter = Predicate::Eq(column, Value::Text("a".to_owned()));
            let by_index = format!("SEARCH lineage USING INDEX lineage_{column} ({column}=? AND id>?)");
            assert_eq!(plan(&connection, "lineage", &filter), [by_index]);
        }
    }
}
