//! Replay: the state rebuilt from the log, and compared row by row with what stands in the tables.
//!
//! The rebuilding knows entries and payloads, nothing else, and runs in a process of its own (see [`serve`] and
//! [`compare`]): what it says cannot come from the tables that it is compared with.

mod lines;

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _, Write};

use assent_domain::{Aggregate, AggregateId, Event, Kind, Stamp, aggregate};
use assent_log::entry::Entry;
use assent_log::payload;
use assent_sabotage::{Fault, planted};
use assent_store::{Read, Row, StoreError, TABLES, Value};
use serde::{Deserialize, Serialize};

use crate::answers::Answers;
use crate::project;
use lines::Lines;

/// Tables that replay does not compare, and why.
pub const NOT_COMPARED: [(&str, &str); 4] = [
    (
        "receipts",
        "their events, who asked and when are compared; no entry says what was asked under which key",
    ),
    ("checkpoints", "signed heads; each is verified against the tree of the entries"),
    ("subject keys", "kept apart, so that an erasure needs no change of the log"),
    ("e-mail look-ups", "kept with the subject keys, and compared with the principals at every start"),
];

/// Why an entry cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The entry does not decode.
    #[error("entry {index}: {cause}")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        cause: String,
    },
    /// Reading or writing failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// State as entries make it.
#[derive(Debug, Default)]
pub struct Rebuild {
    next: u64,
    states: BTreeMap<AggregateId, (u64, Aggregate)>,
}

impl Rebuild {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next entry, with the payload that it refers to, if it does.
    pub fn push(&mut self, bytes: &[u8], payload: Option<&[u8]>) -> Result<(), ReplayError> {
        let index = self.next;
        let wrong = |cause: String| ReplayError::Entry { index, cause };
        let entry = Entry::decode(bytes).map_err(|error| wrong(error.to_string()))?;
        self.next += 1;
        let details = match payload {
            Some(payload) => {
                payload::restore(&entry.details, payload).map_err(|error| wrong(error.to_string()))?
            }
            None => entry.details.clone(),
        };
        let event = event(&entry, &details).map_err(wrong)?;
        let kind =
            Kind::parse(&entry.subject.kind).ok_or_else(|| wrong(format!("a `{}`?", entry.subject.kind)))?;
        if project::table(kind).is_none() {
            return Ok(());
        }
        let id = entry.subject.id.parse().map_err(|_| wrong(format!("the id `{}`", entry.subject.id)))?;
        let at = entry.time.parse().map_err(|_| wrong(format!("the time `{}`", entry.time)))?;
        let stamp = Stamp { at, actor: entry.actor.id.into() };
        let id = AggregateId { kind, id };
        let (revision, before) = match self.states.remove(&id) {
            Some((revision, state)) => (revision, Some(state)),
            None => (0, None),
        };
        let state = aggregate::evolve(before, id.id, &event, &stamp);
        let state = state.ok_or_else(|| wrong(format!("{id} does not exist")))?;
        self.states.insert(id, (revision + 1, state));
        Ok(())
    }

    /// The rows, ordered by table and id.
    pub fn rows(&self) -> impl Iterator<Item = Result<Row, StoreError>> {
        let mut kinds: Vec<Kind> = Kind::STATEFUL.to_vec();
        kinds.sort_by_key(|kind| position(project::table(*kind).unwrap_or_default()));
        kinds.into_iter().flat_map(|kind| {
            let first = AggregateId { kind, id: uuid::Uuid::nil() };
            let last = AggregateId { kind, id: uuid::Uuid::max() };
            self.states.range(first..=last).map(|(id, (revision, state))| {
                let row = project::row(*id, *revision, state, project::columns(state))?;
                Ok(if planted(Fault::IndexColumn) { forget_a_column(row) } else { row })
            })
        })
    }
}

/// The planted fault: an index column that the rebuilding does not know.
fn forget_a_column(mut row: Row) -> Row {
    if let Some(column) = row.columns.first_mut() {
        *column = None;
    }
    row
}

fn position(table: &str) -> usize {
    TABLES.iter().position(|known| known.name == table).unwrap_or(usize::MAX)
}

