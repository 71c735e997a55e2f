//! What happens to comments.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::{CommentId, ModelId, PrincipalId};
use crate::values::BlobRef;
use crate::{AggregateId, Kind, Sealed};

/// What a comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its kind.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
}

impl Subject {
    /// The kinds of objects that have threads.
    pub const KINDS: [Kind; 9] = [
        Kind::Model,
        Kind::Version,
        Kind::Evaluation,
        Kind::Promotion,
        Kind::System,
        Kind::Exception,
        Kind::Assessment,
        Kind::TierChange,
        Kind::Change,
    ];
}

impl From<Subject> for AggregateId {
    fn from(subject: Subject) -> Self {
        Self { kind: subject.kind, id: subject.id }
    }
}

/// A file that a comment brings along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// What kind of file it is, for example `image/png`, as its writer says.
    pub media_type: String,
    /// Its bytes.
    #[serde(flatten)]
    pub blob: BlobRef,
}

/// Somebody wrote a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentMade {
    /// About what.
    pub subject: Subject,
    /// The model that it concerns, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// The comment that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<CommentId>,
    /// What was said.
    pub text: Sealed,
    /// Who was mentioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PrincipalId>,
    /// The files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// Who wrote it took it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRetracted {}
