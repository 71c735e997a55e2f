//! `GET /api/v1/systems/{id}`

use assent_domain::ids::SystemId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{SystemView, document};

/// Gives a system.
#[utoipa::path(get, path = "/api/v1/systems/{id}", tag = "systems", operation_id = "getSystem",
    params(("id" = Uuid, Path, description = "Id of the system")),
    responses((status = 200, description = "The system", body = SystemView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.system(&caller, SystemId(id))?;
        Ok((held.revision, SystemView::new(desk, &caller, &held)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
