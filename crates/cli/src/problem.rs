//! What went wrong, as a person at a terminal needs it: a message, a hint, and the code to exit with.

use std::fmt;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It was done, or the answer is yes.
    Done,
    /// The answer is no.
    No,
    /// The command is wrong, or the question could not be asked.
    NotAsked,
    /// The rules refused it, or the server failed.
    Refused,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::NotAsked => 2,
            Self::Refused => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not do what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What was wrong, with which input.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// A stable code, where there is one.
    pub code: Option<String>,
    /// Further members of the JSON form: status, pointer, request id.
    pub more: Map<String, Value>,
    /// How the program ends.
    pub exit: Exit,
}

impl Problem {
    /// A problem on this side: a wrong argument, a file that cannot be read, a server that does not answer.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: None, code: None, more: Map::new(), exit: Exit::NotAsked }
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The same, with a stable code.
    #[must_use]
    pub fn code(mut self, code: impl fmt::Display) -> Self {
        self.code = Some(code.to_string());
        self
    }

    /// The same, ending otherwise.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// A file or folder that could not be used.
    pub fn path(doing: &str, path: &std::path::Path, cause: impl fmt::Display) -> Self {
        Self::new(format!("`{}` cannot be {doing}: {cause}", path.display()))
    }

    /// As JSON: `{"error": {"message", "hint"?, "code"?, ...}}`.
    pub fn json(&self) -> Value {
        let mut error = self.more.clone();
        error.insert("message".to_owned(), json!(self.message));
        for (name, value) in [("hint", &self.hint), ("code", &self.code)] {
            if let Some(value) = value {
                error.insert(name.to_owned(), json!(value));
            }
        }
        json!({"error": error})
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl From<assent_store::StoreError> for Problem {
    fn from(error: assent_store::StoreError) -> Self {
        use assent_store::StoreError as E;
        let hint = match &error {
            E::Corrupt(_) => {
                "run `assent audit verify` on the data directory, and restore it from a backup that verifies"
            }
            E::DurabilityLost(_) => "check the disk, then start again",
            E::Full(_) => "make room on the disk of the data directory, then start again",
            E::Unavailable(_) | E::Conflict(_) | E::OutcomeUnknown(_) => {
                "see that the data directory is whole and writable, that the database can be reached where there is one, and try again"
            }
        };
        Self::new(error).hint(hint)
    }
}

impl From<assent_tls::TlsError> for Problem {
    fn from(error: assent_tls::TlsError) -> Self {
        Self::new(error.what).hint(error.remedy)
    }
}

impl From<assent_app::Failure> for Problem {
    fn from(failure: assent_app::Failure) -> Self {
        match failure {
            assent_app::Failure::Refused(refusal) => Self::new(&refusal.message)
                .hint(refusal.code.remedy())
                .code(refusal.code.code())
                .exit(Exit::Refused),
            assent_app::Failure::Store(error) => error.into(),
            other @ (assent_app::Failure::Busy
            | assent_app::Failure::Halted(_)
            | assent_app::Failure::Internal(_)) => Self::new(other).exit(Exit::Refused),
        }
    }
}
