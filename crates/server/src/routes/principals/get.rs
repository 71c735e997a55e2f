//! `GET /api/v1/principals/{id}`

use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{PrincipalView, document};

/// Gives a principal.
#[utoipa::path(get, path = "/api/v1/principals/{id}", tag = "identity", operation_id = "getPrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal")),
    responses((status = 200, description = "The principal", body = PrincipalView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.principal(&caller, PrincipalId(id))?;
        Ok((held.revision, PrincipalView::new(desk, &caller, &held)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
