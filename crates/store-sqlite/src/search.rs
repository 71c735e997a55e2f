//! Searching the log.
//!
//! Each indexed condition is a list of entry indices in order: the search walks all lists downwards together, each jumping to
//! what the others allow, so that a rare condition makes a common one cheap. Lists that are both long and hardly ever meet would
//! be walked to the end of the log: a page takes so many steps and no more, and says where the search goes on. Times never
//! fall, so a span of time is a span of indices, found by halving.

use assent_store::{EntryQuery, Found, Head, StoreError};
use rusqlite::{CachedStatement, Connection, OptionalExtension, ToSql};

use crate::error::reading;
use crate::records::{Id, blob, one};

/// The outcome of nearly all entries: the one without an index.
const USUAL_OUTCOME: &str = "SUCCESS";

/// Looks at an index or at an entry that one page may take.
const STEPS: u32 = 5_000;

/// A page of the entries that match.
pub(crate) fn find(connection: &Connection, head: &Head, query: &EntryQuery) -> Result<Found, StoreError> {
    let mut entries = Vec::new();
    let lowest = query.from_ms.map_or(Ok(0), |time_ms| first_from(connection, head, time_ms))?;
    let end = query.until_ms.map_or(Ok(head.size), |time_ms| first_from(connection, head, time_ms))?;
    let mut end = end.min(query.before.unwrap_or(u64::MAX));
    let mut lists = lists(connection, query)?;
    let mut fetch =
        connection.prepare_cached("SELECT outcome, bytes FROM entries WHERE idx = ?1").map_err(reading)?;
    let mut steps = STEPS;
    while entries.len() < query.limit as usize {
        let index = match meet(&mut lists, lowest, end, &mut steps)? {
            Meeting::At(index) => index,
            Meeting::Below(index) => return Ok(Found { entries, next: Some(index) }),
            Meeting::Nowhere => return Ok(Found { entries, next: None }),
        };
        let Some(left) = steps.checked_sub(1) else { return Ok(Found { entries, next: Some(end) }) };
        (steps, end) = (left, index);
        let mut rows = fetch.query([index.cast_signed()]).map_err(reading)?;
        let row = rows.next().map_err(reading)?.ok_or_else(|| missing(index))?;
        let usual_is_asked = query.outcome.as_deref() == Some(USUAL_OUTCOME);
        if !usual_is_asked || row.get_ref(0).map_err(reading)?.as_str() == Ok(USUAL_OUTCOME) {
            entries.push((index, blob(row, 1)?.to_vec()));
        }
    }
    Ok(Found { next: entries.last().map(|(index, _)| *index), entries })
}

/// The entry of that index is not there, though the head says so.
pub(crate) fn missing(index: u64) -> StoreError {
    StoreError::Corrupt(format!("entry `{index}` is missing"))
}

/// The entries that one condition allows.
struct List<'a> {
    /// The largest index that is at least `?2` and smaller than `?3`.
    below: CachedStatement<'a>,
    value: Box<dyn ToSql + 'a>,
}

impl List<'_> {
    fn below(&mut self, lowest: u64, end: u64) -> Result<Option<u64>, StoreError> {
        let params = (&self.value, lowest.cast_signed(), end.cast_signed());
        let index = self.below.query_row(params, |row| row.get::<_, i64>(0)).optional().map_err(reading)?;
        Ok(index.map(i64::cast_unsigned))
    }
}

fn lists<'a>(connection: &'a Connection, query: &'a EntryQuery) -> Result<Vec<List<'a>>, StoreError> {
    let unusual = query.outcome.as_deref().filter(|outcome| *outcome != USUAL_OUTCOME);
    let asked: [(&str, Option<Box<dyn ToSql + 'a>>); 7] = [
        ("correlation_id", query.correlation_id.map(|id| Box::new(Id(id)) as _)),
        ("outcome", unusual.map(|outcome| Box::new(outcome) as _)),
        ("subject_id", query.subject_id.as_ref().map(|text| Box::new(text) as _)),
        ("model_id", query.model_id.map(|id| Box::new(Id(id)) as _)),
        ("actor", query.actor.map(|id| Box::new(Id(id)) as _)),
        ("event_type", query.event_type.as_ref().map(|text| Box::new(text) as _)),
        ("subject_kind", query.subject_kind.as_ref().map(|text| Box::new(text) as _)),
    ];
    let asked = asked.into_iter().filter_map(|(column, value)| Some((column, value?)));
    asked.map(|(column, value)| Ok(List { below: prepare(connection, column)?, value })).collect()
}

fn prepare<'a>(connection: &'a Connection, column: &str) -> Result<CachedStatement<'a>, StoreError> {
    // What the partial index leaves out.
    let partial = if column == "outcome" { "AND outcome <> 'SUCCESS' " } else { "" };
    let sql = format!(
        "SELECT idx FROM entries INDEXED BY entries_{column} WHERE {column} = ?1 {partial}AND idx >= ?2 AND idx < ?3 \
         ORDER BY idx DESC LIMIT 1"
    );
    connection.prepare_cached(&sql).map_err(reading)
}

/// Where all lists meet.
enum Meeting {
    /// At this index.
    At(u64),
    /// Below this index, if at all: there were no steps left to go on.
    Below(u64),
    Nowhere,
}

/// The largest index in `lowest..end` that is in every list. Each look takes one of the steps.
fn meet(lists: &mut [List<'_>], lowest: u64, end: u64, steps: &mut u32) -> Result<Meeting, StoreError> {
    let Some(mut candidate) = end.checked_sub(1).filter(|last| *last >= lowest) else {
        return Ok(Meeting::Nowhere);
    };
    let (mut agreed, mut turn) = (0, 0);
    while agreed < lists.len() {
        let Some(left) = steps.checked_sub(1) else { return Ok(Meeting::Below(candidate + 1)) };
        *steps = left;
        if let Some(list) = lists.get_mut(turn) {
            match list.below(lowest, candidate + 1)? {
                None => return Ok(Meeting::Nowhere),
                Some(index) if index == candidate => agreed += 1,
                Some(index) => (candidate, agreed) = (index, 1),
            }
        }
        turn = if turn + 1 < lists.len() { turn + 1 } else { 0 };
    }
    Ok(Meeting::At(candidate))
}

/// The first index whose time is not before `time_ms`; the size of the log where there is none.
fn first_from(connection: &Connection, head: &Head, time_ms: i64) -> Result<u64, StoreError> {
    let (mut low, mut high) = (0, head.size);
    while low < high {
        let middle = low + (high - low) / 2;
        let sql = "SELECT time_ms FROM entries WHERE idx = ?1";
        let stored =
            one(connection, sql, [middle.cast_signed()], |row| row.get::<_, i64>(0).map_err(reading))?;
        if stored.ok_or_else(|| missing(middle))? < time_ms {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::STORE;

    #[test]
    fn every_list_is_read_from_its_index_alone_and_without_sorting() {
        let connection = Connection::open_in_memory().unwrap();
        STORE.migrate(&connection).unwrap();
        for column in
            ["correlation_id", "outcome", "subject_id", "model_id", "actor", "event_type", "subject_kind"]
        {
            let sql = prepare(&connection, column).unwrap().expanded_sql().unwrap();
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let lines: Vec<String> =
                plan.query_map((), |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            let [line] = &lines[..] else { panic!("{column}: {lines:?}") };
            assert!(line.starts_with("SEARCH entries USING COVERING INDEX"), "{column}: {line}");
            assert!(line.contains("rowid>? AND rowid<?"), "{column}: {line}");
        }
    }
}
