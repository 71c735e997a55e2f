//! `POST /api/v1/changes/{id}/submit`

use assent_app::changes::ChangeCommand;
use assent_domain::ids::ChangeId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::body::PlanBody;
use super::carry_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ChangeView, Written};

/// Submits a change with its impact and rollback plan: rates it, and names its reviewers. What the draft lacks can be given
/// here; what is given takes the place of what it has.
#[utoipa::path(post, path = "/api/v1/changes/{id}/submit", tag = "changes", operation_id = "submitChange",
    params(("id" = Uuid, Path, description = "Id of the change"), WriteHeaders), request_body = Option<PlanBody>,
    responses((status = 200, description = "Submitted", body = Written<ChangeView>), Problems))]
pub(crate) async fn submit(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<PlanBody>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    body.check()?;
    let subject = sent.caller.id();
    let plan = app.read(move |desk| body.sealed(desk, subject)).await?;
    carry_out(&app, &sent, ChangeId(id), ChangeCommand::Submit(Box::new(plan))).await
}
