//! `GET /api/v1/comments/{id}/attachments/{number}`

use assent_domain::ids::CommentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::blobs::download;

/// Gives the bytes of a file that came with a comment. Those of a retracted one are given no more.
#[utoipa::path(get, path = "/api/v1/comments/{id}/attachments/{number}", tag = "comments", operation_id = "downloadAttachment",
    params(("id" = Uuid, Path, description = "Id of the comment"),
        ("number" = usize, Path, description = "Its place among the files of the comment, from 1")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
pub(crate) async fn attachment(
    State(app): State<App>,
    caller: Caller,
    Segments((id, number)): Segments<(Uuid, usize)>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.comment(&caller, CommentId(id))?;
        let files = held.content.as_ref().map_or(&[][..], |content| &content.attachments);
        let file = number.checked_sub(1).and_then(|place| files.get(place)).cloned();
        file.ok_or_else(|| Problem::not_found("file of the comment", number))
    });
    let file = found.await?;
    download(&app, &file.blob, &file.name).await
}
