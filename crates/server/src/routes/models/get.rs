//! `GET /api/v1/models/{model}`

use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{ModelView, document};

/// Gives a model.
#[utoipa::path(get, path = "/api/v1/models/{model}", tag = "models", operation_id = "getModel",
    params(("model" = String, Path, description = "Id or name of the model")),
    responses((status = 200, description = "The model", body = ModelView), Problems))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Segments(model): Segments<String>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let held = desk.model(&caller, &model)?;
        Ok((held.revision, ModelView::new(desk, &held)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
