//! Where rows come from: Arrow record batches of the needed columns, out of CSV, JSON lines, Parquet and Arrow IPC.
//!
//! A file is told by its first bytes, never by its name. It falls into [`Unit`]s, the row groups of Parquet and whole files
//! otherwise, which can be read at the same time; each yields its rows in order, as [`Chunk`]s that know their place in
//! the file. Opening files is left to whoever calls: they come as [`Storage`], which reads at any place.

mod arrow_ipc;
mod columns;
mod csv;
mod json_lines;
mod parquet;
mod storage;
mod text;

use std::io::Read;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::SchemaRef;

use self::arrow_ipc::Batches;
pub use self::columns::{ColumnKind, FileColumn, columns};
use self::csv::CsvRows;
use self::json_lines::JsonRows;
pub use self::storage::{DataFile, Storage};
use self::storage::{FileReader, at_most};
use self::text::TextChunks;
use crate::error::{EvalError, Place, Problem, detail, excerpt};
use crate::suggest::nearest;

/// The columns to read, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    names: Vec<String>,
    numbers: Vec<usize>,
}

impl Projection {
    /// The place of a column whose values are compared as text, added if it is not there.
    pub fn text(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// The place of a column that is read as numbers, added if it is not there.
    pub fn number(&mut self, name: &str) -> usize {
        let index = self.text(name);
        self.numbers.push(index);
        index
    }

    /// The names, in the order of the columns of a [`Chunk`].
    pub fn names(&self) -> &[String] {
        &self.names
    }

    fn is_number(&self, index: usize) -> bool {
        self.numbers.contains(&index)
    }
}

/// Rows of one file, with their place in it.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The columns of the projection, in its order.
    pub columns: Vec<ArrayRef>,
    /// The number of the first row, counted from 1.
    pub first_row: u64,
    /// The line of each row, where the format has lines.
    pub lines: Vec<u64>,
    /// How many rows.
    pub rows: usize,
}

impl Chunk {
    /// The place of a row, counted from 0 in this chunk.
    pub fn place(&self, file: &str, row: usize, column: Option<&str>) -> Place {
        Place {
            file: Some(file.to_owned()),
            row: Some(self.first_row.saturating_add(row as u64)),
            line: self.lines.get(row).copied(),
            column: column.map(|name| excerpt(name.as_bytes())),
        }
    }
}

/// Something that yields chunks in the order of the rows.
pub trait Chunks {
    /// The next chunk, or nothing at the end.
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError>;
}

/// A part of a file that can be read on its own.
pub struct Unit<'a> {
    file: &'a DataFile,
    kind: Kind,
}

enum Kind {
    Csv,
    JsonLines,
    ArrowFile,
    ArrowStream,
    Parquet(parquet::RowGroup),
}

impl<'a> Unit<'a> {
    /// The parts of a file.
    pub fn of(file: &'a DataFile, projection: &Projection) -> Result<Vec<Self>, EvalError> {
        let whole = |kind| vec![Unit { file, kind }];
        Ok(match format(file)? {
            Format::Csv => whole(Kind::Csv),
            Format::JsonLines => whole(Kind::JsonLines),
            Format::ArrowFile => whole(Kind::ArrowFile),
            Format::ArrowStream => whole(Kind::ArrowStream),
            Format::Parquet => parquet::row_groups(file, projection)?
                .into_iter()
                .map(|group| Unit { file, kind: Kind::Parquet(group) })
                .collect(),
        })
    }

    /// The name of the file.
    pub fn file(&self) -> &'a str {
        &self.file.name
    }

    /// How many rows the part has, where its file says so.
    pub fn rows(&self) -> Option<u64> {
        match &self.kind {
            Kind::Parquet(group) => Some(group.rows()),
            Kind::Csv | Kind::JsonLines | Kind::ArrowFile | Kind::ArrowStream => None,
        }
    }

    /// Opens the part.
    pub fn open(&self, projection: &Projection) -> Result<Box<dyn Chunks + 'a>, EvalError> {
        let (inside, fixed) = partitions(self.file, projection);
        let reader = || FileReader::new(Arc::clone(&self.file.storage));
        let chunks: Box<dyn Chunks + 'a> = match &self.kind {
            Kind::Csv => csv(&self.file.name, reader(), &inside)?,
            Kind::JsonLines => Box::new(TextChunks::new(JsonRows::open(&self.file.name, reader(), &inside))),
            Kind::ArrowFile => Box::new(Batches::of_file(self.file, &inside)?),
            Kind::ArrowStream => Box::new(Batches::of_stream(self.file, &inside)?),
            Kind::Parquet(group) => Box::new(group.open(self.file, &inside)?),
        };
        Ok(if fixed.is_empty() { chunks } else { Box::new(Partitioned { chunks, fixed }) })
    }
}

