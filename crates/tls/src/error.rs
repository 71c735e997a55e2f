//! What is wrong with a certificate, a key or a root.

use std::path::Path;

/// What is wrong, with which file, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {remedy}")]
pub struct TlsError {
    /// What is wrong, with the name of the file.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

impl TlsError {
    pub(crate) fn file(file: &Path, what: impl std::fmt::Display, remedy: &'static str) -> Self {
        Self { what: format!("`{}` cannot be used: {what}", file.display()), remedy }
    }
}
