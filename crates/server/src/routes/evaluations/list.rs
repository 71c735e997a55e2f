//! `GET /api/v1/evaluations`

use assent_domain::Kind;
use assent_domain::evaluation::{Job, StateName};
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
use crate::views::EvaluationView;
use crate::views::schemas::EvaluationStateWords;

/// Which evaluations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EvaluationParams {
    /// Only those of that version, by id.
    version: Option<Uuid>,
    /// Only those in that state.
    #[param(value_type = Option<EvaluationStateWords>)]
    state: Option<StateName>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the evaluations of models that the caller may read, newest first, without their reports.
#[utoipa::path(get, path = "/api/v1/evaluations", tag = "evaluations", operation_id = "listEvaluations",
    params(EvaluationParams),
    responses((status = 200, description = "A page", body = Page<EvaluationView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<EvaluationParams>,
) -> Result<Json<Page<EvaluationView>>, Problem> {
    let found = app.read(move |desk| {
        let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
        let mut filters = vec![desk.readable_rows(&caller, Kind::Evaluation)?];
        filters.extend(params.version.map(|version| text("version_id", version.to_string())));
        filters.extend(params.state.map(|state| text("state", state.name().to_owned())));
        let place = (params.cursor, params.limit);
        let show = |held: &_| EvaluationView::new(desk, held);
        page::<Job, _>(desk, &Predicate::And(filters), place, |_| Ok(true), show)
    });
    found.await.map(Json)
}
