//! What an error of `SQLite` means to the caller.

use assent_store::StoreError;
use rusqlite::ErrorCode;

/// The database does not stand under its name any more. Where there is a rollback journal, `SQLite` looks for itself.
const MOVED: i32 = rusqlite::ffi::SQLITE_READONLY_DBMOVED;

/// An error of a read, or of taking the lock.
pub(crate) fn reading(error: rusqlite::Error) -> StoreError {
    classify(error, |text| StoreError::Unavailable(format!("the storage cannot be read: {text}")))
}

/// An error between the first change of a transaction and the end of its commit. Any failure of input or output in there
/// counts as lost durability: which of them left what behind cannot be told from here.
pub(crate) fn writing(error: rusqlite::Error) -> StoreError {
    classify(error, |text| {
        StoreError::DurabilityLost(format!("the storage did not keep what was written: {text}"))
    })
}

/// `on_io` says what a failure of input or output is.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn classify(error: rusqlite::Error, on_io: fn(String) -> StoreError) -> StoreError {
    let Some(code) = error.sqlite_error_code() else { return beyond_sqlite(&error) };
    let text = text(&error);
    if error.sqlite_error().is_some_and(|failure| failure.extended_code == MOVED) {
        StoreError::DurabilityLost(format!(
            "the file was removed or replaced while it was in use, put it back and start again: {text}"
        ))
    } else if code == ErrorCode::SystemIoFailure {
        on_io(text)
    } else if code == ErrorCode::ConstraintViolation {
        StoreError::Conflict(conflict(&text))
    } else if code == ErrorCode::TooBig {
        StoreError::Conflict(format!("a value is too large for the store: {text}"))
    } else if code == ErrorCode::DatabaseCorrupt || code == ErrorCode::NotADatabase {
        StoreError::Corrupt(text)
    } else if code == ErrorCode::DiskFull {
        StoreError::Full(format!("there is no space left, make room: {text}"))
    } else if code == ErrorCode::DatabaseBusy || code == ErrorCode::DatabaseLocked {
        StoreError::Unavailable(format!("another process holds the database, try again: {text}"))
    } else {
        StoreError::Unavailable(text)
    }
}

/// Errors of the wrapper: a stored value that is not of the type it must have, or a call that cannot be made.
fn beyond_sqlite(error: &rusqlite::Error) -> StoreError {
    use rusqlite::Error as E;
    if matches!(
        error,
        E::InvalidColumnType(..) | E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..)
    ) {
        StoreError::Corrupt(error.to_string())
    } else if matches!(error, E::QueryReturnedNoRows) {
        StoreError::Corrupt("a row that must be there is missing".to_owned())
    } else {
        StoreError::Unavailable(error.to_string())
    }
}

fn text(error: &rusqlite::Error) -> String {
    if let rusqlite::Error::SqliteFailure(failure, Some(text)) = error {
        return format!("{text} (code {})", failure.extended_code);
    }
    error.to_string()
}

/// `UNIQUE constraint failed: models.name (code 2067)` in our words.
fn conflict(text: &str) -> String {
    match text.split_once("failed: ").and_then(|(_, rest)| rest.split_once(" (code")) {
        Some((column, _)) => format!("column `{column}` holds the value already"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some("why".to_owned()))
    }

    fn kind(error: &StoreError) -> &'static str {
        match error {
            StoreError::Conflict(_) => "conflict",
            StoreError::Unavailable(_) => "unavailable",
            StoreError::Full(_) => "full",
            StoreError::OutcomeUnknown(_) => "unknown",
            StoreError::DurabilityLost(_) => "lost",
            StoreError::Corrupt(_) => "corrupt",
        }
    }

    #[test]
    fn codes_are_told_apart() {
        let table = [
            (ffi::SQLITE_IOERR_FSYNC, "unavailable", "lost"),
            (ffi::SQLITE_IOERR_WRITE, "unavailable", "lost"),
            (ffi::SQLITE_IOERR_DIR_FSYNC, "unavailable", "lost"),
            (ffi::SQLITE_FULL, "full", "full"),
            (ffi::SQLITE_BUSY, "unavailable", "unavailable"),
            (ffi::SQLITE_CORRUPT, "corrupt", "corrupt"),
            (ffi::SQLITE_NOTADB, "corrupt", "corrupt"),
            (ffi::SQLITE_CONSTRAINT_UNIQUE, "conflict", "conflict"),
            (ffi::SQLITE_CONSTRAINT_DATATYPE, "conflict", "conflict"),
            (ffi::SQLITE_TOOBIG, "conflict", "conflict"),
            (ffi::SQLITE_READONLY_DBMOVED, "lost", "lost"),
            (ffi::SQLITE_CANTOPEN, "unavailable", "unavailable"),
        ];
        for (code, read, written) in table {
            let kinds = (kind(&reading(failure(code))), kind(&writing(failure(code))));
            assert_eq!(kinds, (read, written), "code {code}");
        }
    }

    #[test]
    fn a_conflict_names_the_column() {
        assert_eq!(
            conflict("UNIQUE constraint failed: models.name (code 2067)"),
            "column `models.name` holds the value already"
        );
        assert_eq!(conflict("something else"), "something else");
    }
}
