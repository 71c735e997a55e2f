//! `POST /api/v1/promotions/{id}/withdraw`

use assent_app::Command;
use assent_domain::ids::PromotionId;
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

/// A comment, if there is one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remark {
    #[schema(min_length = 1, max_length = 10000)]
    pub(crate) comment: Option<String>,
}

/// Takes a promotion back.
#[utoipa::path(post, path = "/api/v1/promotions/{id}/withdraw", tag = "promotions", operation_id = "withdrawPromotion",
    params(("id" = Uuid, Path, description = "Id of the promotion"), WriteHeaders), request_body = Option<Remark>,
    responses((status = 200, description = "Taken back", body = Written<PromotionView>), Problems))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Remark>,
) -> Result<Response, Problem> {
    let (id, Write { sent, body }) = (PromotionId(id), write);
    let comment = app.seal_comment(&sent, body.comment).await?;
    change(&app, &sent, id, Command::WithdrawPromotion(id, comment)).await
}
