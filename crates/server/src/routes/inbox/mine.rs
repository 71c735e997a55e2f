//! `GET /api/v1/inbox/mine`

use assent_domain::Kind;
use assent_domain::aggregate::State as Stateful;
use assent_domain::change_request::ChangeRequest;
use assent_domain::exception::Exception;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::proposal::Proposal;
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::workflow::Promotion;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Requests;
use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::limit;
use crate::problem::Problem;
use crate::views::{Brief, RequestView};

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MineParams {
    /// Those that are over as well.
    #[serde(default)]
    all: bool,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what the caller asked for: promotions, assessments, other tiers, exceptions, changes, periodic reviews and proposals
/// that are not over, newest first.
#[utoipa::path(get, path = "/api/v1/inbox/mine", tag = "oversight", operation_id = "myRequests", params(MineParams),
    responses((status = 200, description = "What the caller asked for", body = Requests), Problems))]
pub(crate) async fn mine(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<MineParams>,
) -> Result<Json<Requests>, Problem> {
    let limit = limit(params.limit)?;
    app.read(move |desk| Ok(asked(desk, &caller, params.all)?.newest(limit))).await.map(Json)
}

fn asked(desk: &Desk<'_>, caller: &Caller, all: bool) -> Result<Requests, Problem> {
    let mut found = Requests::default();
    of::<Promotion>(desk, caller, "requester_id", all, &mut found)?;
    of::<Assessment>(desk, caller, "assessor_id", all, &mut found)?;
    of::<TierChange>(desk, caller, "requester_id", all, &mut found)?;
    of::<Exception>(desk, caller, "requester_id", all, &mut found)?;
    of::<ChangeRequest>(desk, caller, "requester_id", all, &mut found)?;
    of::<PeriodicReview>(desk, caller, "requester_id", all, &mut found)?;
    of::<Proposal>(desk, caller, "proposer_id", all, &mut found)?;
    Ok(found)
}

/// Those of one kind. A proposal belongs to no model, and who made it may read it.
fn of<S: Stateful + Brief + Named>(
    desk: &Desk<'_>,
    caller: &Caller,
    column: &'static str,
    all: bool,
    found: &mut Requests,
) -> Result<(), Problem> {
    let mut filter = vec![Predicate::Eq(column, Value::Text(caller.id().to_string()))];
    if S::KIND != Kind::Proposal {
        filter.push(desk.readable_rows(caller, S::KIND)?);
    }
    let keep = |held: &Held<S>| Ok(all || held.is_open(desk.now));
    found.gather(desk, filter, keep, |held| RequestView::new(desk, S::KIND, held.own_id(), &*held.state))
}

/// What has an id of its own.
trait Named {
    fn own_id(&self) -> Uuid;
}

macro_rules! named {
    ($($kind:ty),*) => {$(
        impl Named for $kind {
            fn own_id(&self) -> Uuid {
                self.id.0
            }
        }
    )*};
}

named!(Promotion, Assessment, TierChange, Exception, ChangeRequest, PeriodicReview, Proposal);
