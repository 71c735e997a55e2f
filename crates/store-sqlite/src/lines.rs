//! The one function that conditions add to SQL: whether a column of lines has one of some lines. It costs the lines of the
//! column, however many are asked for: those are taken apart once for each statement.

use std::collections::HashSet;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::FromSqlError;

/// Its name in SQL. It takes the column, and the lines that are asked for.
pub(crate) const NAME: &str = "has_any_line";

/// Makes it known to a connection.
pub(crate) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function(NAME, 2, flags, has_any_line)
}

/// False where the column has no value.
fn has_any_line(context: &Context<'_>) -> rusqlite::Result<bool> {
    let wanted = context.get_or_create_aux(1, |asked| -> Result<HashSet<String>, FromSqlError> {
        Ok(asked.as_str()?.split('\n').map(str::to_owned).collect())
    })?;
    let held = context.get_raw(0).as_str_or_null();
    let held = held.map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?;
    Ok(held.is_some_and(|held| held.split('\n').any(|line| wanted.contains(line))))
}
