//! `GET /api/v1/proposals`

use assent_domain::proposal::{Proposal, StateName};
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Held;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::ProposalView;
use crate::views::schemas::ProposalStateWords;

/// Which proposals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProposalParams {
    /// Only those in that state now.
    #[param(value_type = Option<ProposalStateWords>)]
    state: Option<StateName>,
    /// Only those that the caller could confirm now.
    #[serde(default)]
    confirmable: bool,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what waits for a second person or did, newest first: one's own proposals, and all to who reads the platform or
/// manages access.
#[utoipa::path(get, path = "/api/v1/proposals", tag = "proposals", operation_id = "listProposals",
    params(ProposalParams),
    responses((status = 200, description = "A page", body = Page<ProposalView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ProposalParams>,
) -> Result<Json<Page<ProposalView>>, Problem> {
    let found = app.read(move |desk| {
        let (now, state) = (desk.now, params.state);
        let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
        let mut filters = Vec::new();
        if !desk.sees_people(&caller)? {
            filters.push(text("proposer_id", caller.id().to_string()));
        }
        // Only the clock makes an open proposal an expired one.
        let stored = if state == Some(StateName::Expired) { Some(StateName::Open) } else { state };
        let stored = if params.confirmable { Some(StateName::Open) } else { stored };
        filters.extend(stored.map(|state| text("state", state.name().to_owned())));
        let keep = |held: &Held<Proposal>| {
            let asked = state.is_none_or(|state| held.state_at(now) == state);
            Ok(asked && (!params.confirmable || ProposalView::could_confirm(desk, &caller, held)?))
        };
        let show = |held: &_| ProposalView::new(desk, &caller, held);
        page::<Proposal, _>(desk, &Predicate::And(filters), (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}
