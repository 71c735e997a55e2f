//! The embedded store of Assent on SQLite.
