//! `GET /api/v1/promotions`

use assent_domain::Kind;
use assent_domain::registry::Model;
use assent_domain::workflow::{Promotion, StateName};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::PromotionView;
use crate::views::schemas::PromotionStateWords;

/// Which promotions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PromotionParams {
    /// Only those in that state now.
    #[param(value_type = Option<PromotionStateWords>)]
    state: Option<StateName>,
    /// Only those of the model of that id.
    model: Option<Uuid>,
    /// Only those of the version of that id.
    version: Option<Uuid>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the promotions of models that the caller may read, newest first.
#[utoipa::path(get, path = "/api/v1/promotions", tag = "promotions", operation_id = "listPromotions",
    params(PromotionParams),
    responses((status = 200, description = "A page", body = Page<PromotionView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PromotionParams>,
) -> Result<Json<Page<PromotionView>>, Problem> {
    let found = app.read(move |desk| {
        let (now, state, place) = (desk.now, params.state, (params.cursor, params.limit));
        let mut filters = asked(&params);
        filters.push(desk.readable_rows(&caller, Kind::Promotion)?);
        let keep = |held: &Held<Promotion>| Ok(state.is_none_or(|state| held.state_at(now) == state));
        page::<Promotion, _>(desk, &Predicate::And(filters), place, keep, |held| show(desk, held))
    });
    found.await.map(Json)
}

pub(super) fn show(desk: &Desk<'_>, held: &Held<Promotion>) -> Result<PromotionView, Problem> {
    let model = desk.any::<Model>(held.model)?.ok_or_else(|| Problem::not_found("model", held.model))?;
    PromotionView::new(desk, &model, held, None)
}

/// The stored state, which the clock can only turn into EXPIRED.
fn asked(params: &PromotionParams) -> Vec<Predicate> {
    let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
    let mut filters = Vec::new();
    filters.extend(params.model.map(|id| text("model_id", id.to_string())));
    filters.extend(params.version.map(|id| text("version_id", id.to_string())));
    let stored = params.state.filter(|state| *state != StateName::Expired);
    filters.extend(stored.map(|state| text("state", state.name().to_owned())));
    filters
}
