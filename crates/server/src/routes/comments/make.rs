//! `POST /api/v1/threads/{collection}/{id}`

use assent_app::Command;
use assent_app::command::CommentCommand;
use assent_app::naming::Named;
use assent_domain::comment::{Attachment, MAX_ATTACHMENTS, MAX_MENTIONS, NewComment, Subject};
use assent_domain::ids::{CommentId, Digest, PrincipalId};
use assent_domain::{Code, Refusal};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{show, subject};
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Caller, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{CommentView, Written, created};

/// What somebody wants to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComment)]
pub(crate) struct NewCommentBody {
    /// The words, as they are to be shown.
    #[schema(min_length = 1, max_length = 10000)]
    text: String,
    /// Id of the comment of this thread that it answers; not of one that is an answer itself.
    answers: Option<Uuid>,
    /// Ids of the people whom it is meant for: it shows in their mentions.
    #[serde(default)]
    #[schema(max_items = 20)]
    mentions: Vec<Uuid>,
    /// Files that the caller uploaded before, or reads.
    #[serde(default)]
    #[schema(max_items = 10)]
    attachments: Vec<NewAttachment>,
}

/// A file to bring along.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAttachment {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What kind of file it is.
    #[serde(default = "bytes")]
    #[schema(min_length = 3, max_length = 100, default = "application/octet-stream")]
    media_type: String,
    /// SHA-256 of its bytes, which the caller uploaded before, or reads.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sha256: Digest,
}

fn bytes() -> String {
    "application/octet-stream".to_owned()
}

/// Comments on an object. It is a record: it can be retracted, and never be edited.
#[utoipa::path(post, path = "/api/v1/threads/{collection}/{id}", tag = "comments", operation_id = "comment",
    params(("collection" = String, Path, description = "What the object is: `models`, `versions`, `evaluations`, `promotions`, `systems`, `exceptions`, `assessments`, `tier-changes` or `changes`"),
        ("id" = Uuid, Path, description = "Id of the object"), WriteHeaders), request_body = NewCommentBody,
    responses((status = 201, description = "Said", body = Written<CommentView>), Problems))]
pub(crate) async fn make(
    State(app): State<App>,
    Segments((collection, id)): Segments<(String, Uuid)>,
    write: Write<NewCommentBody>,
) -> Result<Response, Problem> {
    let (subject, Write { sent, body }) = (subject(&collection, id)?, write);
    check(&body)?;
    let (caller, viewer) = (sent.caller.clone(), sent.caller.clone());
    app.read(move |desk| desk.readable_subject(&caller, subject)).await?;
    let new = sealed(&app, &sent.caller, subject, body).await?;
    let command = Command::Comment(app.id(), Box::new(CommentCommand::Make(new)));
    let seen = move |desk: &crate::desk::Desk<'_>| desk.readable_subject(&viewer, subject);
    let receipt = app.execute_if(&sent, None, command, seen).await?;
    let view = show(&app, &receipt).await?;
    Ok(created(receipt, view))
}

fn check(body: &NewCommentBody) -> Result<(), Refusal> {
    check_comment("/text", &body.text)?;
    for (count, most, place) in [
        (body.mentions.len(), MAX_MENTIONS, "/mentions"),
        (body.attachments.len(), MAX_ATTACHMENTS, "/attachments"),
    ] {
        if count > most {
            return Err(Refusal::new(Code::TooMany, format!("{count} are more than {most}")).at(place));
        }
    }
    Ok(())
}

/// The comment with its words sealed under the writer, and files that the writer may name.
async fn sealed(
    app: &App,
    caller: &Caller,
    subject: Subject,
    body: NewCommentBody,
) -> Result<NewComment, Problem> {
    let mut attachments = Vec::with_capacity(body.attachments.len());
    for (place, NewAttachment { name, media_type, sha256 }) in body.attachments.into_iter().enumerate() {
        let blob = app.named(caller, Named::new(sha256, format!("/attachments/{place}/sha256"))).await?;
        attachments.push(Attachment { name, media_type, blob });
    }
    let writer = caller.id();
    let text = app.read(move |desk| desk.seal(writer, &body.text)).await?;
    let mentions = body.mentions.into_iter().map(PrincipalId).collect();
    Ok(NewComment { subject, answers: body.answers.map(CommentId), text, mentions, attachments })
}
