//! What an error of PostgreSQL means to the caller.

use assent_store::StoreError;
use postgres::Error;
use postgres::error::{DbError, SqlState};

/// An error before the commit: whatever it is, the transaction left nothing.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn failed(error: Error) -> StoreError {
    match error.as_db_error() {
        Some(told) => classify(told),
        None => {
            StoreError::Unavailable(format!("the database cannot be reached, try again: {}", text(&error)))
        }
    }
}

/// No connection came about. Where the two sides did not agree on TLS, trying again changes nothing.
pub(crate) fn connecting(error: Error) -> StoreError {
    let text = text(&error);
    let remedy = if text.contains("server does not support TLS") {
        "turn `ssl` on in the database, or, where nobody else can listen on the way to it, add `sslmode=disable` to the address"
    } else if text.contains("invalid peer certificate") {
        "name the authority that gave its certificate with `sslrootcert=FILE` in the address, and the database by a name that \
         the certificate is for"
    } else {
        return failed(error);
    };
    StoreError::Unavailable(format!("the database cannot be reached safely: {text}: {remedy}"))
}

/// An error of the commit itself. If the server said no, nothing happened; if it said nothing, or is going down, nobody knows.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn committing(error: Error) -> StoreError {
    match error.as_db_error() {
        Some(told) if !told.code().code().starts_with("57P") => classify(told),
        Some(_) | None => {
            StoreError::OutcomeUnknown(format!("the connection ended during the commit: {}", text(&error)))
        }
    }
}

fn classify(told: &DbError) -> StoreError {
    let code = told.code();
    let text = format!("{} (code {})", told.message(), code.code());
    if *code == SqlState::UNIQUE_VIOLATION {
        return StoreError::Conflict(match told.constraint() {
            Some(constraint) => format!("`{constraint}` holds the value already"),
            None => text,
        });
    }
    match code.code() {
        // Data corrupted, index corrupted.
        "XX001" | "XX002" => StoreError::Corrupt(text),
        "55P03" => {
            StoreError::Unavailable(format!("another server holds the head of the log, try again: {text}"))
        }
        "53100" => StoreError::Full(format!("there is no space left for the database, make room: {text}")),
        other if other.starts_with("22") || other.starts_with("23") => StoreError::Conflict(text),
        _ => StoreError::Unavailable(text),
    }
}

/// The error with its causes: the crate says only `error connecting to server`.
fn text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
