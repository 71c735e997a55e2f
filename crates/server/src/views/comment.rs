//! Comments.

use assent_domain::Kind;
use assent_domain::comment::{Attachment, Comment, StateName};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::schemas::{CommentStateWords, KindWords};
use super::{Person, RecordedView, Words, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// A comment in the thread of an object.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comment)]
pub(crate) struct CommentView {
    id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    revision: u64,
    /// What it is about.
    subject: SubjectView,
    /// The comment that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Uuid>,
    #[schema(value_type = CommentStateWords)]
    state: StateName,
    made: RecordedView,
    /// What was said; absent where it was retracted.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Words>,
    /// Who is mentioned.
    mentions: Vec<Person>,
    /// The files that came along.
    attachments: Vec<AttachmentView>,
    /// When it was retracted, and by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    retracted: Option<RecordedView>,
}

/// An object that has a thread.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
struct SubjectView {
    #[schema(value_type = KindWords)]
    kind: Kind,
    id: Uuid,
}

/// A file that a comment brought along.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attachment)]
struct AttachmentView {
    name: String,
    /// What kind of file it is, as its writer says.
    media_type: String,
    /// SHA-256 of its bytes.
    sha256: String,
    size_bytes: u64,
}

impl CommentView {
    pub(crate) fn new(desk: &Desk<'_>, held: &Held<Comment>) -> Result<Self, Problem> {
        let content = held.content.as_ref();
        let mentions = content.iter().flat_map(|content| &content.mentions);
        let attachments = content.iter().flat_map(|content| &content.attachments);
        Ok(Self {
            id: held.id.0,
            revision: held.revision,
            subject: SubjectView { kind: held.subject.kind, id: held.subject.id },
            answers: held.answers.map(|id| id.0),
            state: held.state(),
            made: recorded(desk, held.made)?,
            text: content.map(|content| desk.words(&content.text)).transpose()?,
            mentions: mentions.map(|person| desk.person(*person)).collect::<Result<_, _>>()?,
            attachments: attachments.map(attachment).collect(),
            retracted: held.retracted.map(|at| recorded(desk, at)).transpose()?,
        })
    }
}

fn attachment(attachment: &Attachment) -> AttachmentView {
    AttachmentView {
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        sha256: attachment.blob.sha256.to_string(),
        size_bytes: attachment.blob.size_bytes,
    }
}
