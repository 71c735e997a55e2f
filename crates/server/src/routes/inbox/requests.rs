//! `GET /api/v1/inbox/requests`

use assent_domain::Kind;
use assent_domain::change_request::ChangeRequest;
use assent_domain::exception::Exception;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::proposal::Proposal;
use assent_domain::risk::{Assessment, TierChange};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Requests;
use super::waiting::Asker;
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::limit;
use crate::problem::Problem;
use crate::views::{ProposalView, RequestView};

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LimitParams {
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

/// Lists the assessments, requests for other tiers, exceptions, changes, periodic reviews and proposals that the caller could
/// sign or confirm now, newest first.
#[utoipa::path(get, path = "/api/v1/inbox/requests", tag = "oversight", operation_id = "inboxRequests", params(LimitParams),
    responses((status = 200, description = "What waits", body = Requests), Problems))]
pub(crate) async fn requests(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<LimitParams>,
) -> Result<Json<Requests>, Problem> {
    let limit = limit(params.limit)?;
    app.read(move |desk| Ok(waiting(desk, &caller)?.newest(limit))).await.map(Json)
}

fn waiting(desk: &Desk<'_>, caller: &Caller) -> Result<Requests, Problem> {
    let (mut found, asker) = (Requests::default(), Asker { desk, caller });
    let state = |state: &str| Predicate::Eq("state", Value::Text(state.to_owned()));
    let rows = |kind, condition| Ok::<_, Problem>(vec![condition, desk.readable_rows(caller, kind)?]);

    let filter = rows(Kind::Assessment, state("SUBMITTED"))?;
    let keep = |held: &Held<Assessment>| asker.assessment(held);
    found.gather(desk, filter, keep, |held| {
        RequestView::new(desk, Kind::Assessment, held.id.0, &*held.state)
    })?;
    let filter = rows(Kind::TierChange, state("OPEN"))?;
    let keep = |held: &Held<TierChange>| asker.tier_change(held);
    found.gather(desk, filter, keep, |held| {
        RequestView::new(desk, Kind::TierChange, held.id.0, &*held.state)
    })?;
    let filter = rows(Kind::Exception, state("SUBMITTED"))?;
    let keep = |held: &Held<Exception>| asker.exception(held);
    found.gather(desk, filter, keep, |held| {
        RequestView::new(desk, Kind::Exception, held.id.0, &*held.state)
    })?;
    let unfinished = Predicate::Not(Box::new(Predicate::IsNull("open_model_id")));
    let filter = rows(Kind::Change, unfinished)?;
    let keep = |held: &Held<ChangeRequest>| asker.change(held);
    found.gather(desk, filter, keep, |held| RequestView::new(desk, Kind::Change, held.id.0, &*held.state))?;
    let filter = rows(Kind::PeriodicReview, state("SUBMITTED"))?;
    let keep = |held: &Held<PeriodicReview>| asker.periodic_review(held);
    found.gather(desk, filter, keep, |held| {
        RequestView::new(desk, Kind::PeriodicReview, held.id.0, &*held.state)
    })?;
    if desk.sees_people(caller)? {
        let keep = |held: &Held<Proposal>| ProposalView::could_confirm(desk, caller, held);
        let show = |held: &Held<Proposal>| RequestView::new(desk, Kind::Proposal, held.id.0, &*held.state);
        found.gather(desk, vec![state("OPEN")], keep, show)?;
    }
    Ok(found)
}
