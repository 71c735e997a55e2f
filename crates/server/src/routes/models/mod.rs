//! Models.

mod get;
mod list;
pub(crate) mod register;
mod risk;

pub(crate) use risk::risk_of;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register, list::list))
        .routes(routes!(get::get))
        .routes(routes!(risk::risk))
}
