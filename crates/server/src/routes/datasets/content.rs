//! `GET /api/v1/datasets/{id}/content`

use assent_domain::ids::DatasetId;
use assent_domain::{Code, Refusal};
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::blobs::download;

/// Gives the bytes of a data set, labels included, to its steward and to nobody else.
#[utoipa::path(get, path = "/api/v1/datasets/{id}/content", tag = "datasets", operation_id = "downloadDataset",
    params(("id" = Uuid, Path, description = "Id of the data set")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"), Problems))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    Segments(id): Segments<Uuid>,
) -> Result<Response, Problem> {
    let dataset = app.read(move |desk| {
        let dataset = desk.dataset(&caller, DatasetId(id))?;
        if dataset.steward == caller.id() {
            return Ok(dataset);
        }
        Err(Refusal::new(Code::NotTheSteward, "only its steward reads the rows of a data set").into())
    });
    let dataset = dataset.await?;
    download(&app, &dataset.facts.blob, &format!("{}-{}", dataset.facts.name, dataset.facts.number)).await
}