/// The event of an entry. Events of older schema versions are upcast here, by pure functions.
fn event(entry: &Entry, details: &serde_json::Value) -> Result<Event, String> {
    if entry.schema_version != assent_log::entry::SCHEMA_VERSION {
        let known = assent_log::entry::SCHEMA_VERSION;
        let found = entry.schema_version;
        return Err(format!(
            "it has the schema version {found}, and this release knows {known}: use a newer release"
        ));
    }
    let tagged = serde_json::json!({"type": entry.kind, "details": details});
    serde_json::from_value(tagged).map_err(|error| {
        let release = env!("CARGO_PKG_VERSION");
        format!(
            "the event `{}` cannot be read by release {release}, a newer one may know it: {error}",
            entry.kind
        )
    })
}

/// One difference between the tables and the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The row.
    pub id: uuid::Uuid,
    /// What is wrong: `ROW_MISSING`, `ROW_NOT_IN_LOG`, `REVISION`, `DOCUMENT`, `PROJECTION_VERSION` or `COLUMN name`; and where
    /// the store finds a row by other lines than those of the column, `LINE_MISSING name` or `LINE_NOT_IN_LOG name`.
    pub problem: String,
    /// What the log says, cut to a readable length.
    pub log: String,
    /// What the table says, cut to a readable length.
    pub stored: String,
}

/// What a replay found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Entries of the log.
    pub entries: u64,
    /// Rows that were compared.
    pub rows: u64,
    /// Tables that were compared.
    pub tables: Vec<String>,
    /// Tables that were not, and why.
    pub not_compared: BTreeMap<String, String>,
    /// The differences, at most [`MAX_DIFFERENCES`] of each table.
    pub differences: Vec<Difference>,
    /// Why the entries could not be replayed to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The most differences of one table that a report lists: many in one do not hide those of another.
pub const MAX_DIFFERENCES: usize = 100;

impl Report {
    /// Whether the tables are what the log says.
    pub fn is_sound(&self) -> bool {
        self.differences.is_empty() && self.error.is_none()
    }

    /// The tables of which it may not list every difference.
    pub fn cut_short(&self) -> impl Iterator<Item = &str> {
        let of_tables = self.differences.chunk_by(|one, next| one.table == next.table);
        let full = of_tables.filter(|differences| differences.len() >= MAX_DIFFERENCES);
        full.filter_map(|differences| differences.first()).map(|difference| difference.table.as_str())
    }
}

#[derive(Serialize, Deserialize)]
struct WireRow {
    table: String,
    id: uuid::Uuid,
    revision: u64,
    projection: u32,
    document: String,
    columns: Vec<Option<WireValue>>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WireValue {
    Integer(i64),
    Text(String),
}

impl From<Row> for WireRow {
    fn from(row: Row) -> Self {
        let columns = row.columns.into_iter().map(|value| {
            value.map(|value| match value {
                Value::Text(text) => WireValue::Text(text),
                Value::Integer(number) => WireValue::Integer(number),
            })
        });
        Self {
            table: row.table.to_owned(),
            id: row.id,
            revision: row.revision,
            projection: row.projection_version,
            document: String::from_utf8_lossy(&row.document).into_owned(),
            columns: columns.collect(),
        }
    }
}

impl WireRow {
    fn into_row(self) -> Option<Row> {
        let table = assent_store::Table::named(&self.table).ok()?.name;
        let columns = self.columns.into_iter().map(|value| {
            value.map(|value| match value {
                WireValue::Text(text) => Value::Text(text),
                WireValue::Integer(number) => Value::Integer(number),
            })
        });
        Some(Row {
            table,
            id: self.id,
            revision: self.revision,
            projection_version: self.projection,
            document: self.document.into_bytes(),
            columns: columns.collect(),
        })
    }
}

const ENTRY: u8 = b'E';
const PAYLOAD: u8 = b'P';
/// The largest frame: a payload.
const MAX_FRAME_BYTES: u32 = 64 * 1024 * 1024;

/// Sends the entries of a store, each after the payload that it refers to, to the process that rebuilds.
pub fn send(read: &dyn Read, to: &mut dyn Write) -> Result<u64, ReplayError> {
    let mut failed = None;
    let mut sent = 0;
    read.scan_entries(0, &mut |_, bytes| {
        match send_one(read, bytes, to) {
            Ok(()) => sent += 1,
            Err(error) => {
                let text = error.to_string();
                failed = Some(error);
                return Err(StoreError::Unavailable(text));
            }
        }
        Ok(())
    })
    .or_else(|error| failed.take().map_or(Err(ReplayError::from(error)), Err))?;
    to.flush()?;
    Ok(sent)
}

fn send_one(read: &dyn Read, bytes: &[u8], to: &mut dyn Write) -> Result<(), ReplayError> {
    if let Some(digest) = payload_of(bytes)
        && let Some(payload) = read.payload(digest)?
    {
        frame(to, PAYLOAD, &payload)?;
    }
    frame(to, ENTRY, bytes)?;
    Ok(())
}

/// The digest of the payload that an entry refers to.
pub fn payload_of(bytes: &[u8]) -> Option<[u8; 32]> {
    // Few entries refer to one, and decoding all of them to find out would cost more than everything else.
    const MARK: &[u8] = b"\"details\":{\"payload\":{\"sha256\":";
    bytes.windows(MARK.len()).any(|window| window == MARK).then_some(())?;
    let entry = Entry::decode(bytes).ok()?;
    payload::reference(&entry.details).map(|reference| reference.sha256.0)
}

fn frame(to: &mut dyn Write, kind: u8, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::other("a frame is too large"))?;
    to.write_all(&[kind])?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(bytes)
}

