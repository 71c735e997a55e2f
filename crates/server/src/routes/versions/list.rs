//! `GET /api/v1/models/{model}/versions`

use assent_domain::registry::Version;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::VersionView;

/// Lists the versions of a model, newest first.
#[utoipa::path(get, path = "/api/v1/models/{model}/versions", tag = "versions", operation_id = "listVersions",
    params(("model" = String, Path, description = "Id or name of the model"), PageParams),
    responses((status = 200, description = "A page", body = Page<VersionView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Segments(model): Segments<String>,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<VersionView>>, Problem> {
    let found = app.read(move |desk| {
        let model = desk.model(&caller, &model)?;
        let filter = Predicate::Eq("model_id", Value::Text(model.id.to_string()));
        let show = |held: &_| VersionView::new(desk, &model, held);
        page::<Version, _>(desk, &filter, (params.cursor, params.limit), |_| Ok(true), show)
    });
    found.await.map(Json)
}
