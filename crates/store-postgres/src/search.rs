//! Searching the log.
//!
//! Every indexed condition has an index that ends in the index of the entry, so that the newest matches are read from it in
//! order. Where there are several, the search walks all indexes downwards together, each jumping to what the others allow: no
//! plan of the server's own choosing does that, and each of them reads one condition whole where the other one is rare. A
//! page takes so many steps and no more, and says where the search goes on. Times never fall, so a span of time is a span of
//! indices.

use assent_store::{EntryQuery, Found, Head, StoreError};
use postgres::types::ToSql;

use crate::connection::Connection;
use crate::filter::Condition;
use crate::records::{cell, number, unsigned};

/// The outcome of nearly all entries: the one without an index.
const USUAL_OUTCOME: &str = "SUCCESS";

/// How often one page may go through all indexes.
const STEPS: i32 = 500;

/// A page of the entries that match.
pub(crate) fn find(
    connection: &mut Connection,
    head: &Head,
    query: &EntryQuery,
) -> Result<Found, StoreError> {
    let lowest = query.from_ms.map_or(Ok(0), |time_ms| first_from(connection, head, time_ms))?;
    let end = query.until_ms.map_or(Ok(head.size), |time_ms| first_from(connection, head, time_ms))?;
    let end = end.min(query.before.unwrap_or(u64::MAX));
    let mut condition = Condition::default();
    let span = Span { lowest: condition.param(number(lowest)?), limit: query.limit };
    let end = condition.param(number(end)?);
    let lists = lists(&mut condition, query);
    let usual_is_asked = query.outcome.as_deref() == Some(USUAL_OUTCOME);
    let sql = match &lists[..] {
        [] if !usual_is_asked => span.straight(&end, &List::everything()),
        [one] if !usual_is_asked => span.straight(&end, one),
        [] => span.walk(&end, &[List::everything()], true),
        several => span.walk(&end, several, usual_is_asked),
    };
    page(connection, &sql, &condition.borrowed(), query.limit)
}

/// Runs a search. A row is an index, the entry there if it matches, and whether there were no steps left to go on.
fn page(
    connection: &mut Connection,
    sql: &str,
    params: &[&(dyn ToSql + Sync)],
    limit: u32,
) -> Result<Found, StoreError> {
    let rows = connection.query(sql, params)?;
    let (mut entries, mut stopped) = (Vec::new(), None);
    for row in &rows {
        let index = unsigned(row, 0)?;
        entries.extend(cell::<Option<Vec<u8>>>(row, 1)?.map(|bytes| (index, bytes)));
        stopped = cell::<bool>(row, 2)?.then_some(index);
    }
    let full = entries.len() == limit as usize;
    Ok(Found { next: stopped.or(entries.last().filter(|_| full).map(|(index, _)| *index)), entries })
}

/// The entries that one condition allows, in the order of an index.
struct List {
    /// The column, and the mark of its value; none for the list of all entries.
    column: Option<(&'static str, String)>,
    /// What a partial index leaves out. In words: a plan for any value of a parameter could not use the index.
    partial: &'static str,
}

impl List {
    fn everything() -> Self {
        Self { column: None, partial: "" }
    }

