//! `GET /api/v1/datasets`

use assent_domain::identity::{Permission, Target};
use assent_domain::registry::Dataset;
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
use crate::views::DatasetView;

/// Which data sets.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DatasetParams {
    /// Only data sets of that name.
    name: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the data sets, newest first: all of them to who reads the platform, else those of which the caller is steward.
#[utoipa::path(get, path = "/api/v1/datasets", tag = "datasets", operation_id = "listDatasets", params(DatasetParams),
    responses((status = 200, description = "A page", body = Page<DatasetView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<DatasetParams>,
) -> Result<Json<Page<DatasetView>>, Problem> {
    let found = app.read(move |desk| {
        let mut filters: Vec<Predicate> = Vec::new();
        filters.extend(params.name.map(|name| Predicate::Eq("name", Value::Text(name))));
        if !desk.can(&caller, Permission::Read, Target::Platform)? {
            filters.push(Predicate::Eq("steward_id", Value::Text(caller.id().to_string())));
        }
        let place = (params.cursor, params.limit);
        page::<Dataset, _>(
            desk,
            &Predicate::And(filters),
            place,
            |_| Ok(true),
            |held| DatasetView::new(desk, held),
        )
    });
    found.await.map(Json)
}
