//! `GET /api/v1/exceptions/{id}`

use assent_domain::ids::ExceptionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{ExceptionView, document};

/// Shows an exception: what was asked for, who signed, and until when it holds.
#[utoipa::path(get, path = "/api/v1/exceptions/{id}", tag = "exceptions", operation_id = "getException",
    params(("id" = Uuid, Path, description = "Id of the exception")),
    responses((status = 200, description = "The exception", body = ExceptionView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let (revision, view) = found(&app, &caller, ExceptionId(id)).await?;
    Ok(document(revision, view))
}

/// The exception as it stands, with its revision.
pub(super) async fn found(
    app: &App,
    caller: &Caller,
    id: ExceptionId,
) -> Result<(u64, ExceptionView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let (model, exception) = desk.exception(&caller, id)?;
        Ok((exception.revision, ExceptionView::new(desk, &model, &exception)?))
    })
    .await
}
