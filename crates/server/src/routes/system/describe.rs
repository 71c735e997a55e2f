//! `GET /api/openapi.json` and the pages under `/api/docs`

use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use utoipa_swagger_ui::{Config, SwaggerFile};

use super::{Described, Description};
use crate::http::Csp;
use crate::problem::Problem;

/// The pages bring their own scripts; nothing comes from elsewhere. Their styles are set by script.
const PAGES: Csp = Csp(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// The routes that describe the others.
pub(crate) fn description(document: &Description) -> Described {
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let config = Arc::new(Config::from("/api/openapi.json"));
    Router::new()
        .route("/api/openapi.json", get(move || async move { openapi(json) }))
        .route("/api/docs", get(|| async { Redirect::permanent("/api/docs/") }))
        .route("/api/docs/", get(|config| page(config, Path(String::new()))))
        .route("/api/docs/{*file}", get(page))
        .layer(Extension(config))
}

fn openapi(json: Bytes) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], json)
}

async fn page(
    Extension(config): Extension<Arc<Config<'static>>>,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let found =
        utoipa_swagger_ui::serve(&file, config).map_err(|error| Problem::internal(error.to_string()))?;
    let SwaggerFile { bytes, content_type, .. } = found.ok_or_else(|| Problem::not_found("page", &file))?;
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-cache".to_owned())];
    Ok((Extension(PAGES), headers, bytes.into_owned()).into_response())
}
