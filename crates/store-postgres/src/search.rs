//! Searching the log.
//!
//! Every indexed condition has an index that ends in the index of the entry, so that the newest matches are read from it in
//! order. Times never fall, so a span of time is a span of indices.

use assent_store::{EntryQuery, Head, StoreError};

use crate::connection::Connection;
use crate::filter::Condition;
use crate::records::{cell, number, unsigned};

/// Entries that match, newest first.
pub(crate) fn find(
    connection: &mut Connection,
    head: &Head,
    query: &EntryQuery,
) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
    let lowest = query.from_ms.map_or(Ok(0), |time_ms| first_from(connection, head, time_ms))?;
    let end = query.until_ms.map_or(Ok(head.size), |time_ms| first_from(connection, head, time_ms))?;
    let end = end.min(query.before.unwrap_or(u64::MAX));
    let mut condition = Condition::default();
    let (lowest, end) = (condition.param(number(lowest)?), condition.param(number(end)?));
    condition.add_sql(&["SELECT idx, bytes FROM entries WHERE idx >= ", &lowest, " AND idx < ", &end]);
    let texts = [
        ("event_type", &query.event_type),
        ("subject_kind", &query.subject_kind),
        ("subject_id", &query.subject_id),
        ("outcome", &query.outcome),
    ];
    for (column, text) in texts {
        if let Some(text) = text {
            let mark = condition.param(text.as_str());
            condition.add_sql(&[" AND ", column, " = ", &mark]);
        }
    }
    let ids =
        [("actor", query.actor), ("model_id", query.model_id), ("correlation_id", query.correlation_id)];
    for (column, id) in ids {
        if let Some(id) = id {
            let mark = condition.param(id);
            condition.add_sql(&[" AND ", column, " = ", &mark]);
        }
    }
    let limit = condition.param(i64::from(query.limit));
    condition.add_sql(&[" ORDER BY idx DESC LIMIT ", &limit]);
    let rows = connection.query(&condition.sql, &condition.borrowed())?;
    rows.iter().map(|row| Ok((unsigned(row, 0)?, cell(row, 1)?))).collect()
}

/// The first index whose time is not before `time_ms`; the size of the log where there is none.
fn first_from(connection: &mut Connection, head: &Head, time_ms: i64) -> Result<u64, StoreError> {
    let sql = "SELECT idx FROM entries WHERE time_ms >= $1 ORDER BY time_ms, idx LIMIT 1";
    let row = connection.first(sql, &[&time_ms])?;
    row.as_ref().map_or(Ok(head.size), |row| unsigned(row, 0))
}
