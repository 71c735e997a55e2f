//! The routes: one endpoint, one file, named by its verb.

use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::http::{authenticate, secure, time_limit, wrap};
use crate::openapi::Base;

pub(crate) mod accountability;
pub(crate) mod assessments;
pub(crate) mod auth;
pub(crate) mod blobs;
pub(crate) mod changes;
pub(crate) mod comments;
pub(crate) mod datasets;
pub(crate) mod delegations;
pub(crate) mod desk;
pub(crate) mod evaluations;
pub(crate) mod exceptions;
mod fallback;
pub(crate) mod inbox;
mod lineage;
pub(crate) mod log;
pub(crate) mod me;
pub(crate) mod models;
mod onboarding;
pub(crate) mod packs;
pub(crate) mod periodic_reviews;
pub(crate) mod principals;
pub(crate) mod promotions;
pub(crate) mod proposals;
pub(crate) mod reports;
pub(crate) mod sessions;
pub(crate) mod signing;
mod system;
pub(crate) mod systems;
pub(crate) mod tier_changes;
pub(crate) mod tokens;
pub(crate) mod versions;

/// Everything, with its layers. The outermost stands around unknown paths too.
pub(crate) fn build(app: App) -> Router {
    let (router, document) = assemble(Some(&app));
    let router = router.merge(system::description(&document));
    router
        .fallback(fallback::unknown)
        .layer(CatchPanicLayer::custom(fallback::panicked))
        .layer(from_fn_with_state(app.clone(), wrap))
        .layer(map_response_with_state(app.clone(), secure))
        .with_state(app)
}

/// The routes without a state, for the description.
pub(crate) fn split() -> (Router<App>, Document) {
    assemble(None)
}

fn assemble(app: Option<&App>) -> (Router<App>, Document) {
    let limits = app.map(|app| (app.options.request_timeout, app.options.evaluation_timeout));
    let (quick, slow) = limits.unwrap_or((Duration::MAX, Duration::MAX));
    let api = OpenApiRouter::new()
        .merge(me::router())
        .merge(auth::router())
        .merge(sessions::router())
        .merge(principals::router())
        .merge(tokens::router())
        .merge(packs::router())
        .merge(models::router())
        .merge(versions::router())
        .merge(onboarding::router())
        .merge(datasets::router())
        .merge(evaluations::router())
        .merge(promotions::router())
        .merge(proposals::router())
        .merge(systems::router())
        .merge(changes::router())
        .merge(log::router())
        .merge(exceptions::router())
        .merge(assessments::router())
        .merge(tier_changes::router())
        .merge(accountability::router())
        .merge(periodic_reviews::router())
        .merge(inbox::router())
        .merge(desk::router())
        .merge(delegations::router())
        .merge(comments::router())
        .merge(lineage::router())
        .merge(reports::router())
        .route_layer(from_fn_with_state(quick, time_limit))
        .merge(evaluations::waiting().route_layer(from_fn_with_state(slow, time_limit)))
        .merge(blobs::router());
    let api = match app {
        Some(app) => api.route_layer(from_fn_with_state(app.clone(), authenticate)),
        None => api,
    };
    let open = OpenApiRouter::new().merge(system::router()).merge(log::open()).merge(auth::open());
    let open = open.route_layer(from_fn_with_state(quick, time_limit));
    let (router, mut document) =
        OpenApiRouter::with_openapi(Base::openapi()).merge(api).merge(open).split_for_parts();
    let paths = std::mem::take(&mut document.paths.paths);
    // A path to the end is `{*path}` for the router, and a plain parameter for the description.
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    (router, document)
}
