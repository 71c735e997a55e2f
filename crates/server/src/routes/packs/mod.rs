//! Packs: governance as data.

mod apply;
mod current;
mod facts_schema;
mod impact;
mod retention;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(apply::apply))
        .routes(routes!(current::current))
        .routes(routes!(facts_schema::facts_schema))
        .routes(routes!(retention::retention))
}
