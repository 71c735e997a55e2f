//! Tables: aligned columns, numbers to the right.

use serde_json::Value;

use crate::output::visible;

/// Rows under headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings; a heading that begins with `>` has its column flush right.
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { headings: headings.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    /// One row more.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// A table of a list of objects: each column is a heading and a JSON pointer.
    pub fn of(items: &[Value], columns: &[(&str, &str)]) -> Self {
        let headings = columns.iter().map(|(heading, _)| (*heading).to_owned()).collect();
        let rows = items.iter().map(|item| columns.iter().map(|(_, at)| text(item, at)).collect());
        Self { headings, rows: rows.collect() }
    }

    /// The facts of one object, one a line: each is a name and a JSON pointer. What is absent is left out.
    pub fn facts(item: &Value, facts: &[(&str, &str)]) -> Self {
        let rows = facts.iter().map(|(name, at)| vec![(*name).to_owned(), text(item, at)]);
        Self { headings: Vec::new(), rows: rows.filter(|row| row.last().is_some_and(|v| v != "-")).collect() }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as text.
    pub fn render(&self) -> String {
        let headings: Vec<String> =
            self.headings.iter().map(|h| h.trim_start_matches('>').to_owned()).collect();
        let right: Vec<bool> = self.headings.iter().map(|heading| heading.starts_with('>')).collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| visible(cell)).collect()).collect();
        let lines = || std::iter::once(&headings).filter(|line| !line.is_empty()).chain(&rows);
        let columns = lines().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            lines()
                .filter_map(|line| line.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        lines().map(|line| aligned(line, &widths, &right)).collect()
    }
}

fn aligned(cells: &[String], widths: &[usize], right: &[bool]) -> String {
    let cells = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
        if right.get(column).copied().unwrap_or_default() {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
    });
    format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
}

/// The value at a pointer as text; `-` where there is none.
pub(crate) fn text(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| text(item, "")).collect();
            if items.is_empty() { "-".to_owned() } else { items.join(", ") }
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_are_aligned_and_numbers_flush_right() {
        let items = [json!({"name": "a", "n": 7}), json!({"name": "long\u{1b}", "n": 1234})];
        let table = Table::of(&items, &[("name", "/name"), (">rows", "/n"), ("x", "/x")]);
        assert_eq!(table.render(), "name   rows  x\na         7  -\nlong\u{fffd}  1234  -\n");
    }

    #[test]
    fn facts_leave_out_what_is_absent() {
        let table =
            Table::facts(&json!({"id": 1, "tags": []}), &[("id", "/id"), ("tags", "/tags"), ("x", "/x")]);
        assert_eq!(table.render(), "id  1\n");
    }
}
