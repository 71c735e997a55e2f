//! Systems: what models are used for.

mod describe;
mod get;
mod list;
mod register;
mod retire;
mod revise;

use assent_app::Receipt;
use assent_domain::ids::SystemId;
use assent_domain::system::System;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::SystemView;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register, list::list))
        .routes(routes!(get::get))
        .routes(routes!(revise::revise))
        .routes(routes!(retire::retire))
}

/// The system that a write was about.
async fn show(app: &App, caller: &Caller, receipt: &Receipt) -> Result<SystemView, Problem> {
    let (caller, id) = (caller.clone(), SystemId(receipt.id));
    app.read(move |desk| {
        let held = desk.any::<System>(id)?.ok_or_else(|| Problem::not_found("system", id))?;
        SystemView::new(desk, &caller, &held)
    })
    .await
}
