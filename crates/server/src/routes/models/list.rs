//! `GET /api/v1/models`

use assent_domain::registry::Model;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::ModelView;

/// Which models.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ModelParams {
    /// Only the model of that name.
    name: Option<String>,
    /// Only models of that tier.
    tier: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the models that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/models", tag = "models", operation_id = "listModels", params(ModelParams),
    responses((status = 200, description = "A page", body = Page<ModelView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ModelParams>,
) -> Result<Json<Page<ModelView>>, Problem> {
    let filters = [("name", params.name), ("tier", params.tier)];
    let filters =
        filters.into_iter().filter_map(|(column, value)| Some(Predicate::Eq(column, Value::Text(value?))));
    let filter = Predicate::And(filters.collect());
    let found = app.read(move |desk| {
        let keep = |model: &_| -> Result<bool, Problem> { Ok(desk.readable(&caller, model)) };
        let place = (params.cursor, params.limit);
        page::<Model, _>(desk, &filter, place, |held| keep(&held.state), |held| ModelView::new(desk, held))
    });
    found.await.map(Json)
}
