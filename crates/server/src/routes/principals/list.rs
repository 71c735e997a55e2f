//! `GET /api/v1/principals`

use assent_domain::Refusal;
use assent_domain::identity::{Permission, Principal, Target};
use assent_store::Predicate;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::register::check_email;
use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, page};
use crate::problem::Problem;
use crate::views::PrincipalView;

/// Which principals.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PrincipalParams {
    /// Only the principal with that e-mail address, however its letters are written; for who manages principals.
    #[param(max_length = 254)]
    email: Option<String>,
    /// `nextCursor` of the page before.
    cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the principals, newest first, to who reads the platform or manages access.
#[utoipa::path(get, path = "/api/v1/principals", tag = "identity", operation_id = "listPrincipals", params(PrincipalParams),
    responses((status = 200, description = "A page", body = Page<PrincipalView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PrincipalParams>,
) -> Result<Json<Page<PrincipalView>>, Problem> {
    let found = app.read(move |desk| {
        if !desk.sees_people(&caller)? {
            desk.may(&caller, Permission::Read, Target::Platform)?;
        }
        if let Some(email) = &params.email {
            desk.may(&caller, Permission::ManagePrincipals, Target::Platform)?;
            check_email(email).map_err(|refusal| Refusal { pointer: None, ..refusal })?;
            let found = desk.app.assent.sealer.find_email(email)?;
            let found = found.map(|id| desk.any::<Principal>(id)).transpose()?.flatten();
            let items = found.map(|held| PrincipalView::new(desk, &caller, &held)).transpose()?;
            return Ok(Page { items: items.into_iter().collect(), next_cursor: None });
        }
        let place = (params.cursor, params.limit);
        let show = |held: &_| PrincipalView::new(desk, &caller, held);
        page::<Principal, _>(desk, &Predicate::True, place, |_| Ok(true), show)
    });
    found.await.map(Json)
}
