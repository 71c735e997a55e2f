//! `GET /metrics`

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::Problem;

/// Gives the meters as text for a Prometheus scraper. They hold figures by route, and nothing of models or people.
#[utoipa::path(get, path = "/metrics", tag = "system", operation_id = "metrics", security(()),
    responses((status = 200, description = "The meters", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Problem> {
    let sizes = app.read(|desk| {
        let read = desk.view.read();
        Ok((read.head()?.size, read.latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size)))
    });
    let (log, checkpoint) = sizes.await?;
    let text = app.meters.render(log, checkpoint, app.assent.ledger.halted().is_some());
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
