//! `POST /api/v1/evaluations/{id}/cancel`

use assent_app::Command;
use assent_domain::ids::EvaluationId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::show;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{EvaluationView, Written, done};

/// Cancels an evaluation that has not ended. Nobody sees figures of it, and it is no attempt.
#[utoipa::path(post, path = "/api/v1/evaluations/{id}/cancel", tag = "evaluations", operation_id = "cancelEvaluation",
    params(("id" = Uuid, Path, description = "Id of the evaluation"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Cancelled", body = Written<EvaluationView>), Problems))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let (id, caller) = (EvaluationId(id), write.sent.caller.clone());
    app.read(move |desk| desk.evaluation(&caller, id).map(drop)).await?;
    let receipt = app.execute(&write.sent, Some(id.into()), Command::CancelEvaluation(id)).await?;
    app.evaluating.stop(id);
    let (_, view) = show(&app, &write.sent.caller, id).await?;
    Ok(done(receipt, view))
}
