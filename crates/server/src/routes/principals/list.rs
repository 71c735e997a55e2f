//! `GET /api/v1/principals`

use assent_domain::identity::{Permission, Principal, Target};
use assent_store::Predicate;
use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::PrincipalView;

/// Lists the principals, newest first, to who reads the platform or manages access.
#[utoipa::path(get, path = "/api/v1/principals", tag = "identity", operation_id = "listPrincipals", params(PageParams),
    responses((status = 200, description = "A page", body = Page<PrincipalView>), Problems))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<PrincipalView>>, Problem> {
    let found = app.read(move |desk| {
        if !desk.sees_people(&caller)? {
            desk.may(&caller, Permission::Read, Target::Platform)?;
        }
        let place = (params.cursor, params.limit);
        let show = |held: &_| PrincipalView::new(desk, &caller, held);
        page::<Principal, _>(desk, &Predicate::True, place, |_| Ok(true), show)
    });
    found.await.map(Json)
}
