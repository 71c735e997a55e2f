//! Data sets.

mod content;
mod get;
mod list;
pub(crate) mod register;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use register::LabelsBody;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(register::register, list::list))
        .routes(routes!(get::get))
        .routes(routes!(content::content))
}
