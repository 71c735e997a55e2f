//! `GET /api/v1/models`

use assent_domain::Kind;
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
    let found = app.read(move |desk| {
        let asked = [("name", params.name), ("tier", params.tier)];
        let asked =
            asked.into_iter().filter_map(|(column, value)| Some(Predicate::Eq(column, Value::Text(value?))));
        let mut filters: Vec<Predicate> = asked.collect();
        filters.push(desk.readable_rows(&caller, Kind::Model)?);
        let place = (params.cursor, params.limit);
        let show = |held: &_| ModelView::new(desk, held);
        page::<Model, _>(desk, &Predicate::And(filters), place, |_| Ok(true), show)
    });
    found.await.map(Json)
}
