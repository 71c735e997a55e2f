//! The tables of either store, as somebody sees them who has the right to write them and no manners.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use postgres::NoTls;
use postgres::types::{FromSql, Type};
use rusqlite::types::ValueRef;

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
    /// An id where the database has a type for it; elsewhere ids are bytes.
    Id(Vec<u8>),
}

impl Cell {
    /// The bytes of a text, of bytes or of an id.
    pub(super) fn bytes(&self) -> Result<&[u8]> {
        match self {
            Self::Text(text) => Ok(text.as_bytes()),
            Self::Bytes(bytes) | Self::Id(bytes) => Ok(bytes),
            Self::Null | Self::Number(_) => bail!("{self:?} has no bytes"),
        }
    }

    /// The number.
    pub(super) fn number(&self) -> Result<i64> {
        let Self::Number(number) = self else { bail!("{self:?} is no number") };
        Ok(*number)
    }

    /// An id as people write it.
    pub(super) fn uuid(&self) -> Result<String> {
        let hex = crate::load::hex(self.bytes()?);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default());
        Ok(parts.join("-"))
    }
}

/// A connection to one of the two stores.
pub(super) enum Database {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
}

impl Database {
    /// Opens the file.
    pub(super) fn file(path: &Path) -> Result<Self> {
        Ok(Self::Sqlite(rusqlite::Connection::open(path)?))
    }

    /// Connects.
    pub(super) fn server(address: &str) -> Result<Self> {
        Ok(Self::Postgres(Box::new(postgres::Client::connect(address, NoTls)?)))
    }

    /// What a query gives.
    pub(super) fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Cell>>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare(sql)?;
                let width = statement.column_count();
                let rows = statement
                    .query_map((), |row| (0..width).map(|i| row.get_ref(i).map(of_sqlite)).collect())?;
                rows.map(|row: rusqlite::Result<Vec<Result<Cell>>>| row?.into_iter().collect()).collect()
            }
            Self::Postgres(client) => {
                let rows = client.query(sql, &[])?;
                rows.iter().map(|row| (0..row.len()).map(|i| of_postgres(row, i)).collect()).collect()
            }
        }
    }

    /// The one row of a query.
    pub(super) fn row(&mut self, sql: &str) -> Result<Vec<Cell>> {
        let rows = self.rows(sql)?;
        rows.into_iter().next().with_context(|| format!("`{sql}` gives nothing"))
    }

    /// Changes rows: at least one.
    pub(super) fn change(&mut self, sql: &str) -> Result<()> {
        let changed = match self {
            Self::Sqlite(connection) => connection.execute(sql, ())? as u64,
            Self::Postgres(client) => client.execute(sql, &[])?,
        };
        ensure!(changed > 0, "`{}` changes nothing", sql.chars().take(200).collect::<String>());
        Ok(())
    }

    /// Runs statements, whatever they change.
    pub(super) fn run(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Self::Postgres(client) => Ok(client.batch_execute(sql)?),
        }
    }

    /// A value as it is written in SQL.
    pub(super) fn literal(&self, cell: &Cell) -> String {
        let hex = crate::load::hex;
        match (cell, self) {
            (Cell::Null, _) => "NULL".to_owned(),
            (Cell::Number(number), _) => number.to_string(),
            (Cell::Text(text), _) => format!("'{}'", text.replace('\'', "''")),
            (Cell::Bytes(bytes) | Cell::Id(bytes), Self::Sqlite(_)) => format!("x'{}'", hex(bytes)),
            (Cell::Bytes(bytes), Self::Postgres(_)) => format!("'\\x{}'::bytea", hex(bytes)),
            (Cell::Id(bytes), Self::Postgres(_)) => format!("'{}'::uuid", hex(bytes)),
        }
    }
}

fn of_sqlite(value: ValueRef<'_>) -> Result<Cell> {
    Ok(match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8(text.to_vec())?),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
        ValueRef::Real(number) => bail!("no column holds a number like {number}"),
    })
}

/// The bytes of a value as they come over the wire.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

fn of_postgres(row: &postgres::Row, place: usize) -> Result<Cell> {
    let Some(Raw(raw)) = row.try_get::<_, Option<Raw>>(place)? else { return Ok(Cell::Null) };
    let ty = row.columns().get(place).context("a column without a type")?.type_();
    Ok(match *ty {
        Type::INT4 => Cell::Number(i32::from_be_bytes(raw.as_slice().try_into()?).into()),
        Type::INT8 => Cell::Number(i64::from_be_bytes(raw.as_slice().try_into()?)),
        Type::TEXT => Cell::Text(String::from_utf8(raw)?),
        Type::UUID => Cell::Id(raw),
        Type::BYTEA => Cell::Bytes(raw),
        _ => bail!("a column of the type {ty}"),
    })
}
