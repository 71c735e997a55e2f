//! What a finding is called, and what to do about it.

use serde::{Deserialize, Serialize};

use crate::Severity;

/// The stable name of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// A pickle imports what is on the deny list. The severity is that of the list.
    UnsafeImport,
    /// A pickle imports what is on neither list.
    UnknownImport,
    /// A pickle imports by a name that cannot be told.
    UnresolvedImport,
    /// A file is not built as its format demands.
    Malformed,
    /// Bytes follow the end of the content.
    TrailingData,
    /// Something could not be looked into: encrypted, compressed in a way that is not known here, of an unknown format.
    NotExamined,
    /// A limit of the scan was reached, and what lies beyond was not looked at.
    LimitReached,
    /// Reading failed.
    Unreadable,
    /// A member of an archive would be written outside of the folder that it is unpacked to.
    PathTraversal,
    /// A link points outside of the archive.
    LinkOutside,
    /// Two members of an archive have one name.
    DuplicateName,
    /// A member unpacks to out of proportion.
    ArchiveBomb,
    /// The parts of an archive contradict each other: readers will see different files.
    ArchiveInconsistent,
    /// A program or script.
    Executable,
    /// The same bytes are a file of two formats.
    SeveralFormats,
    /// A Keras model with a Lambda layer: Python code that runs with the model.
    KerasLambda,
    /// A Keras model that needs a class of somebody's own.
    KerasCustomObject,
    /// A TensorFlow graph that reads or writes files.
    UnsafeOperator,
    /// An ONNX graph with operators that the standard does not have.
    CustomOperator,
    /// A graph whose tensors lie in another file.
    ExternalData,
    /// A chat template that reaches for what is behind its language.
    UnsafeTemplate,
}

impl Code {
    /// The name as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnsafeImport => "UNSAFE_IMPORT",
            Self::UnknownImport => "UNKNOWN_IMPORT",
            Self::UnresolvedImport => "UNRESOLVED_IMPORT",
            Self::Malformed => "MALFORMED",
            Self::TrailingData => "TRAILING_DATA",
            Self::NotExamined => "NOT_EXAMINED",
            Self::LimitReached => "LIMIT_REACHED",
            Self::Unreadable => "UNREADABLE",
            Self::PathTraversal => "PATH_TRAVERSAL",
            Self::LinkOutside => "LINK_OUTSIDE",
            Self::DuplicateName => "DUPLICATE_NAME",
            Self::ArchiveBomb => "ARCHIVE_BOMB",
            Self::ArchiveInconsistent => "ARCHIVE_INCONSISTENT",
            Self::Executable => "EXECUTABLE",
            Self::SeveralFormats => "SEVERAL_FORMATS",
            Self::KerasLambda => "KERAS_LAMBDA",
            Self::KerasCustomObject => "KERAS_CUSTOM_OBJECT",
            Self::UnsafeOperator => "UNSAFE_OPERATOR",
            Self::CustomOperator => "CUSTOM_OPERATOR",
            Self::ExternalData => "EXTERNAL_DATA",
            Self::UnsafeTemplate => "UNSAFE_TEMPLATE",
        }
    }

    /// How bad it is, where the finding itself does not say.
    pub fn severity(self) -> Severity {
        match self {
            Self::TrailingData | Self::CustomOperator | Self::ExternalData => Severity::Low,
            Self::UnknownImport
            | Self::Malformed
            | Self::NotExamined
            | Self::LimitReached
            | Self::Unreadable
            | Self::DuplicateName
            | Self::ArchiveInconsistent
            | Self::SeveralFormats
            | Self::KerasLambda
            | Self::KerasCustomObject => Severity::Medium,
            Self::UnresolvedImport
            | Self::PathTraversal
            | Self::LinkOutside
            | Self::ArchiveBomb
            | Self::Executable
            | Self::UnsafeOperator
            | Self::UnsafeTemplate => Severity::High,
            Self::UnsafeImport => Severity::Critical,
        }
    }

    /// What to do about it, a sentence without a full stop.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::UnsafeImport | Self::UnresolvedImport => {
                "do not load the file; ask its author for the weights in safetensors or ONNX"
            }
            Self::UnknownImport => {
                "look at what the import does when it is called, or ask for the weights in safetensors or ONNX"
            }
            Self::Malformed | Self::Unreadable => {
                "get the file anew and compare its digest with the author's"
            }
            Self::TrailingData => "ask the author what the bytes are, or have the file written anew",
            Self::NotExamined => "unpack or convert the file, and scan the result",
            Self::LimitReached => "unpack the file and scan its parts one by one",
            Self::PathTraversal | Self::LinkOutside => {
                "do not unpack the archive; have it made anew with paths of its own"
            }
            Self::DuplicateName | Self::ArchiveInconsistent => {
                "do not load the archive; have it written anew by the tool that makes its format"
            }
            Self::ArchiveBomb => "do not unpack the archive",
            Self::Executable => "take the program out of the artifact, and deliver it as software",
            Self::SeveralFormats => "do not load the file: what it is depends on who reads it",
            Self::KerasLambda => {
                "have the layer replaced by one without code of its own, and load with safe mode on"
            }
            Self::KerasCustomObject => {
                "review the code of the class, and register it from a place of your own"
            }
            Self::UnsafeOperator => "have the graph exported without operators that touch files",
            Self::CustomOperator => "review the library that the operator comes from before it is loaded",
            Self::ExternalData => "scan and pin the named file together with the graph",
            Self::UnsafeTemplate => {
                "replace the template by one of the model's publisher, and render it in a sandbox"
            }
        }
    }
}
