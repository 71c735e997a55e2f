//! `GET /api/v1/inbox/requests`

use std::cell::RefCell;

use assent_app::delegations::in_place_of_all;
use assent_domain::Kind;
use assent_domain::change_request::ChangeRequest;
use assent_domain::exception::Exception;
use assent_domain::ids::PrincipalId;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::proposal::Proposal;
use assent_domain::risk::{Assessment, TierChange};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Requests;
use super::waiting::{Asker, Names};
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::limit;
use crate::problem::Problem;
use crate::views::{Brief, ProposalView, RequestView};

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
/// sign or confirm now, newest first; in their own name, or in the place of somebody who lets them (`onBehalfOf`).
#[utoipa::path(get, path = "/api/v1/inbox/requests", tag = "oversight", operation_id = "inboxRequests", params(LimitParams),
    responses((status = 200, description = "What waits", body = Requests), Problems))]
pub(crate) async fn requests(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<LimitParams>,
) -> Result<Json<Requests>, Problem> {
    let limit = limit(params.limit)?;
    app.read_inbox(move |desk| Ok(waiting(desk, &caller)?.newest(limit))).await.map(Json)
}

fn waiting(desk: &Desk<'_>, caller: &Caller) -> Result<Requests, Problem> {
    let acting = in_place_of_all(&desk.view, &caller.principal, desk.now)?;
    let hands = Hands { asker: Asker { desk, caller, acting }, by: RefCell::default() };
    let mut found = Requests::default();
    let state = |state: &str| Predicate::Eq("state", Value::Text(state.to_owned()));
    let rows = |kind, condition| Ok::<_, Problem>(vec![condition, desk.readable_rows(caller, kind)?]);

    let filter = rows(Kind::Assessment, state("SUBMITTED"))?;
    let keep = |held: &Held<Assessment>| hands.any(|asker| asker.assessment(held));
    found.gather(desk, filter, keep, |held| hands.show(Kind::Assessment, held.id.0, &*held.state))?;
    let filter = rows(Kind::TierChange, state("OPEN"))?;
    let keep = |held: &Held<TierChange>| hands.any(|asker| asker.tier_change(held));
    found.gather(desk, filter, keep, |held| hands.show(Kind::TierChange, held.id.0, &*held.state))?;
    let filter = rows(Kind::Exception, state("SUBMITTED"))?;
    let keep = |held: &Held<Exception>| hands.any(|asker| asker.exception(held));
    found.gather(desk, filter, keep, |held| hands.show(Kind::Exception, held.id.0, &*held.state))?;
    let unfinished = Predicate::Not(Box::new(Predicate::IsNull("open_model_id")));
    let filter = rows(Kind::Change, unfinished)?;
    let keep = |held: &Held<ChangeRequest>| hands.any(|asker| asker.change(held));
    found.gather(desk, filter, keep, |held| hands.show(Kind::Change, held.id.0, &*held.state))?;
    let filter = rows(Kind::PeriodicReview, state("SUBMITTED"))?;
    let keep = |held: &Held<PeriodicReview>| hands.any(|asker| asker.periodic_review(held));
    found.gather(desk, filter, keep, |held| hands.show(Kind::PeriodicReview, held.id.0, &*held.state))?;
    if desk.sees_people(caller)? {
        let keep = |held: &Held<Proposal>| ProposalView::could_confirm(desk, caller, held);
        let show = |held: &Held<Proposal>| RequestView::new(desk, Kind::Proposal, held.id.0, &*held.state);
        found.gather(desk, vec![state("OPEN")], keep, show)?;
    }
    Ok(found)
}

/// The caller, and in whose place they could sign what was asked about last, where they could not in their own name.
struct Hands<'a> {
    asker: Asker<'a>,
    by: RefCell<Vec<PrincipalId>>,
}

impl Hands<'_> {
    /// Whether the caller could sign in any name.
    fn any(&self, ask: impl Fn(&Asker<'_>) -> Result<Names, Problem>) -> Result<bool, Problem> {
        let names = ask(&self.asker)?;
        let is_any = names.is_any();
        self.by.replace(names.others);
        Ok(is_any)
    }

    fn show(&self, kind: Kind, id: Uuid, brief: &impl Brief) -> Result<RequestView, Problem> {
        let desk = self.asker.desk;
        let by = self.by.take().into_iter().map(|person| desk.person(person));
        Ok(RequestView::new(desk, kind, id, brief)?.on_behalf_of(by.collect::<Result<_, _>>()?))
    }
}
