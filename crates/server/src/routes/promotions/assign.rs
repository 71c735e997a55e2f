//! `POST /api/v1/promotions/{id}/assign`

use assent_app::Command;
use assent_domain::ids::{PrincipalId, PromotionId};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PromotionView, Written};

/// Whom a step is to be assigned to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepAssignment)]
pub(crate) struct NewAssignment {
    /// The step, a review of the workflow.
    step: String,
    /// Id of a person who could decide it; if absent, the step is assigned to nobody.
    to: Option<Uuid>,
}

/// Assigns a step to a person, in whose inbox it then comes first. Others who may decide it still may.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/assign", tag = "promotions", operation_id = "assignReview",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = NewAssignment,
    responses((status = 200, description = "Assigned", body = Written<PromotionView>), Problems))]
pub(crate) async fn assign(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewAssignment>,
) -> Result<Response, Problem> {
    let (promotion, Write { sent, body }) = (PromotionId(id), write);
    let command = Command::AssignReview { promotion, step: body.step, to: body.to.map(PrincipalId) };
    change(&app, &sent, promotion, command).await
}
