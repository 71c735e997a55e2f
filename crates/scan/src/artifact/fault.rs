//! Why a walk ended before the end.

use std::borrow::Cow;
use std::{fmt, io};

/// Why a walk ended before the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes end where more are needed.
    Cut,
    /// The bytes are wrong.
    Wrong(Cow<'static, str>),
    /// A limit of the scan.
    Limit(&'static str),
    /// Reading failed.
    Io(String),
}

impl Fault {
    /// The bytes are wrong.
    pub(super) fn wrong(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Wrong(what.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the bytes end where more are needed"),
            Self::Wrong(what) => f.write_str(what),
            Self::Limit(what) => write!(f, "a limit of the scan is reached: {what}"),
            Self::Io(cause) => write!(f, "cannot read: {cause}"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Cut } else { Self::Io(error.to_string()) }
    }
}