/// The process that rebuilds: reads frames until the end, then writes the rows, one JSON line each.
pub fn serve(from: &mut dyn BufRead, to: &mut dyn Write) -> Result<(), ReplayError> {
    let mut rebuild = Rebuild::new();
    let mut payload: Option<Vec<u8>> = None;
    while !from.fill_buf()?.is_empty() {
        let mut head = [0; 5];
        from.read_exact(&mut head)?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length);
        if length > MAX_FRAME_BYTES {
            return Err(io::Error::other("a frame is too large").into());
        }
        let mut bytes = Vec::new();
        from.take(u64::from(length)).read_to_end(&mut bytes)?;
        match kind {
            PAYLOAD => payload = Some(bytes),
            _ => rebuild.push(&bytes, payload.take().as_deref())?,
        }
    }
    for row in rebuild.rows() {
        serde_json::to_writer(&mut *to, &WireRow::from(row?)).map_err(io::Error::from)?;
        to.write_all(b"\n")?;
    }
    to.flush()?;
    Ok(())
}

/// Compares rebuilt rows, as [`serve`] writes them, with the tables of a store.
pub fn compare(read: &dyn Read, rebuilt: &mut dyn BufRead) -> Result<Report, ReplayError> {
    let mut report = Report {
        entries: read.head()?.size,
        tables: TABLES.iter().map(|table| table.name.to_owned()).collect(),
        not_compared: NOT_COMPARED.into_iter().map(|(name, why)| (name.to_owned(), why.to_owned())).collect(),
        ..Report::default()
    };
    let mut lines = rebuilt.lines();
    let next = |lines: &mut dyn Iterator<Item = io::Result<String>>| -> Result<Option<Row>, ReplayError> {
        let Some(line) = lines.next() else { return Ok(None) };
        let row: WireRow = serde_json::from_str(&line?).map_err(io::Error::from)?;
        Ok(row.into_row())
    };
    let mut expected = next(&mut lines)?;
    for table in TABLES {
        let (mut failed, mut by_line) = (None, Lines::of(table, read));
        read.scan_rows(table.name, &mut |stored| {
            report.rows += 1;
            while let Some(row) = expected.take_if(|row| row.table == table.name && row.id < stored.id) {
                report.note(missing(&row));
                keep(&mut by_line, table, &row);
                match next(&mut lines) {
                    Ok(row) => expected = row,
                    Err(error) => failed = Some(error),
                }
            }
            match expected.take_if(|row| row.table == table.name && row.id == stored.id) {
                Some(row) => {
                    report.differ(table, &row, &stored);
                    keep(&mut by_line, table, &row);
                    match next(&mut lines) {
                        Ok(row) => expected = row,
                        Err(error) => failed = Some(error),
                    }
                }
                None => report.note(not_in_log(&stored)),
            }
            Ok(())
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        while let Some(row) = expected.take_if(|row| row.table == table.name) {
            report.note(missing(&row));
            keep(&mut by_line, table, &row);
            expected = next(&mut lines)?;
        }
        if let Some(lines) = by_line {
            lines.compare(table, read, &mut report)?;
        }
    }
    compare_keys(read, &mut report)?;
    Ok(report)
}

/// Keeps the lines of a row, where the store keeps lines apart.
fn keep(by_line: &mut Option<Lines>, table: &assent_store::Table, row: &Row) {
    if let Some(lines) = by_line {
        lines.add(table, row);
    }
}

/// The search columns of the entries, and the answers that name entries, against what the entries say.
fn compare_keys(read: &dyn Read, report: &mut Report) -> Result<(), ReplayError> {
    const CHUNK: u32 = 1_000;
    let mut entries: std::collections::VecDeque<Vec<u8>> = read.entries(0, CHUNK)?.into();
    let mut next = entries.len() as u64;
    let mut answers = Answers::read(read)?;
    read.scan_keys(0, &mut |index, stored| {
        if entries.is_empty() {
            entries.extend(read.entries(next, CHUNK)?);
            next += entries.len() as u64;
        }
        let Some(entry) = entries.pop_front().and_then(|bytes| Entry::decode(&bytes).ok()) else {
            return Ok(());
        };
        let time = entry.time.parse().unwrap_or_default();
        let log = project::keys(&entry, time);
        answers.pass(index, &log);
        if log != *stored {
            report.note(Difference {
                table: "entries".to_owned(),
                id: entry.id,
                problem: format!("SEARCH_COLUMNS of entry {index}"),
                log: cut(&format!("{log:?}")),
                stored: cut(&format!("{stored:?}")),
            });
        }
        Ok(())
    })?;
    for wrong in answers.finish(read)? {
        report.note(Difference {
            table: "receipts".to_owned(),
            id: wrong.object,
            problem: wrong.problem,
            log: "another entry, or none".to_owned(),
            stored: cut(&wrong.place),
        });
    }
    report.tables.push("entries".to_owned());
    Ok(())
}

impl Report {
    /// Tables are compared one after the other.
    fn note(&mut self, difference: Difference) {
        let of_table = self.differences.iter().rev().take_while(|noted| noted.table == difference.table);
        if of_table.count() < MAX_DIFFERENCES {
            self.differences.push(difference);
        }
    }

    fn differ(&mut self, table: &assent_store::Table, log: &Row, stored: &Row) {
        let mut say = |problem: String, log: String, stored_text: String| {
            self.note(Difference {
                table: table.name.to_owned(),
                id: stored.id,
                problem,
                log: cut(&log),
                stored: cut(&stored_text),
            });
        };
        if log.revision != stored.revision {
            say("REVISION".to_owned(), log.revision.to_string(), stored.revision.to_string());
        }
        if log.projection_version != stored.projection_version {
            let (log, stored) = (log.projection_version.to_string(), stored.projection_version.to_string());
            say("PROJECTION_VERSION".to_owned(), log, stored);
        }
        if log.document != stored.document {
            let (log, stored) = around_difference(&log.document, &stored.document);
            say("DOCUMENT".to_owned(), log, stored);
        }
        for (i, column) in table.columns.iter().enumerate() {
            let (log, stored) = (log.columns.get(i), stored.columns.get(i));
            if log != stored {
                say(format!("COLUMN {}", column.name), format!("{log:?}"), format!("{stored:?}"));
            }
        }
    }
}

fn missing(row: &Row) -> Difference {
    Difference {
        table: row.table.to_owned(),
        id: row.id,
        problem: "ROW_MISSING".to_owned(),
        log: cut(&String::from_utf8_lossy(&row.document)),
        stored: String::new(),
    }
}

fn not_in_log(row: &Row) -> Difference {
    Difference {
        table: row.table.to_owned(),
        id: row.id,
        problem: "ROW_NOT_IN_LOG".to_owned(),
        log: String::new(),
        stored: cut(&String::from_utf8_lossy(&row.document)),
    }
}

/// Both texts from a little before the first byte in which they differ.
fn around_difference(log: &[u8], stored: &[u8]) -> (String, String) {
    let same = log.iter().zip(stored).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(40);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes.get(from..).unwrap_or_default()).into_owned();
    (text(log), text(stored))
}

fn cut(text: &str) -> String {
    const SHOWN: usize = 200;
    let mut cut: String = text.chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        cut.push('…');
    }
    cut
}

/// The rows that a store ought to have, rebuilt in this process: for starting after a release changed its projection.
pub fn rebuild_rows(read: &dyn Read) -> Result<Vec<Row>, ReplayError> {
    let mut rebuild = Rebuild::new();
    let mut failed = None;
    let scanned = read.scan_entries(0, &mut |_, bytes| {
        let payload = match payload_of(bytes) {
            Some(digest) => read.payload(digest)?,
            None => None,
        };
        rebuild.push(bytes, payload.as_deref()).map_err(|error| {
            let text = error.to_string();
            failed = Some(error);
            StoreError::Corrupt(text)
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    scanned?;
    rebuild.rows().collect::<Result<_, _>>().map_err(Into::into)
}
