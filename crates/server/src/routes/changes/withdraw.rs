//! `POST /api/v1/changes/{id}/withdraw`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::carry_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::promotions::Remark;
use crate::views::{ChangeView, Written};

/// Takes a request back, before anything was done.
#[utoipa::path(post, path = "/api/v1/changes/{id}/withdraw", tag = "changes", operation_id = "withdrawChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = Option<Remark>,
    responses((status = 200, description = "Taken back", body = Written<ChangeView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Remark>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let comment = app.seal_comment(&sent, body.comment).await?;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Withdraw(comment)).await
}
