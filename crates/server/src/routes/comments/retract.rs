//! `POST /api/v1/comments/{id}/retract`

use assent_app::Command;
use assent_app::command::CommentCommand;
use assent_domain::ids::CommentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{CommentView, Written, done};

/// Takes a comment back: its words and files are shown no more, and that it was made stays on the record. Only who wrote it
/// can.
#[utoipa::path(post, path = "/api/v1/comments/{id}/retract", tag = "comments", operation_id = "retractComment",
    params(("id" = Uuid, Path, description = "Id of the comment"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Taken back", body = Written<CommentView>), Problems))]
pub(crate) async fn retract(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let (id, sent) = (CommentId(id), write.sent);
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.comment(&caller, id).map(drop);
    let command = Command::Comment(id, Box::new(CommentCommand::Retract));
    let receipt = app.execute_if(&sent, Some(id.into()), command, seen).await?;
    let view = show(&app, &receipt).await?;
    Ok(done(receipt, view))
}
