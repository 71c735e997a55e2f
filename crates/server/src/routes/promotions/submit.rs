//! `POST /api/v1/promotions/{id}/submit`

use assent_app::Command;
use assent_domain::ids::PromotionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PromotionView, Written};

/// Submits a promotion: opens a round and judges the automated steps.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/submit", tag = "promotions", operation_id = "submitPromotion",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = Option<Empty>,
    responses((status = 200, description = "Done", body = Written<PromotionView>), Problems))]
pub(crate) async fn submit(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    let id = PromotionId(id);
    change(&app, &write.sent, id, Command::SubmitPromotion(id)).await
}
