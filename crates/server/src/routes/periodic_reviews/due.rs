//! `GET /api/v1/periodic-reviews/due`

use assent_app::View;
use assent_app::oversight::reviewed;
use assent_domain::Kind;
use assent_domain::periodic_review::{PeriodicReview, due as due_of};
use assent_domain::registry::Model;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::DueView;

/// How far ahead is looked if nobody says.
const DAYS: u16 = 30;

/// Which models.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueParams {
    /// Those whose review is due within so many days, overdue ones included; 30 if absent, 0 for the overdue ones alone.
    #[serde(rename = "withinDays")]
    within_days: Option<u16>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the models whose periodic review is overdue or due soon, the newest model first.
#[utoipa::path(get, path = "/api/v1/periodic-reviews/due", tag = "oversight", operation_id = "duePeriodicReviews",
    params(DueParams),
    responses((status = 200, description = "A page", body = Page<DueView>), Problems))]
pub(crate) async fn due(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<DueParams>,
) -> Result<Json<Page<DueView>>, Problem> {
    let found = app.read(move |desk| {
        let pack = desk.pack()?;
        let reviewed = |id: &&String| pack.tier(id).is_some_and(|tier| tier.review_every.is_some());
        let tiers = pack.tier_ids().filter(reviewed).cloned().map(Value::Text).collect();
        let readable = desk.readable_rows(&caller, Kind::Model)?;
        let filter = Predicate::And(vec![Predicate::In("tier", tiers), readable]);
        let ahead = SignedDuration::from_hours(i64::from(params.within_days.unwrap_or(DAYS)) * 24);
        let until = desk.now.checked_add(ahead).unwrap_or(assent_domain::Time::MAX);
        let found = std::cell::Cell::new(None);
        let keep = |model: &Held<Model>| {
            let due = due_view(desk, model)?.filter(|due| due.next <= until);
            let keeps = due.is_some();
            found.set(due);
            Ok(keeps)
        };
        let show = |_: &Held<Model>| found.take().ok_or_else(|| Problem::internal("a date that is gone"));
        page::<Model, _>(desk, &filter, (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}

fn due_view(desk: &Desk<'_>, model: &Held<Model>) -> Result<Option<DueView>, Problem> {
    let pack = desk.pack()?;
    let known = reviewed(&desk.view, model, &pack)?;
    let due = due_of(model, known.last_review.as_deref(), known.in_service_since, &pack, desk.now);
    let open = desk.view.find::<PeriodicReview>("open_model", &model.id.to_string())?;
    Ok(DueView::new(model, due, open.map(|review| review.id.0)))
}
