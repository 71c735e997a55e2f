//! `GET /api/v1/delegations`

use assent_domain::delegation::{Delegation, DelegationState};
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
use crate::views::DelegationView;
use crate::views::schemas::DelegationStateWords;

/// Which delegations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DelegationParams {
    /// Only those in that state now.
    #[param(value_type = Option<DelegationStateWords>)]
    state: Option<DelegationState>,
    /// Only those that the principal of that id gave.
    delegator: Option<Uuid>,
    /// Only those that the principal of that id got.
    delegate: Option<Uuid>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the delegations that the caller gave or got, newest first; all of them to who reads the platform or manages access.
#[utoipa::path(get, path = "/api/v1/delegations", tag = "delegations", operation_id = "listDelegations",
    params(DelegationParams),
    responses((status = 200, description = "A page", body = Page<DelegationView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<DelegationParams>,
) -> Result<Json<Page<DelegationView>>, Problem> {
    let found = app.read(move |desk| {
        let (now, state) = (desk.now, params.state);
        let of = |column, id: String| Predicate::Eq(column, Value::Text(id));
        let mut filters = Vec::new();
        if !desk.sees_people(&caller)? {
            let own = caller.id().to_string();
            filters.push(Predicate::Or(vec![of("delegator_id", own.clone()), of("delegate_id", own)]));
        }
        filters.extend(params.delegator.map(|id| of("delegator_id", id.to_string())));
        filters.extend(params.delegate.map(|id| of("delegate_id", id.to_string())));
        let keep = |held: &Held<Delegation>| Ok(state.is_none_or(|state| held.state_at(now) == state));
        let show = |held: &_| DelegationView::new(desk, held);
        page::<Delegation, _>(desk, &Predicate::And(filters), (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}
