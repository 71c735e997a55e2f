//! Chunks of the row groups of a Parquet file.

use std::io::{self, BufReader, Seek, SeekFrom};
use std::sync::Arc;

use arrow_schema::{DataType, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};

use super::storage::{DataFile, FileReader, Storage, fill};
use super::{Chunk, Chunks, Projection, decode, find_columns, in_order};
use crate::error::{EvalError, Problem};
use crate::limits::{MAX_COLUMNS, MAX_ROW_GROUP_BYTES};

const FORMAT: &str = "Parquet";
const BATCH_ROWS: usize = 1 << 14;

/// One row group of a file, whose footer has been read.
pub(super) struct RowGroup {
    metadata: ArrowReaderMetadata,
    index: usize,
    first_row: u64,
    rows: u64,
}

/// The row groups of a file. Text columns that are compared come as dictionaries where the file has them so.
pub(super) fn row_groups(file: &DataFile, projection: &Projection) -> Result<Vec<RowGroup>, EvalError> {
    let plain = footer(file)?;
    let schema = with_dictionaries(plain.schema(), projection);
    let metadata = decode(&file.name, 1, FORMAT, || {
        let options = ArrowReaderOptions::new().with_schema(schema);
        let footer = Arc::clone(plain.metadata());
        ArrowReaderMetadata::try_new(footer, options).map_err(|error| error.to_string())
    })?;
    let mut first_row = 1;
    let mut groups = Vec::new();
    for (index, group) in metadata.metadata().row_groups().iter().enumerate() {
        let Some(rows) = u64::try_from(group.num_rows()).ok().filter(|_| is_small_enough(group)) else {
            let detail = format!("row group {} is larger than {MAX_ROW_GROUP_BYTES} bytes", index + 1);
            return Err(file.error(Problem::Damaged { format: FORMAT, detail }));
        };
        groups.push(RowGroup { metadata: metadata.clone(), index, first_row, rows });
        first_row = first_row.saturating_add(rows);
    }
    Ok(groups)
}

/// The columns of a file.
pub(super) fn schema(file: &DataFile) -> Result<SchemaRef, EvalError> {
    Ok(Arc::clone(footer(file)?.schema()))
}

fn footer(file: &DataFile) -> Result<ArrowReaderMetadata, EvalError> {
    let bytes = ParquetBytes::of(file)?;
    let plain = decode(&file.name, 1, FORMAT, || {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        ArrowReaderMetadata::load(&bytes, options).map_err(|error| error.to_string())
    })?;
    if plain.schema().fields().len() > MAX_COLUMNS {
        return Err(file.error(Problem::TooManyColumns));
    }
    Ok(plain)
}

fn is_small_enough(group: &RowGroupMetaData) -> bool {
    group.columns().iter().all(|column| (0..=MAX_ROW_GROUP_BYTES).contains(&column.uncompressed_size()))
}

fn with_dictionaries(schema: &SchemaRef, projection: &Projection) -> SchemaRef {
    let compared = |name: &String| {
        let place = projection.names().iter().position(|known| known == name);
        place.is_some_and(|place| !projection.is_number(place))
    };
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let fields = schema.fields().iter().map(|field| {
        if *field.data_type() == DataType::Utf8 && compared(field.name()) {
            Arc::new(field.as_ref().clone().with_data_type(dictionary.clone()))
        } else {
            Arc::clone(field)
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

impl RowGroup {
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn open(&self, file: &DataFile, projection: &Projection) -> Result<RowGroupChunks, EvalError> {
        let places = find_columns(&file.name, self.metadata.schema(), projection)?;
        let bytes = ParquetBytes::of(file)?;
        let reader = decode(&file.name, self.first_row, FORMAT, || {
            let mask = ProjectionMask::roots(self.metadata.parquet_schema(), places.iter().copied());
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, self.metadata.clone())
                .with_row_groups(vec![self.index])
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|error| error.to_string())
        })?;
        // What is read keeps the order of the file, whatever order the columns were asked for in.
        let rank = |place: &usize| places.iter().filter(|other| *other < place).count();
        let places = places.iter().map(rank).collect();
        let end_row = self.first_row.saturating_add(self.rows);
        Ok(RowGroupChunks { file: file.name.clone(), reader, places, next_row: self.first_row, end_row })
    }
}

pub(super) struct RowGroupChunks {
    file: String,
    reader: ParquetRecordBatchReader,
    places: Vec<usize>,
    next_row: u64,
    end_row: u64,
}

impl Chunks for RowGroupChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError> {
        let (reader, is_whole) = (&mut self.reader, self.next_row == self.end_row);
        let batch = decode(&self.file, self.next_row, FORMAT, || match reader.next().transpose() {
            Ok(None) if !is_whole => Err("a row group has fewer rows than the footer says".to_owned()),
            batch => batch.map_err(|error| error.to_string()),
        })?;
        let Some(batch) = batch else { return Ok(None) };
        let first_row = self.next_row;
        self.next_row = self.next_row.saturating_add(batch.num_rows() as u64);
        let columns = in_order(&batch, &self.places);
        Ok(Some(Chunk { columns, first_row, lines: Vec::new(), rows: batch.num_rows() }))
    }
}

/// A storage as the Parquet reader wants it.
#[derive(Clone)]
struct ParquetBytes {
    storage: Arc<dyn Storage>,
    size_bytes: u64,
}

impl ParquetBytes {
    fn of(file: &DataFile) -> Result<Self, EvalError> {
        let size_bytes = file.storage.size_bytes();
        let size_bytes =
            size_bytes.map_err(|error| file.error(Problem::Unreadable { detail: error.to_string() }))?;
        Ok(Self { storage: Arc::clone(&file.storage), size_bytes })
    }
}

impl Length for ParquetBytes {
    fn len(&self) -> u64 {
        self.size_bytes
    }
}

impl ChunkReader for ParquetBytes {
    type T = BufReader<FileReader>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let mut reader = FileReader::new(Arc::clone(&self.storage));
        reader.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let end = start.checked_add(length as u64).filter(|end| *end <= self.size_bytes);
        if end.is_none() {
            return Err(ParquetError::EOF("the file is too short".to_owned()));
        }
        let mut buffer = vec![0; length];
        if fill(self.storage.as_ref(), start, &mut buffer)? < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(buffer.into())
    }
}
