//! `GET /api/v1/models/{model}/versions/{number}`

use assent_app::View as _;
use assent_app::project::version_key;
use assent_domain::Kind;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::http::{Caller, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{VersionView, document};

/// Gives a version by its number within the model.
#[utoipa::path(get, path = "/api/v1/models/{model}/versions/{number}", tag = "versions",
    operation_id = "getVersionByNumber",
    params(("model" = String, Path, description = "Id or name of the model"),
        ("number" = u64, Path, description = "Number of the version, from 1")),
    responses((status = 200, description = "The version", body = VersionView), Problems))]
pub(crate) async fn get_by_number(
    State(app): State<App>,
    caller: Caller,
    Segments((model, number)): Segments<(String, u64)>,
) -> Result<Response, Problem> {
    let found = app.read(move |desk| {
        let model = desk.model(&caller, &model)?;
        let ids = desk.view.ids(Kind::Version, "model_number", &version_key(model.id.0, number))?;
        let id = ids.first().ok_or_else(|| Problem::not_found("version", number))?;
        let (model, version) = desk.version(&caller, (*id).into())?;
        Ok((version.revision, VersionView::with_status(desk, &model, &version)?))
    });
    let (revision, view) = found.await?;
    Ok(document(revision, view))
}
