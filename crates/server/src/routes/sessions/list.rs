//! `GET /api/v1/me/sessions`

use assent_domain::identity::Session;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::SessionView;
use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SessionParams {
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the sessions of the caller, newest first, ended ones included.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "identity", operation_id = "mySessions", params(SessionParams),
    responses((status = 200, description = "A page", body = Page<SessionView>), Problems))]
pub(crate) async fn mine(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<SessionParams>,
) -> Result<Json<Page<SessionView>>, Problem> {
    let found = app.read(move |desk| {
        let own = Predicate::Eq("principal_id", Value::Text(caller.id().to_string()));
        let place = (params.cursor, params.limit);
        page::<Session, _>(desk, &own, place, |_| Ok(true), |held| SessionView::new(desk, held))
    });
    found.await.map(Json)
}
