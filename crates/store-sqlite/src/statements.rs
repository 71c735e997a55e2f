//! The SQL of each state table, made once from [`TABLES`].

use std::collections::HashMap;
use std::sync::LazyLock;

use assent_store::{Order, StoreError, TABLES, Table};

use crate::filter::Condition;

/// The statements of one table.
pub(crate) struct Statements {
    /// The table.
    pub(crate) table: &'static Table,
    /// The columns of a whole row, as [`crate::records::row`] reads them.
    pub(crate) whole: String,
    /// One row by id.
    pub(crate) by_id: String,
    /// Revision and index columns by id.
    pub(crate) stored_keys: String,
    /// A new row.
    pub(crate) insert: String,
    /// Takes the unique values from a row.
    pub(crate) release: Option<String>,
}

static STATEMENTS: LazyLock<HashMap<&'static str, Statements>> =
    LazyLock::new(|| TABLES.iter().map(|table| (table.name, Statements::new(table))).collect());

/// The statements of a table, or a conflict that names it.
pub(crate) fn statements(table: &str) -> Result<&'static Statements, StoreError> {
    STATEMENTS.get(table).ok_or_else(|| StoreError::Conflict(format!("there is no table `{table}`")))
}

impl Statements {
    fn new(table: &'static Table) -> Self {
        let name = table.name;
        let columns = listed(table.columns.iter().map(|column| column.name.to_owned()));
        let values = listed((5..5 + table.columns.len()).map(|number| format!("?{number}")));
        let unique: Vec<_> = table.columns.iter().filter(|column| column.unique).collect();
        let nulls =
            unique.iter().map(|column| format!("{} = NULL", column.name)).collect::<Vec<_>>().join(", ");
        let whole = format!("id, revision, projection_version, document{columns}");
        Self {
            table,
            by_id: format!("SELECT {whole} FROM {name} WHERE id = ?1"),
            stored_keys: format!("SELECT revision{columns} FROM {name} WHERE id = ?1"),
            insert: format!("INSERT INTO {name} ({whole}) VALUES (?1, ?2, ?3, ?4{values})"),
            release: (!unique.is_empty()).then(|| format!("UPDATE {name} SET {nulls} WHERE id = ?1")),
            whole,
        }
    }

    /// A page of the rows that meet the condition: its parameters, then the id that the page comes after, if there is one, and
    /// how many rows it has at most.
    pub(crate) fn page(&self, condition: &Condition<'_>, is_after: bool, order: Order) -> String {
        let (comparison, direction) = direction(order);
        let after = if is_after { format!("AND id {comparison} ? ") } else { String::new() };
        let (whole, table, condition) = (&self.whole, self.table.name, &condition.sql);
        format!("SELECT {whole} FROM {table} WHERE {condition} {after}ORDER BY id {direction} LIMIT ?")
    }

    /// Replaces the row with id `?1` by `?2` to `?4` and, in order, by the values of those index columns whose flag is set.
    /// The indexes of other columns are not written.
    pub(crate) fn update(&self, changed: &[bool]) -> String {
        let columns = self.table.columns.iter().zip(changed).filter(|(_, changed)| **changed);
        let sets =
            listed(columns.zip(5..).map(|((column, _), number)| format!("{} = ?{number}", column.name)));
        let name = self.table.name;
        format!("UPDATE {name} SET revision = ?2, projection_version = ?3, document = ?4{sets} WHERE id = ?1")
    }
}

/// How the ids that come later compare, and how they are sorted.
pub(crate) fn direction(order: Order) -> (char, &'static str) {
    match order {
        Order::Ascending => ('>', "ASC"),
        Order::Descending => ('<', "DESC"),
    }
}

/// Each part after a comma.
fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.flat_map(|part| [", ".to_owned(), part]).collect()
}
