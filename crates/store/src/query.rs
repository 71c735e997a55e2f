//! What can be asked of state tables and of the log.

use uuid::Uuid;

use crate::Value;

/// A condition on the index columns of one table. Closed and small, so that every backend can say it in its own words and
/// so that a permission can be compiled to it.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Every row.
    True,
    /// No row.
    False,
    /// The column equals the value.
    Eq(&'static str, Value),
    /// The column is one of the values.
    In(&'static str, Vec<Value>),
    /// One of the lines of the column is one of the values, which have no line breaks themselves. A column of lines is a set
    /// of texts: an empty text is the set of one empty line.
    Lines(&'static str, Vec<Value>),
    /// The column has a value that is at most this one: numbers by size, texts by their bytes.
    AtMost(&'static str, Value),
    /// The column has no value.
    IsNull(&'static str),
    /// All of them hold.
    And(Vec<Predicate>),
    /// One of them holds.
    Or(Vec<Predicate>),
    /// It does not hold. A comparison with an absent value is false, and so its negation is true.
    Not(Box<Predicate>),
    /// The model that the row belongs to (column `model_id`) is there, and its row in `models` meets the condition.
    OfModel(Box<Predicate>),
}

/// The order of a listing: by id, and so by time of creation (ids are `UUIDv7`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Order {
    /// Oldest first.
    #[default]
    Ascending,
    /// Newest first.
    Descending,
}

/// One page of a state table.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// Name of the table, one of [`crate::TABLES`].
    pub table: &'static str,
    /// Which rows.
    pub filter: Predicate,
    /// In which order.
    pub order: Order,
    /// The last id of the page before; `None` for the first page.
    pub after: Option<Uuid>,
    /// At most so many rows.
    pub limit: u32,
}

/// A search of the log, newest first. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryQuery {
    /// Event type, for example `modelRegistered`.
    pub event_type: Option<String>,
    /// Who did it.
    pub actor: Option<Uuid>,
    /// What kind of thing it was done to, for example `MODEL`.
    pub subject_kind: Option<String>,
    /// Which one.
    pub subject_id: Option<String>,
    /// The model that it concerns, directly or through a version.
    pub model_id: Option<Uuid>,
    /// `SUCCESS`, `FAILURE` or `PARTIAL`.
    pub outcome: Option<String>,
    /// All entries of one command share it.
    pub correlation_id: Option<Uuid>,
    /// Not before this time (milliseconds since the epoch).
    pub from_ms: Option<i64>,
    /// Before this time (milliseconds since the epoch).
    pub until_ms: Option<i64>,
    /// Only entries with a smaller index: the cursor.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// One page of a search of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Entries that match, newest first, with their indices.
    pub entries: Vec<(u64, Vec<u8>)>,
    /// Where the search goes on: [`EntryQuery::before`] of the next page. Absent where it has come to its end.
    pub next: Option<u64>,
}
