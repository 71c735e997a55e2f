//! `GET /api/v1/datasets/{id}`

use assent_domain::ids::DatasetId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{DatasetView, document};

/// Gives what is known of a data set; its bytes are for the steward.
#[utoipa::path(get, path = "/api/v1/datasets/{id}", tag = "datasets", operation_id = "getDataset",
    params(("id" = Uuid, Path, description = "Id of the data set")),
    responses((status = 200, description = "The data set", body = DatasetView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.dataset(&caller, DatasetId(id))?;
        Ok((held.revision, DatasetView::new(desk, &held)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
