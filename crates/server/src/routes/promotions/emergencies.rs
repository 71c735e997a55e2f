//! `GET /api/v1/emergencies`

use assent_domain::Kind;
use assent_domain::registry::Version;
use assent_domain::workflow::Promotion;
use assent_domain::workflow::emergency;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;

use super::list::show;
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::PromotionView;

/// Lists the promotions with an emergency that is not over, newest first: to everybody who may read the model. It is over when
/// it was refused or has expired, when the reviews afterwards were given, and when the version has left the stage.
#[utoipa::path(get, path = "/api/v1/emergencies", tag = "promotions", operation_id = "listEmergencies",
    params(PageParams),
    responses((status = 200, description = "A page", body = Page<PromotionView>), Problems))]
pub(crate) async fn emergencies(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<PromotionView>>, Problem> {
    let found = app.read(move |desk| {
        let known = ["DECLARED", "USED"].map(|state| Value::Text(state.to_owned()));
        let readable = desk.readable_rows(&caller, Kind::Promotion)?;
        let filter = Predicate::And(vec![Predicate::In("emergency", known.to_vec()), readable]);
        let keep = |held: &Held<Promotion>| is_open(desk, held);
        page::<Promotion, _>(desk, &filter, (params.cursor, params.limit), keep, |held| show(desk, held))
    });
    found.await.map(Json)
}

fn is_open(desk: &Desk<'_>, promotion: &Promotion) -> Result<bool, Problem> {
    let Some(emergency) = promotion.emergencies.last() else { return Ok(false) };
    if emergency.used.is_none() {
        let in_round = emergency.declared.round == promotion.round();
        let is_open = promotion.state_at(desk.now).is_open();
        return Ok(in_round && is_open && emergency.state_at(desk.now).is_open());
    }
    let version = desk.any::<Version>(promotion.version)?;
    Ok(version.is_some_and(|version| emergency::flag(promotion, &version, desk.now).is_some()))
}
