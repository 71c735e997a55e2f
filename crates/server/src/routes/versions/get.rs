//! `GET /api/v1/versions/{id}`

use assent_domain::ids::VersionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{VersionView, document};

/// Gives a version with its evidence.
#[utoipa::path(get, path = "/api/v1/versions/{id}", tag = "versions", operation_id = "getVersion",
    params(("id" = Uuid, Path, description = "Id of the version")),
    responses((status = 200, description = "The version", body = VersionView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let (model, version) = desk.version(&caller, VersionId(id))?;
        Ok((version.revision, VersionView::with_status(desk, &model, &version)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
