//! `POST /api/v1/promotions/{id}/conditions/{condition}/met`

use assent_app::Command;
use assent_domain::ids::PromotionId;
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use super::withdraw::Remark;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PromotionView, Written};

/// Says that a condition of an approval is met: its owner does, or who set it.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/conditions/{condition}/met", tag = "promotions",
    operation_id = "meetCondition",
    params(("id" = Uuid, Path, description = "Id of the promotion"),
        ("condition" = String, Path, description = "Id of the condition"), WriteHeaders),
    request_body = Option<Remark>,
    responses((status = 200, description = "Noted", body = Written<PromotionView>), Problems))]
pub(crate) async fn meet_condition(
    State(app): State<App>,
    Segments((id, condition)): Segments<(Uuid, String)>,
    write: Write<Remark>,
) -> Result<Response, Problem> {
    let (promotion, Write { sent, body }) = (PromotionId(id), write);
    let comment = app.seal_comment(&sent, body.comment).await?;
    change(&app, &sent, promotion, Command::MeetCondition { promotion, condition, comment }).await
}
