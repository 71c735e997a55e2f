//! `GET /api/v1/accountability/gaps`

use assent_domain::Kind;
use assent_domain::registry::Model;
use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::desk::Held;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::ModelRoles;

/// Lists the models with a role in which nobody answers, with the reasons, newest first.
#[utoipa::path(get, path = "/api/v1/accountability/gaps", tag = "oversight", operation_id = "accountabilityGaps",
    params(PageParams),
    responses((status = 200, description = "A page", body = Page<ModelRoles>), Problems))]
pub(crate) async fn gaps(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<ModelRoles>>, Problem> {
    let found = app.read(move |desk| {
        let filter = desk.readable_rows(&caller, Kind::Model)?;
        let found = std::cell::Cell::new(None);
        let keep = |model: &Held<Model>| {
            let gaps = ModelRoles::gaps(desk, model)?;
            let has_gaps = gaps.is_some();
            found.set(gaps);
            Ok(has_gaps)
        };
        let show = |_: &Held<Model>| found.take().ok_or_else(|| Problem::internal("gaps that are gone"));
        page::<Model, _>(desk, &filter, (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}
