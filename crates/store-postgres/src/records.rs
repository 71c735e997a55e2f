//! Records as columns: what goes into statements and what comes out of rows.

use assent_store::{
    Checkpoint, ColumnType, EntryKeys, Head, Place, Row, StoreError, StoredReceipt, Table, Value,
};
use postgres::types::FromSql;
use postgres::{Row as Found, SimpleQueryRow};

/// A number that a check has bounded before.
pub(crate) fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::Conflict(format!("number `{number}` is too large")))
}

/// The cell of a column; corrupt where it is not of the type that it must have.
pub(crate) fn cell<'a, T: FromSql<'a>>(row: &'a Found, column: usize) -> Result<T, StoreError> {
    row.try_get(column).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A number that cannot be negative.
pub(crate) fn unsigned(row: &Found, column: usize) -> Result<u64, StoreError> {
    let stored: i64 = cell(row, column)?;
    u64::try_from(stored).map_err(|_| StoreError::Corrupt(format!("a stored number is negative: `{stored}`")))
}

/// A hash.
pub(crate) fn hash(row: &Found, column: usize) -> Result<[u8; 32], StoreError> {
    let bytes: &[u8] = cell(row, column)?;
    bytes.try_into().map_err(|_| StoreError::Corrupt(format!("a stored hash has {} bytes", bytes.len())))
}

/// The columns of the head as [`head`] reads them: size, root, last hash, time. How bytes are shown is left to no setting.
pub(crate) const HEAD: &str = "size, encode(root, 'hex'), encode(last_hash, 'hex'), time_ms";

/// The head of the log.
pub(crate) fn head(row: &SimpleQueryRow) -> Result<Head, StoreError> {
    fn cell<T>(
        row: &SimpleQueryRow,
        place: usize,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let value = row.try_get(place).ok().flatten().and_then(read);
        value.ok_or_else(|| StoreError::Corrupt(format!("column `{place}` of the head cannot be read")))
    }
    Ok(Head {
        size: cell(row, 0, |text| text.parse().ok())?,
        root: cell(row, 1, hex)?,
        last_hash: cell(row, 2, hex)?,
        time_ms: cell(row, 3, |text| text.parse().ok())?,
    })
}

/// The bytes of 64 hexadecimal digits.
fn hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    (text.len() == 64).then_some(bytes)
}

/// The search columns of an entry, after its index.
pub(crate) fn keys(row: &Found) -> Result<EntryKeys, StoreError> {
    Ok(EntryKeys {
        time_ms: cell(row, 1)?,
        id: cell(row, 2)?,
        event_type: cell(row, 3)?,
        actor: cell(row, 4)?,
        subject_kind: cell(row, 5)?,
        subject_id: cell(row, 6)?,
        model_id: cell(row, 7)?,
        outcome: cell(row, 8)?,
        correlation_id: cell(row, 9)?,
    })
}

/// The columns of a whole row, as [`row`] reads them.
pub(crate) fn whole(table: &Table) -> String {
    let columns: String = table.columns.iter().flat_map(|column| [", ", column.name]).collect();
    format!("id, revision, projection_version, document{columns}")
}

/// A whole row of a state table.
pub(crate) fn row(table: &'static Table, row: &Found) -> Result<Row, StoreError> {
    let version: i64 = cell(row, 2)?;
    let projection_version = u32::try_from(version)
        .map_err(|_| StoreError::Corrupt(format!("a projection version is `{version}`")))?;
    let column = |(column, place): (&assent_store::Column, usize)| {
        Ok(match column.ty {
            ColumnType::Text => cell::<Option<String>>(row, place)?.map(Value::Text),
            ColumnType::Integer => cell::<Option<i64>>(row, place)?.map(Value::Integer),
        })
    };
    Ok(Row {
        table: table.name,
        id: cell(row, 0)?,
        revision: unsigned(row, 1)?,
        projection_version,
        document: cell(row, 3)?,
        columns: table.columns.iter().zip(4..).map(column).collect::<Result<_, StoreError>>()?,
    })
}

/// A remembered answer.
pub(crate) fn receipt(row: &Found) -> Result<StoredReceipt, StoreError> {
    Ok(StoredReceipt { body_digest: hash(row, 0)?, time_ms: cell(row, 1)?, receipt: cell(row, 2)? })
}

/// A checkpoint.
pub(crate) fn checkpoint(row: &Found) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint { size: unsigned(row, 0)?, note: cell(row, 1)? })
}

/// The place of a tile in its table: level and number fit since the check of the batch.
pub(crate) fn place(level: u8, n: u64) -> Option<i64> {
    let fits = level < 128 && n < 1 << 56;
    fits.then(|| i64::from(level) << 56 | n.cast_signed())
}

/// The tile of a stored place; one that is no place is on a level that no log has.
pub(crate) fn tile_at(place: i64) -> Place {
    let level = u8::try_from(place >> 56).unwrap_or(u8::MAX);
    Place::Tile { level, n: place.cast_unsigned() & ((1 << 56) - 1) }
}
