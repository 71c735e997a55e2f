//! `POST /api/v1/exceptions/{id}/withdraw`

use assent_app::command::ExceptionCommand;
use assent_domain::ids::ExceptionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::promotions::Remark;
use crate::views::{ExceptionView, Written};

/// Takes an exception back before it is decided.
#[utoipa::path(post, path = "/api/v1/exceptions/{id}/withdraw", tag = "exceptions", operation_id = "withdrawException",
    params(("id" = Uuid, Path, description = "Id of the exception"), WriteHeaders), request_body = Option<Remark>,
    responses((status = 200, description = "Taken back", body = Written<ExceptionView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Remark>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let comment = app.seal_comment(&sent, body.comment).await?;
    change(&app, &sent, ExceptionId(id), ExceptionCommand::Withdraw(comment)).await
}
