//! `GET /api/v1/periodic-reviews`

use assent_domain::Kind;
use assent_domain::periodic_review::{PeriodicReview, StateName};
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
use crate::views::PeriodicReviewView;
use crate::views::schemas::PeriodicReviewStateWords;

/// Which reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeriodicReviewParams {
    /// Only those in that state.
    #[param(value_type = Option<PeriodicReviewStateWords>)]
    state: Option<StateName>,
    /// Only those of the model of that id.
    model: Option<Uuid>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the periodic reviews of models that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/periodic-reviews", tag = "oversight", operation_id = "listPeriodicReviews",
    params(PeriodicReviewParams),
    responses((status = 200, description = "A page", body = Page<PeriodicReviewView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PeriodicReviewParams>,
) -> Result<Json<Page<PeriodicReviewView>>, Problem> {
    let found = app.read(move |desk| {
        let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
        let state = params.state.map(|state| text("state", state.name().to_owned()));
        let model = params.model.map(|model| text("model_id", model.to_string()));
        let mut filters: Vec<Predicate> = state.into_iter().chain(model).collect();
        filters.push(desk.readable_rows(&caller, Kind::PeriodicReview)?);
        let place = (params.cursor, params.limit);
        let show = |held: &_| PeriodicReviewView::new(desk, held);
        page::<PeriodicReview, _>(desk, &Predicate::And(filters), place, |_| Ok(true), show)
    });
    found.await.map(Json)
}