/// The chunks of a CSV table that comes as a stream.
pub fn csv<'a, R: Read + 'a>(
    name: &str,
    reader: R,
    projection: &Projection,
) -> Result<Box<dyn Chunks + 'a>, EvalError> {
    Ok(Box::new(TextChunks::new(CsvRows::open(name, reader, projection)?)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
    ArrowFile,
    ArrowStream,
    Parquet,
}

/// The first bytes of files that are none of ours, and what they are.
const FOREIGN: [(&[u8], &str); 6] = [
    (&[0x1f, 0x8b], "a gzip file"),
    (b"PK\x03\x04", "a zip file, as spreadsheets are"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a zstd file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x89HDF", "an HDF5 file"),
];

fn format(file: &DataFile) -> Result<Format, EvalError> {
    let unreadable = |error: std::io::Error| file.error(Problem::Unreadable { detail: error.to_string() });
    let head = at_most(file.storage.as_ref(), 64).map_err(unreadable)?;
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(file.error(Problem::UnknownFormat { found: (*what).to_owned() }));
    }
    let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(&head);
    Ok(if head.starts_with(b"PAR1") {
        Format::Parquet
    } else if head.starts_with(arrow_ipc::MAGIC) {
        Format::ArrowFile
    } else if head.starts_with(&[0xff, 0xff, 0xff, 0xff]) {
        Format::ArrowStream
    } else if text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        Format::JsonLines
    } else {
        Format::Csv
    })
}

/// The columns that a reader has to find in a file, and those that the names of its folders give, by their place.
fn partitions(file: &DataFile, projection: &Projection) -> (Projection, Vec<(usize, String)>) {
    let value = |name: &String| file.partitions.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let (mut inside, mut fixed) = (Projection::default(), Vec::new());
    for (index, name) in projection.names.iter().enumerate() {
        match value(name) {
            Some(value) => fixed.push((index, value.clone())),
            None if projection.is_number(index) => {
                inside.number(name);
            }
            None => {
                inside.text(name);
            }
        }
    }
    (inside, fixed)
}

/// Chunks with the columns that the names of the folders give.
struct Partitioned<'a> {
    chunks: Box<dyn Chunks + 'a>,
    fixed: Vec<(usize, String)>,
}

impl Chunks for Partitioned<'_> {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError> {
        let Some(mut chunk) = self.chunks.next_chunk()? else { return Ok(None) };
        for (index, value) in &self.fixed {
            let column = StringArray::from_iter_values(std::iter::repeat_n(value, chunk.rows));
            chunk.columns.insert((*index).min(chunk.columns.len()), Arc::new(column));
        }
        Ok(Some(chunk))
    }
}

/// Where the columns of a projection stand in a schema.
fn find_columns(file: &str, schema: &SchemaRef, projection: &Projection) -> Result<Vec<usize>, EvalError> {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    projection.names.iter().map(|name| find_column(file, &names, name)).collect()
}

fn find_column(file: &str, names: &[&str], wanted: &str) -> Result<usize, EvalError> {
    let mut places = (0..).zip(names).filter(|(_, name)| **name == wanted).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => {
            Err(in_file(file, Problem::DuplicateColumn { name: excerpt(wanted.as_bytes()) }))
        }
        (None, _) => Err(in_file(
            file,
            Problem::MissingColumn {
                name: excerpt(wanted.as_bytes()),
                available: names.iter().map(|known| excerpt(known.as_bytes())).collect(),
                suggestion: nearest(wanted, names.iter().copied()).map(str::to_owned),
            },
        )),
    }
}

fn in_file(file: &str, problem: Problem) -> EvalError {
    EvalError { problem, place: Box::new(Place { file: Some(file.to_owned()), ..Place::default() }) }
}

/// The columns of a batch in the order of a projection; `places` is where each stands in the batch.
fn in_order(batch: &RecordBatch, places: &[usize]) -> Vec<ArrayRef> {
    places.iter().filter_map(|place| batch.columns().get(*place).cloned()).collect()
}

/// Runs a decoder of others: what it cannot read is an error, even where it says so by a panic.
fn decode<T>(
    file: &str,
    row: u64,
    format: &'static str,
    run: impl FnOnce() -> Result<T, String>,
) -> Result<T, EvalError> {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    let found = match result {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(text)) => detail(&text),
        Err(_) => "its structure contradicts itself".to_owned(),
    };
    let mut error = in_file(file, Problem::Damaged { format, detail: found });
    error.place.row = (row > 1).then_some(row);
    Err(error)
}
