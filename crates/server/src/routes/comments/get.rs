//! `GET /api/v1/comments/{id}`

use assent_domain::ids::CommentId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{CommentView, document};

/// Shows a comment.
#[utoipa::path(get, path = "/api/v1/comments/{id}", tag = "comments", operation_id = "getComment",
    params(("id" = Uuid, Path, description = "Id of the comment")),
    responses((status = 200, description = "The comment", body = CommentView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.comment(&caller, CommentId(id))?;
        Ok((held.revision, CommentView::new(desk, &held)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
