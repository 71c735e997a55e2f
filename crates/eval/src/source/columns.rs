//! The columns that a file has, before any of them is read.

use std::sync::Arc;

use arrow_schema::{DataType, SchemaRef};

use super::arrow_ipc::Batches;
use super::storage::{DataFile, FileReader};
use super::{Format, Projection, format, json_lines, parquet};
use crate::error::{EvalError, excerpt};
use crate::table::{Input, Table};

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileColumn {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
}

/// What the values of a column are, as far as the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers.
    Numbers,
    /// Texts, which may spell numbers.
    Texts,
    /// True and false.
    Booleans,
    /// Something that is not read, by the name of its type.
    Other(String),
}

/// The columns of a file in their order, and those that the names of its folders give.
pub fn columns(file: &DataFile) -> Result<Vec<FileColumn>, EvalError> {
    let reader = || FileReader::new(Arc::clone(&file.storage));
    let mut columns: Vec<FileColumn> = match format(file)? {
        Format::Csv => {
            let table = Table::open(Input::new(&file.name, reader()))?;
            table.columns().iter().map(|name| FileColumn::texts(name)).collect()
        }
        Format::JsonLines => json_lines::first_fields(&file.name, reader())?
            .into_iter()
            .map(|(name, nested)| {
                let other = || ColumnKind::Other("a list or an object".to_owned());
                FileColumn { name, kind: if nested { other() } else { ColumnKind::Texts } }
            })
            .collect(),
        Format::ArrowFile => of_schema(&Batches::of_file(file, &Projection::default())?.schema()),
        Format::ArrowStream => of_schema(&Batches::of_stream(file, &Projection::default())?.schema()),
        Format::Parquet => of_schema(&parquet::schema(file)?),
    };
    for (name, _) in &file.partitions {
        columns.retain(|column| column.name != *name);
        columns.push(FileColumn::texts(name));
    }
    Ok(columns)
}

impl FileColumn {
    fn texts(name: &str) -> Self {
        Self { name: name.to_owned(), kind: ColumnKind::Texts }
    }
}

fn of_schema(schema: &SchemaRef) -> Vec<FileColumn> {
    let column = |field: &Arc<arrow_schema::Field>| FileColumn {
        name: field.name().clone(),
        kind: kind(field.data_type()),
    };
    schema.fields().iter().map(column).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "types that are not named are not read")]
fn kind(of: &DataType) -> ColumnKind {
    match of {
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float32
        | DataType::Float64 => ColumnKind::Numbers,
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnKind::Texts,
        DataType::Boolean => ColumnKind::Booleans,
        DataType::Dictionary(_, values) if kind(values) == ColumnKind::Texts => ColumnKind::Texts,
        other => ColumnKind::Other(excerpt(other.to_string().as_bytes())),
    }
}
