//! Chunks of Arrow IPC files and streams.
//!
//! A file is read as the stream that it holds between its first and its last magic. Its decoder reserves memory for whatever
//! sizes the messages claim, so all of them are compared with the file before it sees any.

use std::io::{BufReader, Seek, SeekFrom};
use std::sync::Arc;

use arrow_ipc::reader::StreamReader;
use arrow_ipc::{Message, RecordBatch, root_as_message};
use arrow_schema::SchemaRef;

use super::storage::{DataFile, FileReader, at_most, fill};
use super::{Chunk, Chunks, Projection, decode, find_columns, in_order};
use crate::error::{EvalError, Problem};
use crate::limits::{MAX_BATCH_ROWS, MAX_RECORD_BYTES, MAX_ROW_GROUP_BYTES};

const FORMAT: &str = "Arrow IPC";
pub(super) const MAGIC: &[u8] = b"ARROW1";
/// Where the stream of a file may start: after the magic and zeros up to the alignment that its writer chose.
const STREAM_STARTS: usize = 64;
const ALIGNMENT: usize = 8;
const MESSAGE_START: [u8; 4] = [0xff; 4];

pub(super) struct Batches {
    name: String,
    reader: StreamReader<BufReader<FileReader>>,
    places: Vec<usize>,
    next_row: u64,
}

impl Batches {
    /// The batches of a file with a footer.
    pub(super) fn of_file(file: &DataFile, projection: &Projection) -> Result<Self, EvalError> {
        let size = size_of(file)?;
        let mut end = [0; MAGIC.len()];
        let start = size.saturating_sub(end.len() as u64);
        let read = fill(file.storage.as_ref(), start, &mut end);
        read.map_err(|error| file.error(Problem::Unreadable { detail: error.to_string() }))?;
        if end != MAGIC {
            return Err(damaged(file, "its end is missing"));
        }
        let head = at_most(file.storage.as_ref(), STREAM_STARTS + ALIGNMENT);
        let head = head.map_err(|error| file.error(Problem::Unreadable { detail: error.to_string() }))?;
        let words = head.chunks(ALIGNMENT).skip(1);
        let zeros = words.take_while(|word| word.iter().all(|byte| *byte == 0)).count();
        Self::open(file, projection, ((zeros + 1) * ALIGNMENT) as u64)
    }

    /// The batches of a stream without a footer.
    pub(super) fn of_stream(file: &DataFile, projection: &Projection) -> Result<Self, EvalError> {
        Self::open(file, projection, 0)
    }

    fn open(file: &DataFile, projection: &Projection, start: u64) -> Result<Self, EvalError> {
        check_sizes(file, start)?;
        let mut reader = FileReader::new(Arc::clone(&file.storage));
        let opened = decode(&file.name, 1, FORMAT, || {
            reader.seek(SeekFrom::Start(start)).map_err(|error| error.to_string())?;
            StreamReader::try_new_buffered(reader, None).map_err(|error| error.to_string())
        })?;
        let places = find_columns(&file.name, &opened.schema(), projection)?;
        Ok(Self { name: file.name.clone(), reader: opened, places, next_row: 1 })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }
}

impl Chunks for Batches {
    fn next_chunk(&mut self) -> Result<Option<Chunk>, EvalError> {
        let reader = &mut self.reader;
        let batch = decode(&self.name, self.next_row, FORMAT, || match reader.next().transpose() {
            Ok(Some(batch)) if batch.num_rows() > MAX_BATCH_ROWS => {
                Err(format!("a batch of more than {MAX_BATCH_ROWS} rows"))
            }
            batch => batch.map_err(|error| error.to_string()),
        })?;
        let Some(batch) = batch else { return Ok(None) };
        let first_row = self.next_row;
        self.next_row = self.next_row.saturating_add(batch.num_rows() as u64);
        let columns = in_order(&batch, &self.places);
        Ok(Some(Chunk { columns, first_row, lines: Vec::new(), rows: batch.num_rows() }))
    }
}

fn damaged(file: &DataFile, detail: &str) -> EvalError {
    file.error(Problem::Damaged { format: FORMAT, detail: detail.to_owned() })
}

fn size_of(file: &DataFile) -> Result<u64, EvalError> {
    let size = file.storage.size_bytes();
    size.map_err(|error| file.error(Problem::Unreadable { detail: error.to_string() }))
}

/// Goes from message to message and compares what they claim with what is there.
fn check_sizes(file: &DataFile, start: u64) -> Result<(), EvalError> {
    let size = size_of(file)?;
    let bytes_at = |place: u64, length: usize| {
        let mut bytes = vec![0; length];
        match fill(file.storage.as_ref(), place, &mut bytes) {
            Ok(read) if read == length => Ok(bytes),
            Ok(_) => Err(damaged(file, "it ends within a message")),
            Err(error) => Err(file.error(Problem::Unreadable { detail: error.to_string() })),
        }
    };
    let mut place = start;
    while place < size {
        let head = bytes_at(place, 8)?;
        let length = head.last_chunk().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
        if !head.starts_with(&MESSAGE_START) || length > MAX_RECORD_BYTES {
            return Err(damaged(file, "a message does not start as it should"));
        }
        if length == 0 {
            return Ok(());
        }
        let metadata = bytes_at(place + 8, length)?;
        let message = root_as_message(&metadata).map_err(|_| damaged(file, "a message cannot be read"))?;
        let body = place + 8 + length as u64;
        let next = u64::try_from(message.bodyLength()).ok().and_then(|length| body.checked_add(length));
        let Some(next) = next.filter(|next| *next <= size) else {
            return Err(damaged(file, "it ends within a message"));
        };
        for claimed in compressed_buffers(&message) {
            let prefix = bytes_at(body.saturating_add(claimed), 8)?;
            let unpacked = prefix.first_chunk().map_or(0, |length| i64::from_le_bytes(*length));
            if !(-1..=MAX_ROW_GROUP_BYTES).contains(&unpacked) {
                return Err(damaged(file, "a compressed buffer claims a size that cannot be"));
            }
        }
        place = next;
    }
    Ok(())
}

/// Where the compressed buffers of a message start in its body.
fn compressed_buffers(message: &Message<'_>) -> Vec<u64> {
    let batch: Option<RecordBatch<'_>> = message
        .header_as_record_batch()
        .or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else { return Vec::new() };
    let buffers = batch.buffers().into_iter().flatten().filter(|buffer| buffer.length() > 0);
    buffers.filter_map(|buffer| u64::try_from(buffer.offset()).ok()).collect()
}