    /// The largest indices from `lowest` on that are `comparison` to `end`. Column and index are compared and ordered as one:
    /// with the column apart, the server may take the log itself for the shortest way, and read it to its beginning where the
    /// value is rare.
    fn newest(&self, lowest: &str, comparison: &str, end: &str, limit: u32) -> String {
        let partial = self.partial;
        match &self.column {
            None => format!(
                "SELECT idx FROM entries WHERE idx >= {lowest} AND idx {comparison} {end} ORDER BY idx DESC LIMIT {limit}"
            ),
            Some((column, value)) => format!(
                "SELECT idx FROM entries WHERE ({column}, idx) >= ({value}, {lowest}) AND ({column}, idx) {comparison} \
                 ({value}, {end}){partial} ORDER BY {column} DESC, idx DESC LIMIT {limit}"
            ),
        }
    }
}

/// The indexed conditions.
fn lists<'a>(condition: &mut Condition<'a>, query: &'a EntryQuery) -> Vec<List> {
    let mut lists = Vec::new();
    let ids = [
        ("correlation_id", query.correlation_id, " AND correlation_id IS NOT NULL"),
        ("model_id", query.model_id, " AND model_id IS NOT NULL"),
        ("actor", query.actor, ""),
    ];
    for (column, id, partial) in ids {
        lists.extend(id.map(|id| List { column: Some((column, condition.param(id))), partial }));
    }
    let unusual = query.outcome.as_deref().filter(|outcome| *outcome != USUAL_OUTCOME);
    let texts = [
        ("outcome", unusual, " AND outcome <> 'SUCCESS'"),
        ("subject_id", query.subject_id.as_deref(), ""),
        ("event_type", query.event_type.as_deref(), ""),
        ("subject_kind", query.subject_kind.as_deref(), ""),
    ];
    for (column, text, partial) in texts {
        lists.extend(text.map(|text| List { column: Some((column, condition.param(text))), partial }));
    }
    lists
}

/// What every look of a search shares.
struct Span {
    /// The mark of the first index that is asked for.
    lowest: String,
    limit: u32,
}

impl Span {
    /// One condition at most: the matches stand in one index, one after the other.
    fn straight(&self, end: &str, list: &List) -> String {
        let newest = list.newest(&self.lowest, "<", end, self.limit);
        format!(
            "SELECT idx, (SELECT bytes FROM entries WHERE entries.idx = found.idx), FALSE FROM ({newest}) found \
             ORDER BY idx DESC"
        )
    }

    /// Each step asks every list in turn for its largest index that is not above what the one before has said. Where the last
    /// one says what the first one said, all of them meet; else no entry above its answer matches. A list that has nothing left
    /// ends the walk.
    fn walk(&self, end: &str, lists: &[List], usual_is_asked: bool) -> String {
        let looks = (1..).zip(lists).map(|(place, list)| {
            let newest = match place {
                1 => list.newest(&self.lowest, "<", "walk.below", 1),
                _ => list.newest(&self.lowest, "<=", &format!("list{}.idx", place - 1), 1),
            };
            format!(" CROSS JOIN LATERAL ({newest}) list{place}")
        });
        let looks = looks.collect::<Vec<_>>().concat();
        let last = format!("list{}.idx", lists.len());
        let usual = format!(" AND (SELECT outcome = '{USUAL_OUTCOME}' FROM entries WHERE idx = {last})");
        let also = if usual_is_asked { usual.as_str() } else { "" };
        let limit = self.limit;
        format!(
            "WITH RECURSIVE walk (step, below, matches, found) AS (\
             SELECT 0, {end}::bigint, FALSE, 0 \
             UNION ALL \
             SELECT step + 1, {last} + (list1.idx <> {last})::integer, here.matches, found + here.matches::integer \
             FROM walk{looks} CROSS JOIN LATERAL (SELECT list1.idx = {last}{also} AS matches) here \
             WHERE step < {STEPS} AND found < {limit}) \
             SELECT below, CASE WHEN matches THEN (SELECT bytes FROM entries WHERE idx = below) END, step = {STEPS} \
             FROM walk WHERE matches OR step = {STEPS} ORDER BY step"
        )
    }
}

/// The first index whose time is not before `time_ms`; the size of the log where there is none.
fn first_from(connection: &mut Connection, head: &Head, time_ms: i64) -> Result<u64, StoreError> {
    let sql = "SELECT idx FROM entries WHERE time_ms >= $1 ORDER BY time_ms, idx LIMIT 1";
    let row = connection.first(sql, &[&time_ms])?;
    row.as_ref().map_or(Ok(head.size), |row| unsigned(row, 0))
}
