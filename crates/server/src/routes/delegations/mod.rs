//! Delegations: who decides in whose place.

mod get;
mod give;
mod list;
mod revoke;

use assent_domain::ids::DelegationId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::DelegationView;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(give::give, list::list))
        .routes(routes!(get::get))
        .routes(routes!(revoke::revoke))
}

/// The delegation with its revision, if the caller may read it.
async fn show(app: &App, caller: &Caller, id: DelegationId) -> Result<(u64, DelegationView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let held = desk.delegation(&caller, id)?;
        Ok((held.revision, DelegationView::new(desk, &held)?))
    })
    .await
}
